/** A GraphModel from weights that nobody here made: MobileNetV2 of width 1.4 of npm's `nsfwjs`, through the tutorial's own calls. */
import * as tf from "@tensorflow/tfjs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backbone } from "./backbone/backbone";
import { backbones } from "./backbone/backbones";
import { weightedLayers } from "./backbone/graphShapes";
import { npmPath } from "./backbone/npmPackage";
import { layerHash } from "./backbone/weightsHash";
import { datasets } from "./data/datasets";
import { exportOnnx } from "./engine/exportOnnx";
import { createOnnxruntimeEngine } from "./engine/onnxruntimeEngine";
import { Runtime } from "./engine/runtime";
import { relativeDistance } from "./engine/testing/networks";
import { preprocess } from "./backbone/preprocessing";
import { graftOn } from "./train/graft";
import { LabRuntime } from "./train/labRuntime";

const address = "npm:nsfwjs/dist/models/mobilenet_v2_mid";
const engine = createOnnxruntimeEngine();
let folder: string;
let backbone: Backbone;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-graph-model-"));
  backbone = await backbones.load(address);
}, 60_000);
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

test("it ends where the classifier begins, every convolution is a layer with weights", () => {
  expect(backbone.inputShape).toEqual([224, 224, 3]);
  expect(backbone.featureShape).toEqual([1792]);
  const types = weightedLayers(backbone.graph).map(({ type }) => type);
  expect(types.filter((type) => type === "Conv2D").length).toBe(35);
  // 17 of the network, one that takes numbers from 0 to 1 to those from -1 to 1.
  expect(types.filter((type) => type === "DepthwiseConv2D").length).toBe(18);
});

test("its features are those that tfjs computes", async () => {
  const data = Float32Array.from({ length: 224 * 224 * 3 }, (_, i) => (1 + Math.sin(i / 97) * Math.cos(i / 3001)) / 2);
  const ours = await engine.infer(backbone.graph, backbone.weights, { shape: [1, 224, 224, 3], data });
  const original = artifacts(await npmPath(address));
  const model = await tf.loadGraphModel(tf.io.fromMemory(original));
  const { node } = original.modelTopology as { node: { name: string; op: string }[] };
  const squeeze = node.find(({ op }) => op === "Squeeze")!.name;
  const theirs = model.execute(tf.tensor4d(data, [1, 224, 224, 3]), squeeze) as tf.Tensor;
  expect(relativeDistance(ours.data, theirs.dataSync() as Float32Array)).toBeLessThan(1e-4);
}, 60_000);

test("its last weighted nodes train, each image crosses the trunk once, and the file that is exported is the model", async () => {
  const digits = await datasets.mnist();
  const train = digits.train.sample({ labels: 20, seed: 1 }).resize({ height: 224, width: 224, channels: 3 });
  const runtime = new LabRuntime(engine);
  const model = graftOn(runtime, backbone, { classes: train.classes, checkpoints: false });
  await model.trainHead(train, { l2: 0.03, plot: false });
  expect(runtime.trunkPasses).toBe(train.size);

  const layers = weightedLayers(model.graph);
  const before = layers.map((layer) => layerHash(layer, model.weights));
  // The last block's three convolutions, the last convolution, and the head.
  const { epochs } = await model.fineTune(train, { lastLayers: 5, epochs: 2, batchSize: 10, plot: false });
  expect(runtime.trunkPasses).toBe(2 * train.size);
  expect(layers.map((layer, i) => layerHash(layer, model.weights) !== before[i])).toEqual(
    layers.map((_, i) => i >= layers.length - 5),
  );
  expect(epochs[1]!.trainLoss).toBeLessThan(epochs[0]!.trainLoss);

  const some = train.subset(0, 2);
  const input = preprocess(some, backbone.preprocessing);
  const exported = new Runtime(1);
  const session = await exported.session("exported", () => exportOnnx(model.graph, model.weights));
  const { Tensor } = await exported.ort();
  const { output } = await session.run({ [model.graph.input.name]: new Tensor("float32", input.data, input.shape) });
  const logits = await model.logits(some);
  expect(relativeDistance(output!.data as Float32Array, logits.data)).toBeLessThan(1e-4);
  await exported.dispose();
}, 120_000);

/** The same modules, read in tfjs's own way. */
function artifacts(at: string): tf.io.ModelArtifacts {
  const require = createRequire(import.meta.url);
  const modelJson = require(`${at}/model.min.js`) as {
    modelTopology: object;
    weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
  };
  const shards = modelJson.weightsManifest.flatMap(({ paths }) => paths);
  const bytes = shards.map((path) =>
    Buffer.from(require(`${at}/${path.replace(".bin", "")}.min.js`) as string, "base64"),
  );
  return {
    modelTopology: modelJson.modelTopology,
    weightSpecs: modelJson.weightsManifest.flatMap(({ weights }) => weights),
    weightData: Uint8Array.from(Buffer.concat(bytes)).buffer,
  };
}
