import { expect, test } from "vitest";
import { Dataset } from "../data/dataset";
import { type FineTuneOptions, planFor, sampleWeightsOf } from "./fineTuneOptions";

const classes = ["a", "b", "c"];
/** One example of a, two of b, five of c. */
const train = Dataset.from({
  images: Uint8Array.from({ length: 8 }, (_, i) => i),
  imageShape: [1, 1, 1],
  labels: [0, 1, 1, 2, 2, 2, 2, 2],
  classes,
});
const layers = ["one", "two", "head"];
const plan = (options: Partial<FineTuneOptions>) => planFor(layers, train, options);

test("without options: Adam at 0.001, constant, 20 epochs, all examples in a batch where there are few", () => {
  expect(plan({})).toEqual({
    layers,
    epochs: 20,
    batchSize: 8,
    optimizer: { name: "adam", learningRate: 1e-3, weightDecay: 0 },
    schedule: "constant",
    loss: { name: "softmaxCrossEntropy", labelSmoothing: 0 },
    seed: 0,
  });
});

test("weight decay makes it AdamW; a whole optimizer is taken as it is", () => {
  expect(plan({ weightDecay: 0.01, learningRate: 0.1 }).optimizer).toEqual({
    name: "adamW",
    learningRate: 0.1,
    weightDecay: 0.01,
  });
  const sgd = { name: "sgd", learningRate: 0.5, momentum: 0.9, nesterov: true } as const;
  expect(plan({ optimizer: sgd }).optimizer).toEqual(sgd);
  expect(plan({ optimizer: "sgd" }).optimizer).toEqual({ name: "sgd", learningRate: 1e-3, weightDecay: 0 });
});

test("balanced class weights are scikit-learn's, and become one weight for each example", () => {
  const balanced = plan({ classWeights: "balanced" });
  expect(balanced.classWeights).toEqual([8 / 3, 8 / 6, 8 / 15]);
  const weights = sampleWeightsOf(balanced, train.labels)!;
  expect([...weights.slice(0, 4)].map((weight) => weight.toFixed(4))).toEqual(["2.6667", "1.3333", "1.3333", "0.5333"]);
  // Every class counts alike.
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(8, 5);
  expect(sampleWeightsOf(plan({}), train.labels)).toBeUndefined();
});

test("layers before the head learn more slowly, unless one is named", () => {
  expect(plan({ layerDecay: 0.5 }).learningRateFactors).toEqual({ one: 0.25, two: 0.5, head: 1 });
  expect(plan({ layerDecay: 0.5, learningRateFactors: { one: 2 } }).learningRateFactors).toEqual({
    one: 2,
    two: 0.5,
    head: 1,
  });
});

test.each<[Partial<FineTuneOptions>, string, RegExp]>([
  [{ batchSize: 9 }, "train/batch-size", /from 1 to 8.*found 9/],
  [{ batchSize: 0 }, "train/batch-size", /found 0/],
  [{ batchSize: 2.5 }, "train/batch-size", /found 2.5/],
  [{ classWeights: [1, 2] }, "train/class-weights", /3 class weights.*\[1, 2\]/],
  [{ classWeights: [1, 2, -1] }, "train/class-weights", /none negative/],
  [{ learningRateFactors: { zero: 1 } }, "train/unknown-rate-layer", /one, two, head.*"zero"/],
  [{ schedule: { name: "plateau" } }, "train/plateau", /validation/],
])("%j is refused", (options, code, text) => {
  expect(() => plan(options)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(text) as string }),
  );
});
