/** LoRA of whole models on real digits: a convolutional backbone and a transformer encoder of patches. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Backbone } from "../backbone/backbone";
import { backbones } from "../backbone/backbones";
import { initialWeights } from "../backbone/initialWeights";
import type { Weights } from "../backbone/layerGraph";
import { restoreOn } from "../checkpoint/checkpoints";
import type { Dataset } from "../data/dataset";
import { datasets } from "../data/datasets";
import { createOnnxruntimeEngine } from "../engine/onnxruntimeEngine";
import { branched } from "../engine/testing/branched";
import { conv, dense } from "../engine/testing/networks";
import { InterruptedError } from "../../shared/graftError";
import { installLabHost, labHost } from "../../shared/labHost";
import { runStore } from "../runs/runStore";
import { graftOn } from "../train/graft";
import { LabRuntime } from "../train/labRuntime";
import type { Model } from "../train/model";

const engine = createOnnxruntimeEngine();
let train: Dataset;
let held: Dataset;
let convolutional: Backbone;

beforeAll(async () => {
  const digits = await datasets.mnist();
  train = digits.train.sample({ labels: 128, seed: 2 });
  held = digits.test.subset(0, 200);
  convolutional = await backbones.load("fashion-cnn");
});
afterEach(() => {
  labHost().interruptFlag[0] = 0;
});
afterAll(() => engine.dispose());

const layerNorm = (name: string) => ({ type: "LayerNormalization", name, epsilon: 1e-3 }) as const;
const sum = (name: string, inputs: readonly string[]) => ({ type: "Add", name, inputs }) as const;

/** Sixteen patches of 7x7 pixels, one encoder layer. */
const encoder = branched(
  [28, 28, 1],
  [
    conv("patches", { kernelSize: [7, 7], strides: [7, 7], padding: "valid", filters: 24 }),
    { type: "Reshape", name: "steps", shape: [16, 24] },
    layerNorm("norm1"),
    { type: "MultiHeadAttention", name: "attention", heads: 2, keyDim: 12, useBias: true },
    sum("sum1", ["steps", "attention"]),
    layerNorm("norm2"),
    dense("wide", { units: 48, activation: "gelu" }),
    dense("narrow", { units: 24 }),
    sum("sum2", ["sum1", "narrow"]),
    { type: "Flatten", name: "flat" },
  ],
);

function encoderBackbone(): Backbone {
  return new Backbone({
    ...{ name: "encoder", graph: encoder, weights: initialWeights(encoder, 3) },
    preprocessing: { scale: 1 / 255, offset: 0 },
  });
}

async function modelOn(backbone: Backbone): Promise<Model> {
  const model = graftOn(new LabRuntime(engine), backbone, { classes: train.classes });
  await model.trainHead(train, { plot: false });
  return model;
}

function bits(weights: Weights, keep: (key: string) => boolean = () => true) {
  return [...weights]
    .filter(([key]) => keep(key))
    .map(([key, { data }]) => [key, [...new Uint32Array(data.slice().buffer)]]);
}

/** Keys whose numbers differ. */
function changed(before: Weights, after: Weights): string[] {
  const old = new Map(bits(before) as [string, number[]][]);
  return (bits(after) as [string, number[]][])
    .filter(([key, own]) => own.join() !== old.get(key)?.join())
    .map(([key]) => key);
}

test("of a convolutional backbone kernels learn, with the head; biases, batch norms and names stay; the history counts", async () => {
  const model = graftOn(new LabRuntime(engine), convolutional, { classes: train.classes });
  const before = model.weights;
  const phase = await model.lora(train, { rank: 4, lastLayers: 4, epochs: 8, learningRate: 3e-3, plot: false });
  expect(changed(before, model.weights).sort()).toEqual(["block3_conv/kernel", "head/bias", "head/kernel"]);
  expect([...model.weights.keys()]).toEqual([...before.keys()]);
  expect((await model.evaluate(held)).accuracy).toBeGreaterThan(0.8);
  const head = 10 * (model.weights.get("head/kernel")!.shape[0]! + 1);
  const factors = 4 * (9 * 64 + 128);
  expect(phase).toMatchObject({ name: "low-rank updates of 1 layer", trainableParameters: head + factors });
  expect(phase.notes[0]).toContain(`${head + factors} numbers`);
  expect(phase.notes[1]).toBe("Frozen, having no matrix to update: block2_bn, block3_bn.");
  expect(phase.epochs.at(-1)!.trainLoss).toBeLessThan(phase.epochs[0]!.trainLoss);
});

test("a transformer encoder learns by updates of its attention and dense layers, reproducible to the bit", async () => {
  const options = { rank: 4, fromLayer: "attention", epochs: 10, learningRate: 3e-3, plot: false } as const;
  const model = await modelOn(encoderBackbone());
  const before = model.weights;
  const phase = await model.lora(train, options);
  const projections = ["query", "key", "value", "output"].map((name) => `attention/${name}_kernel`);
  expect(changed(before, model.weights).sort()).toEqual(
    [...projections, "wide/kernel", "narrow/kernel", "head/bias", "head/kernel"].sort(),
  );
  // The head was at its optimum before.
  expect(phase.epochs.at(-1)!.trainLoss).toBeLessThan(0.7 * phase.epochs[0]!.trainLoss);
  const again = await modelOn(encoderBackbone());
  await again.lora(train, options);
  expect(bits(again.weights)).toEqual(bits(model.weights));
});

