/** A run that is no longer finite stops at that step, names the first layer at fault and keeps the last good weights. */
import { afterAll, describe, expect, test } from "vitest";
import type { LayerGraph, Weights } from "../backbone/layerGraph";
import { placedLayers } from "../backbone/graphShapes";
import { diagnoseDivergence } from "./diagnoseDivergence";
import type { StepReport, TrainRequest } from "./engine";
import { runTraining } from "./runTraining";
import { Runtime } from "./runtime";
import { dense, norm, randomExamples, randomWeights, sequence } from "./testing/networks";

const runtime = new Runtime();
afterAll(() => runtime.dispose());

const graph = sequence(
  [6],
  [dense("first", { units: 8, activation: "relu" }), norm("bn"), dense("second"), dense("head")],
);

function requestFor(changes: Partial<TrainRequest> = {}): TrainRequest {
  const { features, labels } = randomExamples(graph, 8, 4, 4);
  return {
    graph,
    weights: randomWeights(graph, 3),
    trainable: ["first", "bn", "second", "head"],
    train: { features, targets: labels },
    epochs: 20,
    batchSize: 4,
    optimizer: { name: "sgd", learningRate: 0.1 },
    seed: 1,
    ...changes,
  };
}

function bits(weights: Weights) {
  return [...weights].map(([key, { data }]) => [key, [...new Uint32Array(data.slice().buffer)]]);
}

const isFinite = (weights: Weights) => [...weights.values()].every(({ data }) => data.every(Number.isFinite));

test.each<[string, number, Partial<TrainRequest>]>([
  ["one batch an update", 1e22, {}],
  ["gathered gradients", 1e22, { accumulateBatches: 2, batchSize: 2 }],
])(
  "%s: names the step, the rate and the layer, and keeps what was before that step",
  async (_, learningRate, changes) => {
    const request = requestFor({ ...changes, optimizer: { name: "sgd", learningRate } });
    const steps: StepReport[] = [];
    const result = await runTraining(runtime, request, { onStep: (step) => steps.push(step) });
    expect(steps.length).toBeGreaterThan(0);
    expect(result.diverged).toEqual({
      learningRate,
      step: steps.length + 1,
      what: "value",
      layer: expect.stringMatching(/^(second|head)$/) as string,
    });
    expect(result).toMatchObject({ steps: steps.length, interrupted: false });
    expect(isFinite(result.weights)).toBe(true);

    // The same run, stopped by hand where the good part ends.
    const interruptFlag = new Int32Array(new SharedArrayBuffer(4));
    const stopped = await runTraining(
      runtime,
      { ...request, interruptFlag },
      {
        onStep({ step }) {
          if (step === steps.length) Atomics.store(interruptFlag, 0, 1);
        },
      },
    );
    expect(bits(result.weights)).toEqual(bits(stopped.weights));
    expect(bits(result.snapshot.slots)).toEqual(bits(stopped.snapshot.slots));
    expect(result.snapshot.progress).toEqual(stopped.snapshot.progress);
  },
);

test("weights that an update made infinite are found at the end of the epoch at the latest", async () => {
  const request = requestFor({
    batchSize: 8,
    epochs: 1,
    optimizer: { name: "sgd", learningRate: 3e38, weightDecay: 10 },
  });
  const result = await runTraining(runtime, request);
  expect(result.diverged).toEqual({ step: 1, learningRate: 3e38, what: "weights", layer: "first" });
  expect(bits(result.weights)).toEqual(bits(request.weights));
  expect(result.epochs).toEqual([]);
  expect(result.steps).toBe(0);
});

test("weights that were bad before the step: those of the last epoch", async () => {
  const request = requestFor({ batchSize: 2, optimizer: { name: "sgd", learningRate: 3e38, weightDecay: 10 } });
  const result = await runTraining(runtime, request);
  expect(result.diverged).toMatchObject({ step: 2, what: "weights", layer: "first" });
  expect(bits(result.weights)).toEqual(bits(request.weights));
  expect(result.snapshot.progress).toMatchObject({ step: 0, epoch: 0, rows: 0 });
});

test("weights that came in as NaN are named by their layer", async () => {
  const weights = new Map(randomWeights(graph, 3));
  const second = weights.get("second/kernel")!;
  weights.set("second/kernel", { ...second, data: second.data.map((value, i) => (i === 3 ? NaN : value)) });
  const { diverged } = await runTraining(runtime, requestFor({ weights }));
  expect(diverged).toEqual({ step: 1, learningRate: 0.1, what: "weights", layer: "second" });
});

describe("the diagnosis", () => {
  const diagnosed = async (of: LayerGraph, change: (feeds: Record<string, Float32Array>) => void) => {
    const { Tensor } = await runtime.ort();
    const data: Record<string, Float32Array> = { "batch input": randomExamples(of, 4, 4, 4).features.data };
    for (const [key, tensor] of randomWeights(of, 3)) data[key] = tensor.data;
    change(data);
    const shapes = new Map<string, readonly number[]>(
      placedLayers(of).flatMap(({ layer, weights }) =>
        weights.map(({ name, shape }) => [`${layer.name}/${name}`, shape] as const),
      ),
    );
    const feeds = Object.fromEntries(
      Object.entries(data).map(([key, values]) => [key, new Tensor("float32", values, shapes.get(key) ?? [4, 6])]),
    );
    return diagnoseDivergence(runtime, of, { trainable: ["first", "bn", "second", "head"], batch: 4 }, feeds);
  };

  test("all finite: it is the loss itself", async () => {
    expect(await diagnosed(graph, () => undefined)).toEqual({ what: "loss" });
  });

  test("an input: the layer that reads it", async () => {
    const found = await diagnosed(graph, (feeds) => void (feeds["batch input"]![5] = Infinity));
    expect(found).toEqual({ what: "input", layer: "first" });
  });

  test("a value that overflows: the first layer whose own it is", async () => {
    const found = await diagnosed(graph, (feeds) => void feeds["second/kernel"]!.fill(3e38));
    expect(found).toEqual({ what: "value", layer: "second" });
  });
});
