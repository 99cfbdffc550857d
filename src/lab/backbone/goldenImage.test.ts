import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Engine } from "../engine/engine";
import { createOnnxruntimeEngine } from "../engine/onnxruntimeEngine";
import { createTfjsEngine } from "../engine/tfjs/tfjsEngine";
import { Backbone } from "./backbone";
import { backbones } from "./backbones";
import { checkGolden, goldenFeatures, goldenImage } from "./goldenImage";

const engine = createOnnxruntimeEngine();
let cache: string;

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "graft-golden-"));
  vi.stubEnv("GRAFT_CACHE", cache);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});
afterAll(() => engine.dispose());

const never = (): Engine => {
  throw new Error("nothing was to be computed");
};

test("the image is the same everywhere, and its channels differ", () => {
  const image = goldenImage([12, 20, 3]);
  expect(createHash("sha256").update(image).digest("hex").slice(0, 16)).toBe("ebf99ea800d9d6d8");
  const channels = [0, 1, 2].map((c) => image.filter((_, i) => i % 3 === c).join());
  expect(new Set(channels).size).toBe(3);
});

test("the shipped backbone gives the golden features on each engine", async () => {
  await tf.setBackend("cpu");
  const backbone = await backbones.load("fashion-cnn");
  const { golden } = backbone.card!;
  for (const each of [engine, createTfjsEngine()]) {
    const found = await goldenFeatures(each, backbone);
    found.forEach((value, i) => expect(Math.abs(value - golden![i]!)).toBeLessThan(1e-4));
  }
});

test("it is looked at once for the same weights; other weights or another preprocessing are looked at anew", async () => {
  const backbone = await backbones.load("fashion-cnn", { preprocessing: { scale: 1 / 255, offset: 0 } });
  const golden = backbone.card!.golden!;
  await checkGolden(() => engine, backbone, golden);
  await checkGolden(never, backbone, golden);
  expect((await readdir(join(cache, "backbones", "golden"))).length).toBe(1);

  const { name, graph, weights, preprocessing } = backbone;
  const [first, tensor] = [...weights][0]!;
  const moved = new Map([...weights, [first, { ...tensor, data: tensor.data.map((value) => 1.1 * value) }]]);
  for (const other of [
    new Backbone({ name, graph, weights: moved, preprocessing }),
    new Backbone({ name, graph, weights, preprocessing: { scale: 1 / 127.5, offset: -1 } }),
  ]) {
    await expect(checkGolden(() => engine, other, golden)).rejects.toMatchObject({
      code: "backbone/golden",
      expected: expect.stringContaining("[0.7093, 0.6207") as string,
    });
  }
  expect((await readdir(join(cache, "backbones", "golden"))).length).toBe(1);
});

test("loading by name looks at it, loading with other settings does not", async () => {
  await backbones.load("fashion-cnn", { featureLayer: "flatten" });
  expect(await readdir(cache)).toEqual([]);
  await backbones.load("fashion-cnn");
  expect(await readdir(join(cache, "backbones"))).toEqual(["golden"]);
});
