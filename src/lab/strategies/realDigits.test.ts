/** Each strategy on the shipped backbone and real digits: it learns, at the price of one forward pass, and the same seed gives the same bits. */
import { expect, test } from "vitest";
import { normalStrategy, type Strategy, strategyKey, trainBy } from "../compare/strategy";
import { InterruptedError } from "../../shared/graftError";
import { labHost } from "../../shared/labHost";
import { graftOn } from "../train/graft";
import { modelHash } from "./testing/modelHash";
import { realDigits } from "./testing/realDigits";

const { backbone, digits, runtime } = await realDigits();

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
  [{ lora: { rank: 4, ...short } }, 0.75],
  [{ lora: { rank: 4, lastLayers: 3, ...short } }, 0.75],
])("%j learns, reproducibly, and an image crosses the frozen layers once", async (given, least) => {
  const strategy = normalStrategy(given);
  const train = digits.train.sample({ labels: 60, seed: 5 });
  const run = (fresh = runtime()) => trainBy(strategy, fresh, backbone, train, 3);
  const counted = runtime();
  const model = await run(counted);
  expect(counted.trunkPasses).toBe(strategy.name === "scratch" ? 0 : train.size);
  expect((await model.evaluate(digits.test.subset(0, 500))).accuracy, strategyKey(strategy)).toBeGreaterThan(least);
  expect(modelHash(await run())).toBe(modelHash(model));
});

test("early stopping ends with the weights of its best epoch, and says when and why", async () => {
  const { train, validation } = digits.train.sample({ labels: 120, seed: 5 }).split({ validation: 0.5, seed: 1 });
  const model = graftOn(runtime(), backbone, { classes: train.classes });
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
  const model = graftOn(runtime(), backbone, { classes: train.classes });
  await model.trainHead(train, { l2: 1, plot: false });
  const before = modelHash(model);
  const found = await model.findLearningRate(train, { lastLayers: 3 });
  expect(found.suggestion).toBeGreaterThan(1e-6);
  expect(found.suggestion).toBeLessThan(0.1);
  expect(modelHash(model)).toBe(before);
  const again = await model.findLearningRate(train, { lastLayers: 3 });
  expect(again.losses).toEqual(found.losses);

  const search = model.findLearningRate(train, { lastLayers: 3, steps: 5000, from: 1e-9, to: 1e-8 });
  labHost().interruptFlag[0] = 1;
  await expect(search).rejects.toBeInstanceOf(InterruptedError);
  labHost().interruptFlag[0] = 0;
  expect(modelHash(model)).toBe(before);
  const phase = await model.fineTune(train, { lastLayers: 3, learningRate: found.suggestion, epochs: 2, plot: false });
  expect(phase.epochs[1]!.trainLoss).toBeLessThan(phase.epochs[0]!.trainLoss);
});
