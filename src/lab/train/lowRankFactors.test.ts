/** Runs that train low-rank updates, and what is merged of them. The gradients by their factors are in `engine/conformance.test.ts`. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as tf from "@tensorflow/tfjs";
import { placedLayers } from "../backbone/graphShapes";
import type { Weights } from "../backbone/layerGraph";
import { initialFactors, mergedFactors } from "./lowRankFactors";
import type { TrainRequest, TrainResult } from "../engine/engine";
import { exportWithWeightInputs } from "../engine/exportOnnx";
import { lowRankUpdates } from "../engine/lowRank";
import { trainableParameters } from "../engine/parameterLayout";
import { runInference } from "../engine/runInference";
import { runTraining } from "../engine/runTraining";
import { Runtime } from "../engine/runtime";
import { branched } from "../engine/testing/branched";
import { conv, dense, norm, randomExamples, randomWeights, relativeDistance } from "../engine/testing/networks";
import { useCpuBackend } from "../engine/testing/tfjsReference";
import { trainOnTfjs } from "../engine/tfjs/trainOnTfjs";

const runtime = new Runtime();
beforeAll(useCpuBackend);
afterAll(() => runtime.dispose());

const graph = branched(
  [4, 4, 3],
  [
    conv("conv", { kernelSize: [1, 1], filters: 6, activation: "relu" }),
    norm("bn"),
    { type: "Reshape", name: "steps", shape: [16, 6] },
    { type: "MultiHeadAttention", name: "attention", heads: 2, keyDim: 3, useBias: true },
    { type: "GlobalAveragePooling1D", name: "average" },
    dense("hidden", { units: 8, activation: "relu" }),
    dense("head"),
  ],
);
const lowRank = { layers: ["conv", "attention", "hidden"], rank: 2, scale: 0.5 };
const trained = { trainable: [...lowRank.layers, "head"], lowRank };
/** Two channels' means tell the class. */
const examples = (rows: number, seed: number) => {
  const { features } = randomExamples(graph, rows, 4, seed);
  const mean = (row: number, channel: number) =>
    features.data.subarray(row * 48, (row + 1) * 48).reduce((sum, x, i) => (i % 3 === channel ? sum + x : sum), 0);
  return { features, targets: Int32Array.from({ length: rows }, (_, i) => +(mean(i, 0) > 0) + 2 * +(mean(i, 1) > 0)) };
};
const weights: Weights = new Map([...randomWeights(graph, 3), ...initialFactors(graph, trained, 7)]);
const whole: TrainRequest = {
  ...{ graph, weights, trainable: trained.trainable, train: examples(22, 4), validation: examples(9, 5) },
  ...{ epochs: 6, batchSize: 8, optimizer: { name: "adamW", learningRate: 0.02, weightDecay: 0.01 }, seed: 5 },
};
const request: TrainRequest = { ...whole, lowRank };

const engines: readonly (readonly [string, (request: TrainRequest) => Promise<TrainResult>])[] = [
  ["onnxruntime", (request) => runTraining(runtime, request)],
  ["tfjs", (request) => trainOnTfjs(tf, "cpu", request)],
];
const bits = (all: Weights, keep: (key: string) => boolean) =>
  [...all].filter(([key]) => keep(key)).map(([key, { data }]) => [key, [...new Uint32Array(data.slice().buffer)]]);
const isFree = (key: string) => key.includes("/lora_") || key.startsWith("head/");

