/** The thread around the engine. What it computes is tested without it. Needs the built trainer (`npm test` builds it). */
import { afterAll, describe, expect, test } from "vitest";
import type { Weights } from "../backbone/layerGraph";
import type { StepReport, TrainRequest } from "./engine";
import { createOnnxruntimeEngine } from "./onnxruntimeEngine";
import { runTraining } from "./runTraining";
import { Runtime } from "./runtime";
import { dense, randomExamples, randomWeights, sequence } from "./testing/networks";

const engine = createOnnxruntimeEngine();
afterAll(() => engine.dispose());

const graph = sequence([6], [dense("hidden", { units: 8, activation: "relu" }), dense("head")]);
const weights = randomWeights(graph, 1);
const train = randomExamples(graph, 50, 4, 2);
const examples = { features: train.features, targets: train.labels };
const request: TrainRequest = {
  graph,
  weights,
  trainable: ["hidden", "head"],
  train: examples,
  epochs: 40,
  batchSize: 16,
  optimizer: { name: "adam", learningRate: 0.01 },
  seed: 3,
};

test("is named after the package", () => {
  expect(engine.name).toBe("onnxruntime 1.30.0");
});

test("gives the bits that the same work gives on this thread", async () => {
  const runtime = new Runtime();
  const here = await runTraining(runtime, request);
  await runtime.dispose();
  const there = await engine.train(request);
  expect(there.weights).toEqual(here.weights);
  expect(there.epochs).toEqual(here.epochs);
});

test("hands out the weights of the epochs that asked for, each after its report", async () => {
  const order: string[] = [];
  const weightsOfEpochs: Weights[] = [];
  const { weights: last } = await engine.train(
    { ...request, epochs: 3, snapshotEveryMs: 0 },
    {
      onEpoch: ({ epoch }) => void order.push(`epoch ${epoch}`),
      onSnapshot: ({ weights: reached }) => {
        order.push("weights");
        weightsOfEpochs.push(reached);
      },
    },
  );
  expect(order).toEqual(["epoch 1", "weights", "epoch 2", "weights", "epoch 3"]);
  for (const [index, reached] of weightsOfEpochs.entries()) {
    expect(reached).toEqual((await engine.train({ ...request, epochs: index + 1 })).weights);
  }
  expect(last).not.toEqual(weightsOfEpochs[1]);
});

test("interrupted in one thread and taken up in another, with everything that crosses on the way", async () => {
  const validation = randomExamples(graph, 20, 4, 6);
  const full: TrainRequest = {
    ...request,
    train: { ...examples, sampleWeights: new Float32Array(50).fill(0.5) },
    validation: { features: validation.features, targets: validation.labels },
    epochs: 300,
    emaDecay: 0.9,
  };
  const whole = await engine.train(full);
  const interruptFlag = new Int32Array(new SharedArrayBuffer(4));
  const first = await engine.train({ ...full, interruptFlag }, { onStep: () => Atomics.store(interruptFlag, 0, 1) });
  expect(first).toMatchObject({ interrupted: true });
  const other = createOnnxruntimeEngine();
  const second = await other.train({ ...full, resume: first.snapshot });
  await other.dispose();
  expect({ ...second, seconds: 0 }).toEqual({ ...whole, seconds: 0 });
  // What was handed over is still the caller's.
  expect(first.snapshot.weights.get("head/kernel")!.data.length).toBe(32);
  expect(first.snapshot.slots.get("first moment")!.data.length).toBe(92);
});

test("shared memory crosses without a copy, for training and for inference", async () => {
  const data = new Float32Array(new SharedArrayBuffer(4 * 300));
  data.set(train.features.data);
  const features = { shape: [50, 6], data };
  expect((await engine.train({ ...request, train: { ...examples, features } })).weights).toEqual(
    (await engine.train(request)).weights,
  );
  expect(await engine.infer(graph, weights, features)).toEqual(await engine.infer(graph, weights, train.features));
});

