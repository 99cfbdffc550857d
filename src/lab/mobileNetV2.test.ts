/** A backbone of real size, from weights that nobody here made: the tutorial's own calls on MobileNetV2 of npm's `nsfwjs`. */
import { afterAll, expect, test } from "vitest";
import { backbones } from "./backbone/backbones";
import { weightedLayers } from "./backbone/graphShapes";
import { layerHash } from "./backbone/weightsHash";
import { datasets } from "./data/datasets";
import { createOnnxruntimeEngine } from "./engine/onnxruntimeEngine";
import { graftOn } from "./train/graft";
import { LabRuntime } from "./train/labRuntime";

const engine = createOnnxruntimeEngine();
afterAll(() => engine.dispose());

// The last inverted residual block (three convolutions), the last convolution, each with its batch norm, and the head.
const lastLayers = 3 * 2 + 2 + 1;

test("the last block is fine-tuned on 300 images, each of which crosses the frozen trunk once", async () => {
  const backbone = await backbones.load("npm:nsfwjs/dist/models/mobilenet_v2");
  const digits = await datasets.mnist();
  const size = { height: 224, width: 224, channels: 3 };
  const train = digits.train.sample({ labels: 300, seed: 1 }).resize(size);
  const held = digits.test.sample({ labels: 150, seed: 2 }).resize(size);
  const runtime = new LabRuntime(engine);
  const model = graftOn(runtime, backbone, { classes: train.classes, checkpoints: false });
  await model.trainHead(train, { plot: false });
  expect(runtime.trunkPasses).toBe(300);
  const head = await model.evaluate(held);
  expect(runtime.trunkPasses).toBe(300 + 150);
  expect(head.accuracy).toBeGreaterThan(0.7);

  const layers = weightedLayers(model.graph);
  expect(layers.at(-lastLayers)!.name).toBe("block_16_expand");
  const before = layers.map((layer) => layerHash(layer, model.weights));
  const { epochs } = await model.fineTune(train, {
    lastLayers,
    learningRate: 3e-4,
    epochs: 3,
    batchSize: 16,
    plot: false,
  });
  // Another cut, so other features: once more each, whatever the number of epochs.
  expect(runtime.trunkPasses).toBe(2 * 300 + 150);
  const changed = layers.filter((layer, i) => layerHash(layer, model.weights) !== before[i]).map(({ name }) => name);
  const last = layers.slice(-lastLayers).filter(({ type }) => type !== "BatchNormalization");
  expect(changed).toEqual(last.map(({ name }) => name));
  expect(epochs[2]!.trainLoss).toBeLessThan(epochs[0]!.trainLoss);

  // Its batch norms, of momentum 0.999, would take it down to a third of the head's accuracy if they trained.
  const fineTuned = await model.evaluate(held);
  expect(fineTuned.accuracy).toBeGreaterThan(head.accuracy - 0.03);
  expect(runtime.trunkPasses).toBe(2 * (300 + 150));
}, 600_000);
