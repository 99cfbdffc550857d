/** A model on images of another size than its backbone takes. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Rng } from "../../shared/rng";
import { Dataset } from "../data/dataset";
import { createOnnxruntimeEngine } from "../engine/onnxruntimeEngine";
import { graftOn } from "../train/graft";
import { LabRuntime } from "../train/labRuntime";
import { backbones } from "./backbones";

const engine = createOnnxruntimeEngine();
let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "graft-fitted-"));
  vi.stubEnv("GRAFT_CACHE", cache);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await engine.dispose();
  await rm(cache, { recursive: true });
});

/** Bars, upright or level, in colour, of 20 x 36 pixels. */
function bars(count: number, seed: number): Dataset {
  const [height, width] = [20, 36];
  const rng = new Rng(seed);
  const images = new Uint8Array(count * height * width * 3);
  const labels = Array.from({ length: count }, (_, i) => i % 2);
  labels.forEach((label, i) => {
    const at = 0.2 + 0.6 * rng.uniform();
    for (let place = 0; place < height * width; place++) {
      const across = label === 0 ? (place % width) / width : Math.floor(place / width) / height;
      const lit = Math.abs(across - at) < 0.1;
      for (let c = 0; c < 3; c++)
        images[(i * height * width + place) * 3 + c] = lit ? 150 + rng.below(100) : rng.below(40);
    }
  });
  return Dataset.from({ images, imageShape: [height, width, 3], labels, classes: ["upright", "level"] });
}

test("it learns and predicts by the backbone's own fit, and each image crosses the trunk once", async () => {
  const train = bars(40, 1);
  const held = bars(40, 2);
  const runtime = new LabRuntime(engine);
  const { preprocessing } = await backbones.load("fashion-cnn");
  const backbone = await backbones.load("fashion-cnn", {
    preprocessing: { ...preprocessing, fit: { mode: "letterbox" } },
  });
  const model = graftOn(runtime, backbone, { classes: train.classes });
  await model.trainHead(train, { plot: false });
  expect(runtime.trunkPasses).toBe(40);
  await model.trainHead(train, { plot: false });
  expect(runtime.trunkPasses).toBe(40);
  const { accuracy } = await model.evaluate(held);
  expect(accuracy).toBeGreaterThan(0.9);
  expect(runtime.trunkPasses).toBe(80);
  // The same pictures brought to the same size by hand are the same pictures.
  const byHand = held.resize({ height: 28, width: 28, channels: 1, mode: "letterbox" });
  expect((await model.evaluate(byHand)).accuracy).toBe(accuracy);
  expect(runtime.trunkPasses).toBe(80);
});

test("without a fit another size is an error that says what to do", async () => {
  const train = bars(4, 1);
  const model = graftOn(new LabRuntime(engine), await backbones.load("fashion-cnn"), { classes: train.classes });
  await expect(model.trainHead(train, { plot: false })).rejects.toMatchObject({
    code: "train/input-shape",
    found: "images of 20 x 36 x 3",
    remedy: expect.stringContaining("dataset.resize({ height: 28, width: 28, channels: 1 })") as string,
  });
});
