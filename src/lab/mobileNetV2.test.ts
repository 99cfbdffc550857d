/** A backbone of real size, from weights that nobody here made: the tutorial's own calls on MobileNetV2 of npm's `nsfwjs`. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backbone } from "./backbone/backbone";
import { backbones } from "./backbone/backbones";
import { weightedLayers } from "./backbone/graphShapes";
import { layerHash } from "./backbone/weightsHash";
import type { Dataset } from "./data/dataset";
import { datasets } from "./data/datasets";
import { createOnnxruntimeEngine } from "./engine/onnxruntimeEngine";
import { graftOn } from "./train/graft";
import { LabRuntime } from "./train/labRuntime";

const engine = createOnnxruntimeEngine();
let backbone: Backbone;
let train: Dataset;

beforeAll(async () => {
  backbone = await backbones.load("npm:nsfwjs/dist/models/mobilenet_v2");
  const digits = await datasets.mnist();
  train = digits.train.sample({ labels: 60, seed: 1 }).resize({ height: 224, width: 224, channels: 3 });
});
afterAll(() => engine.dispose());

test("the last block is fine-tuned, everything before it stays frozen, each image crosses the trunk once", async () => {
  const runtime = new LabRuntime(engine);
  const model = graftOn(runtime, backbone, { classes: train.classes, checkpoints: false });
  const head = await model.trainHead(train, { l2: 0.03, plot: false });
  expect(runtime.trunkPasses).toBe(train.size);
  expect(head.epochs.at(-1)!.trainAccuracy).toBeGreaterThan(0.9);

  // The last inverted residual block (three convolutions), the last convolution, each with its batch norm, and the head.
  const lastLayers = 3 * 2 + 2 + 1;
  const layers = weightedLayers(model.graph);
  expect(layers.at(-lastLayers)!.name).toBe("block_16_expand");
  const before = layers.map((layer) => layerHash(layer, model.weights));
  const options = { lastLayers, epochs: 2, batchSize: 16, plot: false };
  const { epochs } = await model.fineTune(train, options);
  // Another cut, so other features: once more each, whatever the number of epochs.
  expect(runtime.trunkPasses).toBe(2 * train.size);
  const changed = layers.map((layer, i) => layerHash(layer, model.weights) !== before[i]);
  expect(changed).toEqual(layers.map((_, i) => i >= layers.length - lastLayers));
  expect(epochs[1]!.trainLoss).toBeLessThan(epochs[0]!.trainLoss);

  await model.fineTune(train, { ...options, epochs: 1 });
  expect(runtime.trunkPasses).toBe(2 * train.size);
});

test("with its batch norms frozen the last block learns without losing what the head had", async () => {
  const digits = await datasets.mnist();
  const held = digits.test.subset(0, 100).resize({ height: 224, width: 224, channels: 3 });
  const model = graftOn(new LabRuntime(engine), backbone, { classes: train.classes, checkpoints: false });
  await model.trainHead(train, { l2: 0.03, plot: false });
  const head = await model.evaluate(held);
  const options = {
    lastLayers: 9,
    batchNorm: "frozen",
    learningRate: 1e-4,
    epochs: 4,
    batchSize: 16,
    plot: false,
  } as const;
  await model.fineTune(train, options);
  // Trained ones, of momentum 0.999, take it down to a third of the head's accuracy.
  expect((await model.evaluate(held)).accuracy).toBeGreaterThan(head.accuracy - 0.05);
});
