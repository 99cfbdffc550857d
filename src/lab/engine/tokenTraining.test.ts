/** Token cross-entropy and views, on each engine. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Rng } from "../../shared/rng";
import type { Weights } from "../backbone/layerGraph";
import type { EpochReport, TrainRequest, TrainResult } from "./engine";
import { tokenCrossEntropy } from "./losses/tokenCrossEntropy";
import { runInference } from "./runInference";
import { runTraining } from "./runTraining";
import { Runtime } from "./runtime";
import { branched } from "./testing/branched";
import { dense, randomWeights, sequence } from "./testing/networks";
import { useBackend } from "./tfjs/backend";
import { trainOnTfjs } from "./tfjs/trainOnTfjs";

const runtime = new Runtime();
beforeAll(() => useBackend(tf, "cpu"));
afterAll(() => runtime.dispose());

const [steps, vocabulary, asked] = [4, 6, 3];
/** Ids and, behind them, the places that are asked for. */
const graph = branched(
  [steps + asked],
  [
    { type: "Unpack", name: "ids", offset: 0, shape: [steps] },
    { type: "Unpack", name: "places", offset: steps, shape: [asked], inputs: ["input"] },
    { type: "Embedding", name: "words", inputDim: vocabulary, outputDim: 5, inputs: ["ids"] },
    { type: "GatherSteps", name: "asked", inputs: ["words", "places"] },
    dense("guess", { units: vocabulary }),
  ],
);
const input = [
  [1, 2, 3, 0, /**/ 2, 0, -1],
  [5, 5, 4, 1, /**/ 1, 3, 0],
  [0, 3, 2, 2, /**/ 1, -1, -1],
];
const targets = [
  [4, 1, -1],
  [5, 0, 2],
  [3, -1, -1],
];
const weightOfRow = [2 / 2, 3 / 2, 1 / 2];
const weights = randomWeights(graph, 3);
const tensor = (rows: readonly (readonly number[])[]) => ({
  shape: [rows.length, rows[0]!.length],
  data: Float32Array.from(rows.flat()),
});
const examples = {
  features: tensor(input),
  targets: tensor(targets),
  sampleWeights: Float32Array.from(weightOfRow),
};
const request: TrainRequest = {
  ...{ graph, weights, trainable: ["words", "guess"], loss: { name: "tokenCrossEntropy" }, epochs: 1, batchSize: 3 },
  ...{ train: examples, validation: examples, optimizer: { name: "sgd", learningRate: 0 }, seed: 1 },
};

async function meanLoss(at: Weights): Promise<number> {
  const { data } = await runInference(runtime, graph, at, examples.features);
  const size = asked * vocabulary;
  const losses = targets.map((row, i) =>
    tokenCrossEntropy.ofRow(data.subarray(i * size, (i + 1) * size), Float32Array.from(row)),
  );
  return losses.reduce((sum, loss, i) => sum + loss * weightOfRow[i]!, 0) / losses.length;
}

type Trainer = (request: TrainRequest) => Promise<TrainResult>;
const engines: readonly (readonly [string, Trainer])[] = [
  ["onnxruntime", (own) => runTraining(runtime, own)],
  ["tfjs", (own) => trainOnTfjs(tf, "cpu", own)],
];

describe.each(engines)("%s", (_, train) => {
  test("the loss of training and of validation is the mean over all tokens asked for", async () => {
    const [epoch] = (await train(request)).epochs as [EpochReport];
    const expected = await meanLoss(weights);
    expect(epoch.trainLoss).toBeCloseTo(expected, 5);
    expect(epoch.validationLoss).toBeCloseTo(expected, 5);
    expect(epoch.trainAccuracy).toBeUndefined();
  });

  test("its gradient is that of finite differences", async () => {
    const rate = 1;
    const moved = (await train({ ...request, optimizer: { name: "sgd", learningRate: rate } })).weights;
    const rng = new Rng(2);
    for (const [name, { shape, data }] of weights) {
      const gradient = moved.get(name)!.data.map((value, i) => (data[i]! - value) / rate);
      const direction = Array.from(data, () => rng.normal());
      const along = gradient.reduce((sum, value, i) => sum + value * direction[i]!, 0);
      const at = (step: number) =>
        meanLoss(new Map(weights).set(name, { shape, data: data.map((value, i) => value + step * direction[i]!) }));
      const slope = ((await at(2 ** -8)) - (await at(-(2 ** -8)))) / 2 ** -7;
      expect(Math.abs(along), name).toBeGreaterThan(0.01);
      expect(Math.abs(along - slope), name).toBeLessThan(2e-3 * Math.abs(slope));
    }
  });

  test("each epoch trains on the next view, and begins again behind the last", async () => {
    const one = sequence([1], [dense("same", { units: 1 })]);
    const value = (values: readonly number[]) => ({ shape: [values.length, 1], data: Float32Array.from(values) });
    const { epochs } = await train({
      ...{ graph: one, trainable: ["same"], loss: { name: "meanSquaredError" }, epochs: 5, batchSize: 2, seed: 1 },
      weights: new Map([
        ["same/kernel", { shape: [1, 1], data: Float32Array.of(1) }],
        ["same/bias", { shape: [1], data: Float32Array.of(0) }],
      ]),
      train: { features: value([1, 1, 1, 2, 2, 2]), targets: value([0, 0, 0, 0, 0, 0]), views: 2 },
      optimizer: { name: "sgd", learningRate: 0 },
    });
    expect(epochs.map(({ trainLoss }) => trainLoss)).toEqual([1, 4, 1, 4, 1]);
    expect(epochs.at(-1)!.step).toBe(10);
  });
});

test.each<[string, Partial<TrainRequest>]>([
  ["engine/target-shape", { train: { ...examples, targets: tensor(targets.map((row) => row.slice(1))) } }],
  ["engine/target-range", { train: { ...examples, targets: tensor([[vocabulary, 0, 0], ...targets.slice(1)]) } }],
  ["engine/target-kind", { train: { ...examples, targets: Int32Array.of(0, 1, 2) } }],
  ["engine/not-logits", { loss: { name: "softmaxCrossEntropy" } }],
  ["engine/setting", { train: { ...examples, views: 2 } }],
  ["engine/setting", { train: { ...examples, views: 0 } }],
])("%s", async (code, changes) => {
  await expect(runTraining(runtime, { ...request, ...changes })).rejects.toMatchObject({ code });
});