describe.each(engines)("%s", (_, train) => {
  test("factors and head learn; all else, W and biases among it, stays to the bit", async () => {
    const result = await train({
      ...request,
      epochs: 12,
      optimizer: { name: "adamW", learningRate: 0.05, weightDecay: 0.01 },
    });
    const losses = result.epochs.map(({ trainLoss }) => trainLoss);
    expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!);
    expect(bits(result.weights, (key) => !isFree(key))).toEqual(bits(weights, (key) => !isFree(key)));
    for (const [key, { data }] of weights) {
      if (isFree(key)) expect(relativeDistance(result.weights.get(key)!.data, data), key).toBeGreaterThan(1e-3);
    }
  });

  test("the merged network scores as the one with its updates did", async () => {
    const { weights: reached, epochs } = await train({ ...request, epochs: 3 });
    const merged = mergedFactors(graph, trained, reached, weights);
    expect([...merged.keys()]).toEqual([...randomWeights(graph, 3).keys()]);
    const optimizer = { name: "sgd", learningRate: 0 } as const;
    const scored = (await train({ ...whole, weights: merged, trainable: ["head"], epochs: 1, optimizer })).epochs[0]!;
    const unmerged = epochs[2]!.validationLoss!;
    expect(Math.abs(scored.validationLoss! - unmerged)).toBeLessThan(1e-5 * unmerged);
  });

  test("same seed, same bits; taken up from a snapshot, the same bits", async () => {
    const through = await train(request);
    expect(bits((await train(request)).weights, () => true)).toEqual(bits(through.weights, () => true));
    const { snapshot } = await train({ ...request, epochs: 2 });
    const resumed = await train({ ...request, resume: structuredClone(snapshot) });
    expect(bits(resumed.weights, () => true)).toEqual(bits(through.weights, () => true));
    expect(resumed.epochs).toEqual(through.epochs);
  });

  test("the optimizer remembers only what trains", async () => {
    const { snapshot } = await train({ ...request, epochs: 1 });
    const factors = 2 * (3 + 6) + 4 * 2 * (6 + 6) + 2 * (6 + 8);
    expect([...snapshot.slots].filter(([name]) => !name.startsWith("best")).map(([, { data }]) => data.length)).toEqual(
      [factors + 36, factors + 36],
    );
    expect(trainableParameters(placedLayers(graph), trained)).toBe(factors + 36);
  });

  test("a snapshot of other updates is refused", async () => {
    const { snapshot } = await train({ ...request, epochs: 1 });
    const other = { ...lowRank, scale: 1 };
    await expect(train({ ...request, lowRank: other, resume: snapshot })).rejects.toMatchObject({
      code: "engine/other-training",
    });
  });

  test.each([
    ["a layer that does not train", { ...lowRank, layers: ["bn"] }, "engine/low-rank"],
    ["rank 0", { ...lowRank, rank: 0 }, "engine/setting"],
    ["a scale that is no number", { ...lowRank, scale: NaN }, "engine/setting"],
  ])("%s is refused", async (_name, wrong, code) => {
    await expect(train({ ...request, lowRank: wrong })).rejects.toMatchObject({ code });
  });

  test("a factor that is not finite is named by its layer", async () => {
    const bad = new Map(weights).set("hidden/lora_kernel_a", { shape: [6, 2], data: new Float32Array(12).fill(NaN) });
    const { diverged } = await train({ ...request, weights: bad });
    expect(diverged).toMatchObject({ what: "weights", layer: "hidden" });
  });
});

test("merged weights give the logits that the updates give beside them", async () => {
  const { weights: reached } = await runTraining(runtime, request);
  const { features } = examples(9, 6);
  const updates = lowRankUpdates(placedLayers(graph), trained);
  const session = await runtime.session("unmerged", () => exportWithWeightInputs(graph, updates));
  const { Tensor } = await runtime.ort();
  const feeds = [...reached, ["input", features] as const].map(
    ([key, { shape, data }]) => [key, new Tensor("float32", data, shape)] as const,
  );
  const { output } = await session.run(Object.fromEntries(feeds));
  const merged = await runInference(runtime, graph, mergedFactors(graph, trained, reached, weights), features);
  expect(relativeDistance(merged.data, output!.data as Float32Array)).toBeLessThan(1e-6);
  const begin = await runInference(runtime, graph, weights, features);
  expect(relativeDistance(begin.data, merged.data)).toBeGreaterThan(0.1);
});

test.each(["hidden/kernel", "hidden/bias", "attention/output_bias"])("a training that moves %s is a defect", (key) => {
  const { shape, data } = weights.get(key)!;
  const moved = new Map(weights).set(key, { shape, data: data.map((value, i) => (i === 0 ? value + 1e-6 : value)) });
  expect(() => mergedFactors(graph, trained, moved, weights)).toThrow(`changes in ${key}`);
});

test("a fresh update changes nothing", () => {
  const own = randomWeights(graph, 3);
  expect(bits(mergedFactors(graph, trained, weights, weights), () => true)).toEqual(bits(own, () => true));
  expect(bits(initialFactors(graph, trained, 7), () => true)).not.toEqual(
    bits(initialFactors(graph, trained, 8), () => true),
  );
});
