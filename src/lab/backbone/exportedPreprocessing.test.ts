import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { Dataset } from "../data/dataset";
import { createOnnxruntimeEngine } from "../engine/onnxruntimeEngine";
import { dataOf } from "../engine/testing/conformanceCase";
import { conv, dense, norm, sequence } from "../engine/testing/networks";
import { exportModel } from "../export/exportModel";
import { backbones } from "./backbones";
import { pathTo } from "./cutGraph";
import { preprocess, type Preprocessing } from "./preprocessing";

const engine = createOnnxruntimeEngine();
afterAll(() => engine.dispose());

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "graft-exported-"))));
afterEach(() => rm(folder, { recursive: true }));

const graph = sequence(
  [4, 4, 3],
  [conv("one"), norm("one_bn"), { type: "Flatten", name: "flat" }, dense("head", { units: 2 })],
);
const preprocessing: Preprocessing = {
  scale: [1 / 127.5, 1 / 100, 1 / 90],
  offset: [-1, -0.5, 0.1],
  channelOrder: "bgr",
  fit: { mode: "centerCrop", shorterSide: 5 },
};
const images = Dataset.from({
  images: Uint8Array.from({ length: 2 * 48 }, (_, i) => (i * 37) % 256),
  imageShape: [4, 4, 3],
  labels: Int32Array.of(0, 1),
  classes: ["cat", "dog"],
});
const { weights, features } = dataOf({ name: "", graph });

async function exported(format: "onnx" | "tfjs"): Promise<string> {
  const subject = { graph, weights, about: { preprocessing }, name: "some", engine, examples: features };
  return (await exportModel(format, join(folder, format === "onnx" ? "m.onnx" : "m"), subject)).path;
}

test.each(["onnx", "tfjs"] as const)("%s, exported and loaded, has its preprocessing with it", async (format) => {
  const backbone = await backbones.load(await exported(format));
  expect(backbone.preprocessing).toEqual(preprocessing);
  const loaded = await engine.infer(backbone.graph, backbone.weights, preprocess(images, backbone.preprocessing));
  const own = await engine.infer(pathTo(graph, "flat"), weights, preprocess(images, preprocessing));
  expect(loaded.shape).toEqual(own.shape);
  loaded.data.forEach((value, i) => expect(Math.abs(value - own.data[i]!)).toBeLessThan(1e-5));
});

test("what the person gives goes before it", async () => {
  const given = { scale: 1, offset: 0 };
  expect((await backbones.load(await exported("tfjs"), { preprocessing: given })).preprocessing).toEqual(given);
});

test.each([
  ["tfjs", "m/model.json", '"preprocessing"'],
  ["onnx", "m.onnx", '{"preprocessing"'],
] as const)("metadata of somebody else's in %s is left alone", async (format, file, from) => {
  const path = await exported(format);
  const text = await readFile(join(folder, file), "latin1");
  expect(text).toContain(from);
  // As long as before, which the file of ONNX counts on.
  await writeFile(join(folder, file), text.replace(from, from.replace("preprocessing", "somethingElse")), "latin1");
  expect((await backbones.load(path)).preprocessing).toEqual({ scale: 1 / 255, offset: 0 });
});
