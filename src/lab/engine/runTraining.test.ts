/** Whole runs: optimizer, batches, seeds, frozen layers, interrupts. The gradients themselves are in `conformance.test.ts`. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Rng } from "../../shared/rng";
import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import type { StepReport, TrainRequest } from "./engine";
import { runTraining } from "./runTraining";
import { Runtime } from "./runtime";
import { conv, dense, norm, pool, randomExamples, randomWeights, relativeDistance, sequence } from "./testing/networks";
import { referenceGradients, referenceLoss, useCpuBackend } from "./testing/tfjsReference";

const runtime = new Runtime();
beforeAll(useCpuBackend);
afterAll(() => runtime.dispose());

const mlp = sequence([6], [dense("hidden", { units: 8, activation: "relu" }), dense("head")]);
const cnn = sequence(
  [6, 6, 2],
  [
    conv("conv1"),
    norm("bn1"),
    { type: "Activation", name: "relu1", activation: "relu" },
    pool("MaxPooling2D", 2, 2, "valid"),
    conv("conv2", { useBias: false }),
    norm("bn2"),
    { type: "GlobalAveragePooling2D", name: "average", keepDims: false },
    { type: "Dropout", name: "dropout", rate: 0.25 },
    dense("head"),
  ],
);

function examplesFor(graph: LayerGraph, rows: number, seed: number): { features: Tensor; targets: Int32Array } {
  const { features, labels } = randomExamples(graph, rows, 4, seed);
  return { features, targets: labels };
}

function requestFor(graph: typeof mlp, rows: number, changes: Partial<TrainRequest> = {}): TrainRequest {
  return {
    graph,
    weights: randomWeights(graph, 3),
    trainable: graph.layers.map(({ name }) => name),
    train: examplesFor(graph, rows, 4),
    epochs: 2,
    batchSize: 3,
    optimizer: { name: "adam", learningRate: 0.01 },
    seed: 5,
    ...changes,
  };
}

function expectSameBits(a: Weights, b: Weights): void {
  expect([...a.keys()].sort()).toEqual([...b.keys()].sort());
  for (const [key, { data }] of a) expect(bitsOf(data), key).toEqual(bitsOf(b.get(key)!.data));
}

const bitsOf = (data: Float32Array) => [...new Uint32Array(data.slice().buffer)];

/** The batches that a run of this request takes, in order: the same stream of random numbers. */
function batchesOf({ seed, train, epochs, batchSize, graph }: TrainRequest) {
  const features = train.features as Tensor;
  const targets = train.targets as Int32Array;
  const shuffle = new Rng(seed);
  const width = graph.input.shape.reduce((product, size) => product * size, 1);
  return Array.from({ length: epochs }, () => {
    const order = [...shuffle.permutation(targets.length)];
    return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, i) => {
      const rows = order.slice(i * batchSize, (i + 1) * batchSize);
      const data = rows.flatMap((row) => [...features.data.subarray(row * width, (row + 1) * width)]);
      return {
        features: { shape: [rows.length, ...graph.input.shape], data: Float32Array.from(data) },
        labels: Int32Array.from(rows, (row) => targets[row]!),
      };
    });
  }).flat();
}

describe("Adam", () => {
  test("takes the same steps as tfjs, smaller last batches included", async () => {
    const request = requestFor(mlp, 7);
    const losses: number[] = [];
    const result = await runTraining(runtime, request, { onStep: ({ loss }) => losses.push(loss) });
    const variables = new Map(
      [...request.weights].map(([key, { shape, data }]) => [key, tf.variable(tf.tensor(data, [...shape]))]),
    );
    const optimizer = tf.train.adam(0.01);
    const batches = batchesOf(request);
    expect(batches.map(({ labels }) => labels.length)).toEqual([3, 3, 1, 3, 3, 1]);
    const expected = batches.map(
      (batch) =>
        optimizer.minimize(() => referenceLoss(mlp, variables, batch, { trainable: [] }), true)!.dataSync()[0]!,
    );
    losses.forEach((loss, i) => expect(loss).toBeCloseTo(expected[i]!, 4));
    for (const [key, { data }] of result.weights) {
      expect(relativeDistance(data, variables.get(key)!.dataSync()), key).toBeLessThan(1e-4);
    }
  });

  test("decays kernels only, apart from the gradient, by the scheduled rate", async () => {
    const optimizer = { name: "adamW", learningRate: 0.02, weightDecay: 0.1 } as const;
    const request = requestFor(mlp, 7, { optimizer, schedule: "cosine" });
    const { weights } = await runTraining(runtime, request);
    const expected = adamWByHand(request);
    for (const [key, { data }] of weights) expect(relativeDistance(data, expected.get(key)!), key).toBeLessThan(1e-4);
    const withoutDecay = await runTraining(runtime, { ...request, optimizer: { ...optimizer, weightDecay: 0 } });
    expect(
      relativeDistance(withoutDecay.weights.get("head/kernel")!.data, expected.get("head/kernel")!),
    ).toBeGreaterThan(1e-3);
  });
});

