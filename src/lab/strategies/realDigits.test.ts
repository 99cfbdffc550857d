/** Each strategy on the shipped backbone and real digits: it learns, and the same seed gives the same bits. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Backbone } from "../backbone/backbone";
import { backbones } from "../backbone/backbones";
import { graphHash } from "../backbone/weightsHash";
import { normalStrategy, type Strategy, strategyKey, trainBy } from "../compare/strategy";
import { datasets } from "../data/datasets";
import type { TrainAndTest } from "../data/mnist";
import { createOnnxruntimeEngine } from "../engine/onnxruntimeEngine";
import { InterruptedError } from "../../shared/graftError";
import { labHost } from "../../shared/labHost";
import { graftOn } from "../train/graft";
import { LabRuntime } from "../train/labRuntime";
import type { Model } from "../train/model";

const engine = createOnnxruntimeEngine();
let backbone: Backbone;
let digits: TrainAndTest;

beforeAll(async () => {
  backbone = await backbones.load("fashion-cnn");
  digits = await datasets.mnist();
});
afterAll(() => engine.dispose());

const hashOf = (model: Model) =>
  createHash("sha256")
    .update(graphHash(model.graph, model.weights))
    .update(JSON.stringify(model.history.phases.map(({ steps, epochs }) => [steps, epochs])))
    .digest("hex");

const short = { epochs: 3, batchSize: 10 };
/** With the accuracy that 60 digits must at least give; chance is 0.1. */
test.each<[Strategy, number]>([
  ["head", 0.75],
  ["prototypes", 0.6],
  ["nearest", 0.6],
  ["mlp", 0.65],
  [{ scratch: { epochs: 15, batchSize: 10 } }, 0.4],
  [{ lastLayers: 3, ...short }, 0.75],
  [{ fromLayer: "block2_conv", ...short }, 0.75],
  [{ all: true, ...short }, 0.75],
  [{ linearProbeThenFineTune: short }, 0.75],
  [{ gradualUnfreeze: { lastLayers: 5, epochs: 2, batchSize: 10 } }, 0.75],
])("%j learns, reproducibly", async (given, least) => {
  const strategy = normalStrategy(given);
  const train = digits.train.sample({ labels: 60, seed: 5 });
  const run = () => trainBy(strategy, new LabRuntime(engine), backbone, train, 3);
  const model = await run();
  expect((await model.evaluate(digits.test.subset(0, 500))).accuracy, strategyKey(strategy)).toBeGreaterThan(least);
  expect(hashOf(await run())).toBe(hashOf(model));
});

test("early stopping ends with the weights of its best epoch, and says when and why", async () => {
  const { train, validation } = digits.train.sample({ labels: 120, seed: 5 }).split({ validation: 0.5, seed: 1 });
  const model = graftOn(new LabRuntime(engine), backbone, { classes: train.classes });
  await model.trainHead(train, { plot: false });
  const earlyStopping = { patience: 2 };
  // Large steps, so that it gets worse soon.
  const options = { lastLayers: 3, epochs: 30, learningRate: 0.01, earlyStopping, validation, plot: false };
  const phase = await model.fineTune(train, options);
  const losses = phase.epochs.map(({ validationLoss }) => validationLoss!);
  const best = losses.indexOf(Math.min(...losses)) + 1;
  expect(phase.status).toBe("finished");
  expect(losses.length).toBe(best + 2);
  expect(phase.notes).toEqual([
    `Stopped early after epoch ${best + 2} of 30: its validation loss had not improved for 2 epochs. The weights are those of epoch ${best}.`,
  ]);
  expect((await model.evaluate(validation)).loss).toBeCloseTo(Math.min(...losses), 4);
});

test("a learning rate is found that trains, and the model is as it was, also after an interrupt", async () => {
  const train = digits.train.sample({ labels: 200, seed: 6 });
  const model = graftOn(new LabRuntime(engine), backbone, { classes: train.classes });
  await model.trainHead(train, { l2: 1, plot: false });
  const before = hashOf(model);
  const found = await model.findLearningRate(train, { lastLayers: 3 });
  expect(found.suggestion).toBeGreaterThan(1e-6);
  expect(found.suggestion).toBeLessThan(0.1);
  expect(hashOf(model)).toBe(before);
  const again = await model.findLearningRate(train, { lastLayers: 3 });
  expect(again.losses).toEqual(found.losses);

  const search = model.findLearningRate(train, { lastLayers: 3, steps: 5000, from: 1e-9, to: 1e-8 });
  labHost().interruptFlag[0] = 1;
  await expect(search).rejects.toBeInstanceOf(InterruptedError);
  labHost().interruptFlag[0] = 0;
  expect(hashOf(model)).toBe(before);
  const phase = await model.fineTune(train, { lastLayers: 3, learningRate: found.suggestion, epochs: 2, plot: false });
  expect(phase.epochs[1]!.trainLoss).toBeLessThan(phase.epochs[0]!.trainLoss);
});
