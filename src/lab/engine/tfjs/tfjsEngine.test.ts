import * as tf from "@tensorflow/tfjs";
import { afterAll, describe, expect, test } from "vitest";
import type { StepReport, TrainRequest } from "../engine";
import { runTraining } from "../runTraining";
import { Runtime } from "../runtime";
import { conv, dense, norm, randomExamples, randomWeights, relativeDistance, sequence } from "../testing/networks";
import { tfjsBackends } from "../testing/tfjsBackends";
import { createTfjsEngine } from "./tfjsEngine";

const { backends } = await tfjsBackends();
const runtime = new Runtime();
afterAll(() => runtime.dispose());

const graph = sequence(
  [4, 4, 2],
  [
    conv("conv", { activation: "tanh" }),
    norm("bn"),
    { type: "Flatten", name: "flatten" },
    dense("hidden", { activation: "gelu" }),
    dense("head", { units: 3 }),
  ],
);

function request(options: Partial<TrainRequest> = {}): TrainRequest {
  const { features, labels } = randomExamples(graph, 11, 3, 2);
  const held = randomExamples(graph, 5, 3, 9);
  return {
    graph,
    weights: randomWeights(graph, 1),
    trainable: ["conv", "bn", "hidden", "head"],
    train: { features, targets: labels },
    validation: { features: held.features, targets: held.labels },
    epochs: 3,
    batchSize: 4,
    optimizer: { name: "adam", learningRate: 0.01 },
    seed: 3,
    ...options,
  };
}

const values = (rows: number, seed: number) => {
  const { data } = randomExamples(sequence([3], [dense("any")]), rows, 1, seed).features;
  return { shape: [rows, 3], data: data.map((value) => 1 / (1 + Math.exp(-value))) };
};
const valueTargets = (): Partial<TrainRequest> => {
  const { train, validation } = request();
  return { train: { ...train, targets: values(11, 5) }, validation: { ...validation!, targets: values(5, 6) } };
};

/** Without dropout, whose masks the two engines lay out differently, every option must give the same course. */
const courses: readonly (readonly [string, Partial<TrainRequest>])[] = [
  ["adam", {}],
  ["adam with decay", { optimizer: { name: "adam", learningRate: 0.01, weightDecay: 0.1 } }],
  ["adamW", { optimizer: { name: "adamW", learningRate: 0.01, weightDecay: 0.1, beta1: 0.8, epsilon: 1e-5 } }],
  ["sgd", { optimizer: { name: "sgd", learningRate: 0.1 } }],
  ["momentum", { optimizer: { name: "sgd", learningRate: 0.05, momentum: 0.9, weightDecay: 0.01 } }],
  ["nesterov", { optimizer: { name: "sgd", learningRate: 0.05, momentum: 0.9, nesterov: true } }],
  ["clipping and moving average", { clipNorm: 0.3, emaDecay: 0.8 }],
  ["gathered gradients", { accumulateBatches: 2, schedule: { name: "oneCycle" } }],
  ["rates by layer", { learningRateFactors: new Map([["conv", 0.1]]), schedule: "cosine" }],
  ["frozen batch norm", { trainable: ["conv", "head"] }],
  ["label smoothing", { loss: { name: "softmaxCrossEntropy", labelSmoothing: 0.1 } }],
  [
    "sample weights",
    { train: { ...request().train, sampleWeights: Float32Array.from({ length: 11 }, (_, i) => i / 5) } },
  ],
  ["sigmoid cross-entropy", { ...valueTargets(), loss: { name: "sigmoidCrossEntropy", labelSmoothing: 0.1 } }],
  ["mean squared error", { ...valueTargets(), loss: { name: "meanSquaredError" } }],
];

describe.each(backends)("%s", (backend) => {
  const engine = createTfjsEngine({ tf, backend });

  test.each(courses)("trains as onnxruntime does: %s", async (_, options) => {
    const own = await engine.train(request(options));
    const other = await runTraining(runtime, request(options));
    expect(own.epochs.length).toBe(3);
    own.epochs.forEach((epoch, i) => {
      for (const [name, value] of Object.entries(other.epochs[i]!)) {
        expect(epoch[name as keyof typeof epoch], name).toBeCloseTo(value as number, 4);
      }
    });
    for (const [key, { data }] of other.weights) {
      // Nine updates of float32; Adam's first ones divide by roots of nearly nothing, which multiplies rounding.
      expect(relativeDistance(own.weights.get(key)!.data, data), key).toBeLessThan(1e-3);
    }
    expect(own.best!.epoch).toBe(other.best!.epoch);
  });

  test("leaves no tensor behind: training, inference, divergence, interrupt, errors", async () => {
    await engine.infer(graph, randomWeights(graph, 1), request().train.features);
    const before = tf.memory().numTensors;
    await engine.train(request());
    await engine.train(request({ optimizer: { name: "sgd", learningRate: 1e30 } }));
    await engine.train(request({ interruptFlag: new Int32Array(new SharedArrayBuffer(4)).fill(1) }));
    await engine.infer(graph, randomWeights(graph, 1), request().train.features, { batchSize: 3 });
    const incomplete = new Map(randomWeights(graph, 1));
    incomplete.delete("head/bias");
    await expect(engine.train(request({ weights: incomplete, trainable: ["conv"] }))).rejects.toMatchObject({
      code: "engine/missing-weight",
    });
    await expect(engine.infer(graph, incomplete, request().train.features)).rejects.toMatchObject({
      code: "engine/missing-weight",
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  test("timers have their turn while it trains, and an interrupt from one stops it", async () => {
    const interruptFlag = new Int32Array(new SharedArrayBuffer(4));
    const steps: StepReport[] = [];
    const timer = setTimeout(() => Atomics.store(interruptFlag, 0, 1), 10);
    const result = await engine.train(request({ epochs: 500, interruptFlag }), {
      onStep: (step) => steps.push(step),
    });
    clearTimeout(timer);
    expect(result.interrupted).toBe(true);
    expect(result.steps).toBe(steps.length);
  });

  test("a cell's backend and its open scope are as they were", async () => {
    await tf.setBackend("cpu");
    tf.engine().startScope();
    const own = tf.scalar(1);
    const training = engine.train(request({ epochs: 30 }));
    const meanwhile = tf.scalar(2);
    expect(tf.getBackend()).toBe("cpu");
    await training;
    expect(tf.getBackend()).toBe("cpu");
    expect(own.isDisposed || meanwhile.isDisposed).toBe(false);
    tf.engine().endScope();
    expect(own.isDisposed && meanwhile.isDisposed).toBe(true);
  });

  test("a trainable layer without influence is refused by its name", async () => {
    const idle = {
      ...graph,
      layers: [...graph.layers, { ...dense("idle"), inputs: ["hidden"] } as (typeof graph.layers)[number]],
    };
    const training = engine.train(
      request({ graph: idle, weights: randomWeights(idle, 1), trainable: ["idle", "head"] }),
    );
    await expect(training).rejects.toMatchObject({ code: "engine/no-gradient" });
  });
});

test("its name says version and backend", async () => {
  expect(createTfjsEngine({ tf, backend: "cpu" }).name).toBe(`tfjs ${tf.version.tfjs} (cpu)`);
  const engine = createTfjsEngine();
  const fastest = backends.includes("tensorflow") ? "tensorflow" : "wasm";
  expect(engine.name).toBe(`tfjs ${tf.version.tfjs} (${fastest})`);
  await engine.infer(graph, randomWeights(graph, 1), request().train.features);
  expect(engine.name).toBe(`tfjs ${tf.version.tfjs} (${fastest})`);
});