/** AdamW in float64 with gradients of tfjs. */
function adamWByHand(request: TrainRequest): Map<string, Float64Array> {
  const { learningRate, weightDecay = 0 } = request.optimizer;
  const parameters = new Map([...request.weights].map(([key, { data }]) => [key, Float64Array.from(data)]));
  const slots = new Map(
    [...parameters].map(([key, { length }]) => [key, [new Float64Array(length), new Float64Array(length)] as const]),
  );
  const batches = batchesOf(request);
  batches.forEach((batch, done) => {
    const rate = (learningRate * (1 + Math.cos((Math.PI * done) / batches.length))) / 2;
    const weights = new Map(
      [...request.weights].map(([key, { shape }]) => [key, { shape, data: Float32Array.from(parameters.get(key)!) }]),
    );
    const { gradients } = referenceGradients(request.graph, weights, batch, { trainable: request.trainable });
    for (const [key, gradient] of gradients) {
      const [m, v] = slots.get(key)!;
      const p = parameters.get(key)!;
      gradient.forEach((g, i) => {
        m[i] = 0.9 * m[i]! + 0.1 * g;
        v[i] = 0.999 * v[i]! + 0.001 * g * g;
        if (key.endsWith("/kernel")) p[i]! *= 1 - rate * weightDecay;
        p[i]! -= (rate * (m[i] / (1 - 0.9 ** (done + 1)))) / (Math.sqrt(v[i] / (1 - 0.999 ** (done + 1))) + 1e-7);
      });
    }
  });
  return parameters;
}

describe("batch norm", () => {
  test("frozen: statistics, gamma and beta stay to the bit while the layers around it train", async () => {
    const request = requestFor(cnn, 8, { trainable: ["conv1", "conv2", "head"], epochs: 5 });
    const { weights } = await runTraining(runtime, request);
    for (const layer of ["bn1", "bn2"]) {
      for (const name of ["gamma", "beta", "moving_mean", "moving_variance"]) {
        const key = `${layer}/${name}`;
        expect(bitsOf(weights.get(key)!.data), key).toEqual(bitsOf(request.weights.get(key)!.data));
      }
    }
    for (const key of ["conv1/kernel", "conv1/bias", "conv2/kernel", "head/kernel"]) {
      expect(relativeDistance(weights.get(key)!.data, request.weights.get(key)!.data), key).toBeGreaterThan(1e-3);
    }
  });

  /** Why the lab never trains a frozen batch norm with tfjs: its layer asks for `training` alone, not for `trainable`. */
  test("frozen: tfjs moves the statistics all the same", async () => {
    const bn = tf.layers.batchNormalization({ inputShape: [6], trainable: false });
    const model = tf.sequential({ layers: [bn, tf.layers.dense({ units: 4, activation: "softmax" })] });
    model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    const before = bn.getWeights().map((weight) => [...weight.dataSync()]);
    const { features, labels } = randomExamples(mlp, 8, 4, 1);
    await model.fit(tf.tensor(features.data, [8, 6]), tf.tensor1d([...labels], "float32"), { epochs: 1 });
    const after = bn.getWeights().map((weight) => [...weight.dataSync()]);
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after[2]).not.toEqual(before[2]);
    expect(after[3]).not.toEqual(before[3]);
  });

  test("trained: moving statistics follow with Keras' momentum", async () => {
    const graph = sequence([6], [norm("bn"), dense("head")]);
    const request = requestFor(graph, 5, { batchSize: 3, epochs: 1 });
    const { weights } = await runTraining(runtime, request);
    const moving = (name: string) => Float64Array.from(request.weights.get(`bn/${name}`)!.data);
    const mean = moving("moving_mean");
    const variance = moving("moving_variance");
    for (const { features } of batchesOf(request)) {
      const [rows = 0] = features.shape;
      for (let column = 0; column < 6; column++) {
        const values = Array.from({ length: rows }, (_, row) => features.data[row * 6 + column]!);
        const batchMean = values.reduce((sum, value) => sum + value, 0) / rows;
        const batchVariance = values.reduce((sum, value) => sum + (value - batchMean) ** 2, 0) / rows;
        mean[column] = 0.9 * mean[column]! + 0.1 * batchMean;
        variance[column] = 0.9 * variance[column]! + 0.1 * batchVariance;
      }
    }
    expect(relativeDistance(weights.get("bn/moving_mean")!.data, mean)).toBeLessThan(1e-5);
    expect(relativeDistance(weights.get("bn/moving_variance")!.data, variance)).toBeLessThan(1e-5);
  });
});