test("targets that are values cross too", async () => {
  const targets = { shape: [50, 4], data: new Float32Array(200).fill(0.5) };
  const values = {
    ...request,
    train: { features: train.features, targets },
    loss: { name: "meanSquaredError" },
  } as const;
  const { epochs } = await engine.train(values);
  expect(epochs.at(-1)!.trainLoss).toBeLessThan(epochs[0]!.trainLoss / 2);
  expect(epochs[0]).not.toHaveProperty("trainAccuracy");
  expect(targets.data.length).toBe(200);
});

test("delivers every step, in order, before it resolves, in few messages", async () => {
  const steps: number[] = [];
  const epochs: number[] = [];
  const turns = new Set<number>();
  let turn = 0;
  const counter = setInterval(() => turn++, 0);
  const { steps: count } = await engine.train(request, {
    onStep: ({ step }: StepReport) => {
      steps.push(step);
      turns.add(turn);
    },
    onEpoch: ({ epoch }) => epochs.push(epoch),
  });
  clearInterval(counter);
  expect(count).toBe(160);
  expect(steps).toEqual(Array.from({ length: 160 }, (_, i) => i + 1));
  expect(epochs).toHaveLength(40);
  expect(turns.size).toBeLessThan(80);
});

test("copies: a view into a larger array works, and the caller keeps its memory", async () => {
  const large = new Float32Array(1000);
  large.set(train.features.data, 100);
  const view = { shape: [50, 6], data: large.subarray(100, 400) };
  const whole = await engine.infer(graph, weights, train.features);
  const rows: number[] = [];
  const fromView = await engine.infer(graph, weights, view, { batchSize: 20, onRows: (done) => rows.push(done) });
  expect(fromView).toEqual(whole);
  expect(rows).toEqual([20, 40, 50]);
  expect(large.length).toBe(1000);
  expect(weights.get("head/kernel")!.data.length).toBe(32);
});

test("solves a head", async () => {
  let iterations = 0;
  const head = await engine.solveHead(
    { features: train.features, labels: train.labels, classes: 4, l2: 0.01 },
    { onIteration: () => iterations++ },
  );
  expect(head.converged).toBe(true);
  expect(head.kernel.shape).toEqual([6, 4]);
  expect(iterations).toBe(head.iterations);
});

test("an interrupt from this thread stops training", async () => {
  const interruptFlag = new Int32Array(new SharedArrayBuffer(4));
  const long = engine.train(
    { ...request, epochs: 1_000_000, interruptFlag },
    { onStep: () => Atomics.store(interruptFlag, 0, 1) },
  );
  const result = await long;
  expect(result.interrupted).toBe(true);
  expect(result.steps).toBeGreaterThan(0);
});

test("an interrupted inference rejects", async () => {
  const interruptFlag = new Int32Array(new SharedArrayBuffer(4)).fill(1);
  await expect(engine.infer(graph, weights, train.features, { interruptFlag })).rejects.toThrow(/Interrupted/);
});

describe("when something goes wrong", () => {
  test("errors cross the thread with their parts", async () => {
    const failing = engine.train({ ...request, trainable: ["nowhere"] });
    await expect(failing).rejects.toMatchObject({
      name: "GraftError",
      code: "engine/unknown-layer",
      found: '"nowhere"',
    });
  });

  test("what an observer throws rejects the call, and the next call works", async () => {
    const failing = engine.train(request, {
      onStep: () => {
        throw new RangeError("mine");
      },
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect((await engine.train(request)).steps).toBe(160);
  });

  test("a thread that ends rejects what is pending, and the next call starts another", async () => {
    const mortal = createOnnxruntimeEngine();
    const pending = mortal.train({ ...request, epochs: 1_000_000 });
    const outcome = expect(pending).rejects.toMatchObject({ code: "engine/thread-ended" });
    await mortal.dispose();
    await outcome;
    expect((await mortal.train(request)).steps).toBe(160);
    await mortal.dispose();
  });
});
