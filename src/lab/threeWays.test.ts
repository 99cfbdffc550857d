/** Three ways, one answer: the cached head, the joined model, and what was exported and read back compute the same. */
import * as tf from "@tensorflow/tfjs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { backbones } from "./backbone/backbones";
import type { Tensor } from "./backbone/layerGraph";
import { preprocess } from "./backbone/preprocessing";
import type { Dataset } from "./data/dataset";
import { datasets } from "./data/datasets";
import { createOnnxruntimeEngine } from "./engine/onnxruntimeEngine";
import { loadModelOn } from "./modelFile/models";
import { graftOn } from "./train/graft";
import { LabRuntime } from "./train/labRuntime";
import type { Model } from "./train/model";

const engine = createOnnxruntimeEngine();
let folder: string;
let some: Dataset;
let input: Tensor;
let model: Model;
let cached: Float32Array;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-three-ways-"));
  const digits = await datasets.mnist();
  const backbone = await backbones.load("fashion-cnn");
  some = digits.test.subset(0, 16);
  input = preprocess(some, backbone.preprocessing);
  model = graftOn(new LabRuntime(engine), backbone, { classes: digits.train.classes });
  const train = digits.train.sample({ labels: 30, seed: 2 });
  await model.trainHead(train, { plot: false });
  // Batch norm among the trained layers: its statistics move, and have to move in all three.
  await model.fineTune(train, { lastLayers: 3, batchNorm: "train", epochs: 3, plot: false });
  cached = (await model.logits(some)).data;
});
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

function expectSame(found: Float32Array, part: number): void {
  const largest = Math.max(...cached.map(Math.abs));
  expect(found.length).toBe(cached.length);
  found.forEach((value, i) => expect(Math.abs(value - cached[i]!) / largest).toBeLessThan(part));
}

test("cached features and head, and the joined model", async () => {
  expectSame((await engine.infer(model.graph, model.weights, input)).data, 1e-5);
});

test("the ONNX file, in a session of its own, with classes and preprocessing in its metadata", async () => {
  const file = join(folder, "digits.onnx");
  const report = await model.exportTo("onnx", file);
  expect(report).toMatchObject({ path: file, bytes: (await readFile(file)).length });
  expect(report.largestDifference).toBeLessThan(1e-4);
  const session = await InferenceSession.create(file);
  const feed = new OrtTensor("float32", input.data, input.shape);
  const { output } = await session.run({ [model.graph.input.name]: feed });
  expectSame(output!.data as Float32Array, 1e-5);
  await session.release();
  const text = (await readFile(file)).toString("latin1");
  expect(text).toContain('"classes":["0","1","2"');
  expect(text).toContain('"preprocessing":{"scale":');
});

test("a LayersModel folder, in tfjs", async () => {
  const at = join(folder, "digits");
  await model.exportTo("tfjs", at);
  const json = JSON.parse(await readFile(join(at, "model.json"), "utf8")) as {
    modelTopology: object;
    weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
  };
  const read = await tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest.flatMap(({ weights }) => weights),
      weightData: Uint8Array.from(await readFile(join(at, "weights.bin"))).buffer,
    }),
  );
  const output = read.predict(tf.tensor(input.data, [...input.shape])) as tf.Tensor;
  expectSame((await output.data()) as Float32Array, 1e-4);
});

test("a .graft file, loaded again", async () => {
  const file = join(folder, "digits.graft");
  await model.save(file);
  const same = await loadModelOn(new LabRuntime(engine), file);
  expect((await same.logits(some)).data).toEqual(cached);
  expect(same.history.phases).toEqual(
    model.history.phases.map(({ name, steps, epochs }) => expect.objectContaining({ name, steps, epochs }) as object),
  );
});
