/** Bad input is met before anything is compiled, each with an error of its own that says what was found. */
import { describe, expect, test } from "vitest";
import type { Tensor } from "../backbone/layerGraph";
import { checkTrainRequest } from "./checkTrainRequest";
import type { Loss, TrainRequest } from "./engine";
import { dense, randomExamples, randomWeights, sequence } from "./testing/networks";

const graph = sequence([6], [dense("hidden"), dense("head")]);
const ROWS = 10;
const labels = Int32Array.from({ length: ROWS }, (_, row) => row % 4);
const features = randomExamples(graph, ROWS, 4, 1).features;
const sigmoid: Loss = { name: "sigmoidCrossEntropy" };

function requestWith(changes: Partial<TrainRequest>): TrainRequest {
  return {
    graph,
    weights: randomWeights(graph, 1),
    trainable: ["head"],
    train: { features, targets: labels },
    epochs: 2,
    batchSize: 4,
    optimizer: { name: "adam", learningRate: 0.01 },
    seed: 1,
    ...changes,
  };
}

function changedAt<Data extends Float32Array | Int32Array>(data: Data, at: number, value: number): Data {
  const changed = data.slice() as Data;
  changed[at] = value;
  return changed;
}

function values(shape: readonly number[], fill = 0.5): Tensor {
  return { shape, data: new Float32Array(shape.reduce((product, length) => product * length, 1)).fill(fill) };
}

test("divides a run into steps; groups of batches end with their epoch", () => {
  expect(checkTrainRequest(requestWith({}))).toEqual({ rows: 10, batchesPerEpoch: 3, stepsPerEpoch: 3, steps: 6 });
  expect(checkTrainRequest(requestWith({ accumulateBatches: 2 }))).toMatchObject({ stepsPerEpoch: 2, steps: 4 });
});

describe("examples", () => {
  const withTargets = (targets: Int32Array | Tensor, loss?: Loss) =>
    requestWith({ train: { features, targets }, ...(loss && { loss }) });
  const withWeights = (sampleWeights: Float32Array) =>
    requestWith({ train: { features, targets: labels, sampleWeights } });
  const ones = new Float32Array(ROWS).fill(1);
  const valid = { features, targets: labels };
  const broken = { shape: features.shape, data: changedAt(features.data, 6 * 7 + 2, NaN) };

  test.each<[string, string, RegExp, TrainRequest]>([
    ["a label above the classes", "engine/label-range", /label 4/, withTargets(changedAt(labels, 3, 4))],
    ["a label below 0", "engine/label-range", /label -1/, withTargets(changedAt(labels, 3, -1))],
    ["too few labels", "engine/label-count", /9 labels/, withTargets(labels.slice(1))],
    ["one class alone", "engine/one-class", /class 2 alone, in all 10 rows/, withTargets(new Int32Array(ROWS).fill(2))],
    ["values for softmax", "engine/target-kind", /values of shape/, withTargets(values([ROWS, 4]))],
    ["classes for sigmoid", "engine/target-kind", /class indices/, withTargets(labels, sigmoid)],
    ["targets too narrow", "engine/target-shape", /\[10, 3\]/, withTargets(values([ROWS, 3]), sigmoid)],
    ["a target above 1", "engine/target-range", /1\.5 in row 0/, withTargets(values([ROWS, 4], 1.5), sigmoid)],
    ["a target NaN", "engine/target-range", /NaN/, withTargets(values([ROWS, 4], NaN), { name: "meanSquaredError" })],
    ["a negative weight", "engine/sample-weights", /-1 for row 2/, withWeights(changedAt(ones, 2, -1))],
    ["a weight NaN", "engine/sample-weights", /NaN for row 9/, withWeights(changedAt(ones, 9, NaN))],
    ["too many weights", "engine/sample-weights", /found 11/, withWeights(new Float32Array(11))],
    [
      "NaN in a feature",
      "engine/not-finite",
      /in row 7/,
      requestWith({ train: { features: broken, targets: labels } }),
    ],
    [
      "infinity in validation",
      "engine/not-finite",
      /validation features.*row 1/,
      requestWith({
        validation: {
          features: { shape: features.shape, data: changedAt(features.data, 6, -Infinity) },
          targets: labels,
        },
      }),
    ],
    [
      "no rows",
      "engine/no-rows",
      /none/,
      requestWith({ train: { features: values([0, 6]), targets: new Int32Array() } }),
    ],
    [
      "no rows of validation",
      "engine/no-rows",
      /validation/,
      requestWith({ validation: { features: values([0, 6]), targets: new Int32Array() } }),
    ],
    [
      "features of another width",
      "engine/input-shape",
      /\[10, 5\]/,
      requestWith({ train: { ...valid, features: values([ROWS, 5]) } }),
    ],
    [
      "a batch larger than the data",
      "engine/batch-size",
      /at most 10 rows.*batch size of 11/,
      requestWith({ batchSize: 11 }),
    ],
  ])("%s", (_, code, text, request) => {
    expect(() => checkTrainRequest(request)).toThrow(expect.objectContaining({ code }) as Error);
    expect(() => checkTrainRequest(request)).toThrow(text);
  });

  test("one class alone is no error to validate on", () => {
    const validation = { features, targets: new Int32Array(ROWS).fill(2) };
    expect(() => checkTrainRequest(requestWith({ validation }))).not.toThrow();
  });
});

describe("settings", () => {
  const adam = { name: "adam", learningRate: 0.01 } as const;

  test.each<[string, string, Partial<TrainRequest>]>([
    ["epochs", "0", { epochs: 0 }],
    ["batchSize", "2.5", { batchSize: 2.5 }],
    ["accumulateBatches", "0", { accumulateBatches: 0 }],
    ["learningRate", "-1", { optimizer: { ...adam, learningRate: -1 } }],
    ["learningRate", "NaN", { optimizer: { ...adam, learningRate: NaN } }],
    ["weightDecay", "-0.1", { optimizer: { ...adam, weightDecay: -0.1 } }],
    ["beta1", "1", { optimizer: { ...adam, beta1: 1 } }],
    ["beta2", "-1", { optimizer: { ...adam, beta2: -1 } }],
    ["epsilon", "0", { optimizer: { ...adam, epsilon: 0 } }],
    ["momentum", "1", { optimizer: { name: "sgd", learningRate: 1, momentum: 1 } }],
    ["labelSmoothing", "1", { loss: { name: "softmaxCrossEntropy", labelSmoothing: 1 } }],
    ["clipNorm", "0", { clipNorm: 0 }],
    ["emaDecay", "1", { emaDecay: 1 }],
    ['learning rate factor of "head"', "-2", { learningRateFactors: new Map([["head", -2]]) }],
  ])("%s of %s", (name, found, changes) => {
    const check = () => checkTrainRequest(requestWith(changes));
    expect(check).toThrow(expect.objectContaining({ code: "engine/setting", found }) as Error);
    expect(check).toThrow(`Expected ${name} to be `);
  });

  test("a learning rate factor for a layer that is not there", () => {
    const request = requestWith({ learningRateFactors: new Map([["haed", 0.1]]) });
    expect(() => checkTrainRequest(request)).toThrow(
      expect.objectContaining({ code: "engine/unknown-layer", found: '"haed"' }) as Error,
    );
  });

  test("warm-up as long as the training", () => {
    const request = requestWith({ schedule: { name: "warmup", warmupSteps: 6 } });
    expect(() => checkTrainRequest(request)).toThrow(
      expect.objectContaining({ code: "engine/schedule-too-long" }) as Error,
    );
  });
});