describe("a run", () => {
  test("gives the same bits for the same seed, and others for another", async () => {
    const request = requestFor(cnn, 11, { batchSize: 4, epochs: 3 });
    const first = await runTraining(runtime, request);
    expectSameBits((await runTraining(runtime, request)).weights, first.weights);
    const other = await runTraining(runtime, { ...request, seed: 6 });
    expect(
      relativeDistance(other.weights.get("head/kernel")!.data, first.weights.get("head/kernel")!.data),
    ).toBeGreaterThan(1e-4);
  });

  test("reports each step once and scores the epochs", async () => {
    const steps: StepReport[] = [];
    const request = requestFor(mlp, 7, { validation: examplesFor(mlp, 5, 9) });
    const result = await runTraining(runtime, request, { onStep: (step) => steps.push(step) });
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(result.epochs).toHaveLength(2);
    // Rows weigh the same in whichever batch they are: 3 + 3 + 1.
    const [a, b, c] = steps.map(({ loss }) => loss);
    expect(result.epochs[0]!.trainLoss).toBeCloseTo((3 * a! + 3 * b! + c!) / 7, 6);
    const tensors = new Map([...result.weights].map(([key, { shape, data }]) => [key, tf.tensor(data, [...shape])]));
    const loss = referenceLoss(mlp, tensors, randomExamples(mlp, 5, 4, 9), { trainable: [] }).dataSync()[0]!;
    expect(result.epochs[1]!.validationLoss).toBeCloseTo(loss, 4);
  });

  /** With a rate of 0 nothing moves, so training and validation on the same rows have to agree. */
  const values = { shape: [7, 4], data: Float32Array.from({ length: 28 }, (_, i) => ((i * 5) % 7) / 7) };
  const sampleWeights = Float32Array.from({ length: 7 }, (_, row) => row / 2);

  test.each<[TrainRequest["loss"] & object, TrainRequest["train"]["targets"]]>([
    [{ name: "softmaxCrossEntropy", labelSmoothing: 0.2 }, examplesFor(mlp, 7, 4).targets],
    [{ name: "sigmoidCrossEntropy", labelSmoothing: 0.1 }, values],
    [{ name: "meanSquaredError" }, values],
  ])("validates with the loss that it trains with: %j", async (loss, targets) => {
    const train = { ...examplesFor(mlp, 7, 4), targets, sampleWeights };
    const optimizer = { name: "sgd", learningRate: 0 } as const;
    const request = requestFor(mlp, 7, { train, validation: train, loss, optimizer, epochs: 1 });
    const [epoch] = (await runTraining(runtime, request)).epochs;
    expect(epoch!.validationLoss! / epoch!.trainLoss).toBeCloseTo(1, 5);
    expect(epoch!.validationAccuracy).toBe(epoch!.trainAccuracy);
    expect(epoch!.trainAccuracy === undefined).toBe(loss.name !== "softmaxCrossEntropy");
    const unweighted = { ...train, sampleWeights: new Float32Array(7).fill(1) };
    const [other] = (await runTraining(runtime, { ...request, validation: unweighted })).epochs;
    expect(Math.abs(other!.validationLoss! / epoch!.trainLoss - 1)).toBeGreaterThan(0.01);
  });

  test("with a moving average, scores and returns the averaged weights", async () => {
    const request = requestFor(mlp, 7, { validation: examplesFor(mlp, 5, 9), emaDecay: 0.9, epochs: 3 });
    const { weights, epochs, snapshot } = await runTraining(runtime, request);
    const optimizer = { name: "sgd", learningRate: 0 } as const;
    const still = requestFor(mlp, 7, { validation: request.validation!, weights, optimizer, epochs: 1 });
    const [again] = (await runTraining(runtime, still)).epochs;
    expect(again!.validationLoss).toBe(epochs.at(-1)!.validationLoss);
    expect(
      relativeDistance(weights.get("head/kernel")!.data, snapshot.weights.get("head/kernel")!.data),
    ).toBeGreaterThan(1e-3);
  });

  test("learns", async () => {
    const train = examplesFor(mlp, 40, 8);
    train.targets.forEach((label, row) => (train.features.data[row * 6 + label]! += 3));
    const optimizer = { name: "adam", learningRate: 0.02 } as const;
    const { epochs } = await runTraining(runtime, requestFor(mlp, 40, { train, epochs: 40, batchSize: 16, optimizer }));
    expect(epochs.at(-1)!.trainAccuracy).toBeGreaterThan(0.95);
  });

  test("stops at the next step when interrupted and keeps what it reached", async () => {
    const interruptFlag = new Int32Array(new SharedArrayBuffer(4));
    const request = requestFor(cnn, 11, { interruptFlag });
    const onStep = ({ step }: StepReport) => {
      if (step === 3) Atomics.store(interruptFlag, 0, 1);
    };
    const stopped = await runTraining(runtime, request, { onStep });
    expect(stopped).toMatchObject({ interrupted: true, steps: 3 });
    const oneEpochOfThree = requestFor(cnn, 11, { epochs: 1, batchSize: 3 });
    const flagged = new Int32Array(new SharedArrayBuffer(4));
    const again = await runTraining(
      runtime,
      { ...oneEpochOfThree, interruptFlag: flagged },
      {
        onStep: ({ step }) => {
          if (step === 3) Atomics.store(flagged, 0, 1);
        },
      },
    );
    expectSameBits(stopped.weights, again.weights);
    expect(
      relativeDistance(stopped.weights.get("head/kernel")!.data, request.weights.get("head/kernel")!.data),
    ).toBeGreaterThan(1e-3);
  });

  test("leaves what it was given alone", async () => {
    const request = requestFor(cnn, 5);
    const before = structuredClone({ weights: request.weights, train: request.train });
    await runTraining(runtime, request);
    expectSameBits(request.weights, before.weights);
    expect(request.train).toEqual(before.train);
  });
});

