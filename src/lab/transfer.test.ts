/** The main job on the real engine, the shipped backbone and real digits. */
import * as tf from "@tensorflow/tfjs";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { weightedLayers } from "./backbone/graphShapes";
import { readLayersModel } from "./backbone/layersModel";
import { preprocess } from "./backbone/preprocessing";
import { layerHash } from "./backbone/weightsHash";
import { compareOn } from "./compare/compareStrategies";
import { shippedFile } from "./data/locations";
import { realDigits } from "./strategies/testing/realDigits";
import { fromScratchOn, graftOn } from "./train/graft";

const { engine, backbone, digits, runtime } = await realDigits();

test("the shipped backbone is the one of its card", async () => {
  const card = backbone.card!;
  const bytes = await readFile(shippedFile("media", "backbones", "fashion-cnn", "weights.bin"));
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(card.sha256["weights.bin"]);
  expect(bytes.length).toBe(4 * card.parameters!);
  expect(card.data.examples).toBe(60_000);
  expect(backbone.inputShape).toEqual([28, 28, 1]);
});

test("tfjs and the engine compute the same from the shipped backbone", async () => {
  const folder = shippedFile("media", "backbones", "fashion-cnn");
  const { graph, weights } = await readLayersModel(folder);
  const input = preprocess(digits.test.subset(0, 8), backbone.preprocessing);
  const ours = await engine.infer(graph, weights, input);

  const json = JSON.parse(await readFile(`${folder}/model.json`, "utf8")) as {
    modelTopology: object;
    weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
  };
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
      weightData: Uint8Array.from(await readFile(`${folder}/weights.bin`)).buffer,
    }),
  );
  const theirs = await (model.predict(tf.tensor(input.data, [8, 28, 28, 1])) as tf.Tensor).data();
  const largest = Math.max(...theirs.map(Math.abs));
  ours.data.forEach((value, i) => expect(Math.abs(value - theirs[i]!) / largest).toBeLessThan(1e-4));
});

test("fine-tuning leaves frozen layers as they are to the bit, and changes all others", async () => {
  const train = digits.train.sample({ labels: 50, seed: 1 });
  const model = graftOn(runtime(), backbone, { classes: train.classes });
  await model.trainHead(train, { plot: false });
  const before = weightedLayers(model.graph).map((layer) => layerHash(layer, model.weights));
  await model.fineTune(train, { lastLayers: 3, epochs: 2, plot: false });
  const changed = weightedLayers(model.graph).filter((layer, i) => layerHash(layer, model.weights) !== before[i]);
  // The third of the last three is the batch norm between them, which has learnt from much data.
  expect(changed.map(({ name }) => name)).toEqual(["block3_conv", "head"]);
});

test("the cut changes nothing: features, then tail, equals the whole model at once", async () => {
  const train = digits.train.sample({ labels: 30, seed: 2 });
  const some = digits.test.subset(0, 20);
  const model = graftOn(runtime(), backbone, { classes: train.classes });
  await model.trainHead(train, { plot: false });
  await model.fineTune(train, { lastLayers: 2, epochs: 3, plot: false });
  const cut = await model.logits(some);
  const whole = await engine.infer(model.graph, model.weights, preprocess(some, backbone.preprocessing));
  const largest = Math.max(...whole.data.map(Math.abs));
  cut.data.forEach((value, i) => expect(Math.abs(value - whole.data[i]!) / largest).toBeLessThan(1e-5));
});

test("same seed, same weights; another seed, others", async () => {
  const train = digits.train.sample({ labels: 20, seed: 3 });
  const [one, same, other] = await Promise.all(
    [1, 1, 2].map(async (seed) => {
      const model = fromScratchOn(runtime(), backbone, { classes: train.classes, seed });
      await model.fineTune(train, { all: true, epochs: 2, seed, plot: false });
      return weightedLayers(model.graph).map((layer) => layerHash(layer, model.weights));
    }),
  );
  expect(one).toEqual(same);
  expect(one).not.toEqual(other);
});

test("a comparison has a row for each strategy, with paired gains, and learns more than chance", async () => {
  const rows = await compareOn(runtime(), {
    backbone,
    dataset: { train: digits.train, test: digits.test.subset(0, 1000) },
    labels: [50],
    seeds: 2,
    strategies: [{ scratch: { epochs: 15, batchSize: 10 } }, "head", { lastLayers: 2, epochs: 2 }],
    plot: false,
  });
  expect(rows.map(({ strategy, labels, seeds }) => [strategy, labels, seeds])).toEqual([
    ["scratch", 50, 2],
    ["head", 50, 2],
    ["last 2 layers", 50, 2],
  ]);
  const [scratch, head] = rows as [(typeof rows)[0], (typeof rows)[0]];
  expect(scratch.gain).toBeUndefined();
  expect(head.gain!.mean).toBeCloseTo(head.accuracy - scratch.accuracy, 10);
  expect(head.interval[0]).toBeLessThan(head.accuracy);
  for (const row of rows) expect(row.accuracy).toBeGreaterThan(0.4);
});