test("the change of a kernel has the rank; alpha scales it", async () => {
  const model = await modelOn(encoderBackbone());
  const kernel = () => model.weights.get("narrow/kernel")!.data;
  const before = kernel();
  const once = {
    rank: 1,
    fromLayer: "narrow",
    epochs: 1,
    optimizer: { name: "sgd", learningRate: 0.01 },
    plot: false,
  } as const;
  await model.lora(train, once);
  const [rows, columns] = [48, 24];
  const change = kernel().map((value, i) => value - before[i]!);
  const row = (i: number) => change.subarray(i * columns, (i + 1) * columns);
  const largest = Array.from({ length: rows }, (_, i) => i).sort((a, b) => size(row(b)) - size(row(a)));
  const [strongest, second] = [row(largest[0]!), row(largest[1]!)];
  const cosine = strongest.reduce((total, value, i) => total + value * second[i]!, 0) / size(strongest) / size(second);
  // The difference of float32 kernels is what is compared.
  expect(Math.abs(cosine)).toBeGreaterThan(0.999);
  const other = await modelOn(encoderBackbone());
  await other.lora(train, { ...once, alpha: 2 });
  const doubled = other.weights.get("narrow/kernel")!.data.map((value, i) => value - before[i]!);
  expect(size(doubled) / size(change)).toBeGreaterThan(3);
});

test("interrupted it is merged as far as it got, and taken up, from a file too, it ends with the bits of one that ran through", async () => {
  const options = { rank: 2, fromLayer: "attention", epochs: 40, validation: held, plot: false } as const;
  const whole = await modelOn(encoderBackbone());
  await whole.lora(train, options);
  const reached = whole.weights;
  whole.useBestWeights();
  const folder = await mkdtemp(join(tmpdir(), "graft-lora-"));
  installLabHost({ ...labHost(), checkpointFolder: folder });
  try {
    const model = await modelOn(encoderBackbone());
    const before = model.weights;
    const stop = model.history.onChange(() => {
      if (model.history.phases.at(-1)!.steps.length === 6) labHost().interruptFlag[0] = 1;
    });
    await expect(model.lora(train, options)).rejects.toThrow(InterruptedError);
    stop();
    labHost().interruptFlag[0] = 0;
    expect(changed(before, model.weights)).toEqual(expect.arrayContaining(["attention/query_kernel", "wide/kernel"]));
    expect(bits(model.weights)).not.toEqual(bits(reached));
    const restored = restoreOn(new LabRuntime(engine));
    expect(bits(restored.weights)).toEqual(bits(model.weights));
    for (const unfinished of [model, restored]) {
      await unfinished.resume(train, { validation: held, plot: false });
      expect(bits(unfinished.weights)).toEqual(bits(reached));
      expect(unfinished.history.phases.at(-1)!.epochs).toEqual(whole.history.phases.at(-1)!.epochs);
      expect(unfinished.unfinished).toBeUndefined();
      unfinished.useBestWeights();
      expect(bits(unfinished.weights)).toEqual(bits(whole.weights));
      expect([...unfinished.weights.keys()]).toEqual([...before.keys()]);
    }
  } finally {
    await runStore.settled();
    installLabHost({ ...labHost(), checkpointFolder: undefined });
    await rm(folder, { recursive: true });
  }
});

describe("refused", () => {
  test.each([
    [{ rank: 0 }, "train/rank", "0"],
    [{ rank: -1 }, "train/rank", "-1"],
    [{ rank: 1.5 }, "train/rank", "1.5"],
    [{ rank: 10 }, "train/rank", "10"],
    [{ rank: 2, alpha: 0 }, "train/alpha", "0"],
    [{ rank: 2, alpha: Infinity }, "train/alpha", "Infinity"],
  ])("%o", async (options, code, found) => {
    const model = graftOn(new LabRuntime(engine), convolutional, { classes: train.classes });
    await expect(model.lora(train, { ...options, all: true, plot: false })).rejects.toMatchObject({ code, found });
    expect(model.history.phases).toEqual([]);
  });

  test("a rank above a matrix names the layer and its shape", async () => {
    const model = graftOn(new LabRuntime(engine), convolutional, { classes: train.classes });
    await expect(model.lora(train, { rank: 10, all: true, plot: false })).rejects.toMatchObject({
      expected: 'a whole rank from 1 to 9, the smaller side of "block1_conv/kernel" (9 x 32)',
    });
  });

  test("a selection with the head alone", async () => {
    const model = graftOn(new LabRuntime(engine), convolutional, { classes: train.classes });
    await expect(model.lora(train, { rank: 2, lastLayers: 2, plot: false })).rejects.toMatchObject({
      code: "train/no-matrix",
      found: "block3_bn (BatchNormalization), head (Dense)",
    });
  });
});

function size(vector: Float32Array): number {
  return Math.hypot(...vector);
}