describe("what cannot be trained", () => {
  const softmaxEnd = sequence([6], [dense("head", { activation: "softmax" })]);
  const noWeight = new Map(randomWeights(mlp, 3));
  noWeight.delete("head/bias");
  const shortLabels = { ...examplesFor(mlp, 7, 4), targets: new Int32Array(6) };
  const strangeLabel = { ...examplesFor(mlp, 1, 4), targets: Int32Array.of(4) };
  const nan = examplesFor(mlp, 7, 4);
  nan.features.data[0] = NaN;

  test.each<[string, Partial<TrainRequest>]>([
    ["engine/unknown-layer", { trainable: ["tail"] }],
    ["engine/nothing-trainable", { trainable: [] }],
    ["engine/not-logits", { graph: softmaxEnd, weights: randomWeights(softmaxEnd, 1), trainable: ["head"] }],
    ["engine/missing-weight", { weights: noWeight }],
    ["engine/input-shape", { train: examplesFor(cnn, 7, 4) }],
    ["engine/label-count", { train: shortLabels }],
    ["engine/label-range", { train: strangeLabel }],
    ["engine/not-finite", { train: nan }],
    ["engine/no-rows", { train: { features: { shape: [0, 6], data: new Float32Array() }, targets: new Int32Array() } }],
  ])("%s", async (code, changes) => {
    await expect(runTraining(runtime, requestFor(mlp, 7, changes))).rejects.toMatchObject({ code });
  });

  test("divergence names step and learning rate", async () => {
    const request = requestFor(mlp, 7, { optimizer: { name: "adam", learningRate: 1e38 } });
    const { diverged } = await runTraining(runtime, request);
    expect(diverged).toMatchObject({ learningRate: 1e38 });
  });
});
