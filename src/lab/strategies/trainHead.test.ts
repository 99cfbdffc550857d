/** Each kind of head on real digits: learns, twice the same bits, and is carried everywhere a model goes. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installLabHost, labHost } from "../../shared/labHost";
import type { Backbone } from "../backbone/backbone";
import { backbones } from "../backbone/backbones";
import { layerHash } from "../backbone/weightsHash";
import { restoreOn } from "../checkpoint/checkpoints";
import type { Dataset } from "../data/dataset";
import { datasets } from "../data/datasets";
import type { TrainAndTest } from "../data/mnist";
import { createOnnxruntimeEngine } from "../engine/onnxruntimeEngine";
import { relativeDistance } from "../engine/testing/networks";
import { createTfjsEngine } from "../engine/tfjs/tfjsEngine";
import { preprocess } from "../backbone/preprocessing";
import { loadModelOn } from "../modelFile/models";
import { runStore } from "../runs/runStore";
import { graftOn } from "../train/graft";
import { headOf } from "../train/headLayers";
import { LabRuntime } from "../train/labRuntime";
import type { Model } from "../train/model";
import type { TrainHeadOptions } from "../train/trainHeadOptions";

const engine = createOnnxruntimeEngine();
// One for all, so that no digit crosses the backbone twice.
const runtime = new LabRuntime(engine);
let backbone: Backbone;
let digits: TrainAndTest;
let held: Dataset;

beforeAll(async () => {
  backbone = await backbones.load("fashion-cnn");
  digits = await datasets.mnist();
  held = digits.test.sample({ labels: 1000, seed: 1 });
});
afterAll(() => engine.dispose());

async function trained(train: Dataset, options: TrainHeadOptions): Promise<Model> {
  const model = graftOn(runtime, backbone, { classes: train.classes, checkpoints: false });
  await model.trainHead(train, { ...options, plot: false });
  return model;
}

const methods: readonly TrainHeadOptions[] = [
  { method: "linear" },
  { method: "mlp" },
  { method: "nearest" },
  { method: "prototypes" },
];

test("over five seeds every head learns, twice the same bits, and what has more to learn with is ahead", async () => {
  const accuracy: Record<string, number> = {};
  for (const options of methods) {
    for (const seed of [0, 1, 2, 3, 4]) {
      const train = digits.train.sample({ labels: 100, seed });
      const model = await trained(train, options);
      const found = (await model.evaluate(held)).accuracy;
      expect(found, options.method).toBeGreaterThan(0.65);
      accuracy[options.method!] = (accuracy[options.method!] ?? 0) + found / 5;
      if (seed > 0) continue;
      const again = await trained(train, options);
      const hashes = ({ graph, weights }: Model) => headOf(graph, "flatten").map((layer) => layerHash(layer, weights));
      expect(hashes(again)).toEqual(hashes(model));
    }
  }
  // Both are fitted to the classes; means and look-ups only to the examples.
  for (const fitted of ["linear", "mlp"]) {
    for (const other of ["prototypes", "nearest"]) expect(accuracy[fitted]!).toBeGreaterThan(accuracy[other]!);
  }
}, 120_000);

describe.each(methods)("$method", (options) => {
  test("takes the place of any other head, with features that have crossed once", async () => {
    const train = digits.train.sample({ labels: 40, seed: 7 });
    const alone = await trained(train, options);
    const passes = runtime.trunkPasses;
    const model = graftOn(runtime, backbone, { classes: train.classes, checkpoints: false });
    for (const before of methods) await model.trainHead(train, { ...before, plot: false });
    await model.trainHead(train, { ...options, plot: false });
    expect(runtime.trunkPasses).toBe(passes);
    expect(model.graph).toEqual(alone.graph);
    expect([...model.weights.keys()].sort()).toEqual([...alone.weights.keys()].sort());
    expect((await model.logits(held)).data).toEqual((await alone.logits(held)).data);
  });

  test("computes the same through the cut, as a whole, and in tfjs", async () => {
    const model = await trained(digits.train.sample({ labels: 40, seed: 7 }), options);
    const some = held.subset(0, 20);
    const input = preprocess(some, backbone.preprocessing);
    const { data } = await model.logits(some);
    for (const other of [engine, createTfjsEngine()]) {
      const whole = await other.infer(model.graph, model.weights, input);
      expect(relativeDistance(whole.data, data), other.name).toBeLessThan(1e-4);
    }
  });
});

test("a restored model has the head that was saved, and learns another one", async () => {
  const folder = mkdtempSync(join(tmpdir(), "graft-heads-"));
  const host = labHost();
  installLabHost({ ...host, checkpointFolder: folder });
  try {
    const train = digits.train.sample({ labels: 20, seed: 3 });
    const model = graftOn(runtime, backbone, { classes: train.classes, head: "mlp", hiddenUnits: 16 });
    for (const options of [{ epochs: 5 }, { method: "nearest" }] as const) {
      await model.trainHead(train, { ...options, plot: false });
      const restored = restoreOn(runtime);
      expect(restored.graph).toEqual(model.graph);
      expect((await restored.logits(held)).data).toEqual((await model.logits(held)).data);
      await restored.trainHead(train, { method: "linear", plot: false });
      expect(headOf(restored.graph, "flatten")).toMatchObject([{ type: "Dense", inputs: ["flatten"], units: 10 }]);
    }
  } finally {
    await runStore.settled();
    installLabHost(host);
    rmSync(folder, { recursive: true });
  }
});

test("a look-up goes into a model file and an ONNX file; tfjs has no form of it and says so", async () => {
  const folder = mkdtempSync(join(tmpdir(), "graft-look-up-"));
  try {
    const model = await trained(digits.train.sample({ labels: 60, seed: 9 }), { method: "nearest", neighbours: 5 });
    const [file, onnx] = [join(folder, "digits.graft"), join(folder, "digits.onnx")];
    await model.save(file);
    const loaded = await loadModelOn(runtime, file);
    expect((await loaded.logits(held)).data).toEqual((await model.logits(held)).data);
    const { largestDifference } = await model.exportTo("onnx", onnx);
    expect(largestDifference).toBeLessThan(1e-4);
    const refused = model.exportTo("tfjs", join(folder, "digits-tfjs"));
    await expect(refused).rejects.toMatchObject({ code: "export/unsupported-layer" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a model that was made with an mlp head trains that, with the width that it has", async () => {
  const train = digits.train.sample({ labels: 50, seed: 2 });
  const model = graftOn(runtime, backbone, {
    classes: train.classes,
    head: "mlp",
    hiddenUnits: 24,
    checkpoints: false,
  });
  const phase = await model.trainHead(train, { epochs: 30, plot: false });
  expect(phase).toMatchObject({ name: "head", trainableLayers: ["head_hidden", "head"] });
  expect(phase.epochs).toHaveLength(30);
  expect(model.weights.get("head_hidden/kernel")!.shape).toEqual([1152, 24]);
  const before = await model.evaluate(held);
  await model.fineTune(train, { lastLayers: 2, epochs: 3, learningRate: 1e-4, plot: false });
  expect(model.history.phases[1]!.name).toBe("head");
  expect((await model.evaluate(held)).accuracy).toBeGreaterThan(before.accuracy - 0.05);
});

test("an mlp with validation stops early and has the weights of its best epoch", async () => {
  const train = digits.train.sample({ labels: 100, seed: 4 });
  const validation = digits.train.sample({ labels: 200, seed: 5 });
  const model = graftOn(runtime, backbone, { classes: train.classes, checkpoints: false });
  const options = { method: "mlp", validation, patience: 2, learningRate: 0.02, plot: false } as const;
  const { epochs } = await model.trainHead(train, options);
  expect(epochs.length).toBeLessThan(100);
  const best = Math.min(...epochs.map(({ validationLoss }) => validationLoss!));
  expect((await model.evaluate(validation)).loss).toBeCloseTo(best, 4);
});

test("class weights move the votes and the loss towards the heavy class", async () => {
  const train = digits.train.sample({ labels: 50, seed: 6 });
  const classWeights = train.classes.map((_, label) => (label === 3 ? 20 : 1));
  const threes = async (options: TrainHeadOptions) => {
    const model = await trained(train, options);
    return (await model.predict(held)).filter(({ label }) => label === 3).length;
  };
  for (const method of ["linear", "mlp", "nearest"] as const) {
    expect(await threes({ method, classWeights })).toBeGreaterThan(await threes({ method }));
  }
});

test("fine-tuning a look-up is refused, and the model stays as it is", async () => {
  const train = digits.train.sample({ labels: 20, seed: 3 });
  const model = await trained(train, { method: "nearest" });
  const before = await model.logits(held);
  await expect(model.fineTune(train, { lastLayers: 2, epochs: 1, plot: false })).rejects.toMatchObject({
    code: "train/no-gradients",
    remedy: expect.stringContaining("trainHead"),
  });
  expect((await model.logits(held)).data).toEqual(before.data);
  expect(model.history.phases).toHaveLength(1);
});
