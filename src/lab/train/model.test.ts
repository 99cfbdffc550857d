import { afterEach, expect, test } from "vitest";
import { Backbone } from "../backbone/backbone";
import { initialWeights } from "../backbone/initialWeights";
import type { LayerGraph } from "../backbone/layerGraph";
import { weightedLayers } from "../backbone/graphShapes";
import { layerHash } from "../backbone/weightsHash";
import { Dataset } from "../data/dataset";
import { watchEpochs } from "../insight/embeddingSource";
import { InterruptedError } from "../../shared/graftError";
import { labHost } from "../../shared/labHost";
import { describe } from "../../shared/sessionState";
import { fromScratchOn, graftOn } from "./graft";
import { LabRuntime } from "./labRuntime";
import type { Model } from "./model";
import { ScriptedEngine } from "./scriptedEngine";

const classes = ["left", "right"];
const graph: LayerGraph = {
  input: { name: "pixels", shape: [2, 2, 1] },
  layers: [
    { type: "Flatten", name: "flatten", inputs: ["pixels"] },
    dense("one", "flatten", 6),
    { type: "BatchNormalization", name: "one_bn", inputs: ["one"], epsilon: 1e-3, momentum: 0.9 },
    dense("two", "one_bn", 5),
    dense("three", "two", 4),
  ],
  output: "three",
};

function dense(name: string, input: string, units: number): LayerGraph["layers"][number] {
  return { type: "Dense", name, inputs: [input], units, useBias: true, activation: "relu" };
}

interface SetUp {
  readonly engine: ScriptedEngine;
  readonly runtime: LabRuntime;
  readonly model: Model;
}

function setUp(options: { readonly scale?: number; readonly shared?: Pick<SetUp, "engine" | "runtime"> } = {}): SetUp {
  const engine = options.shared?.engine ?? new ScriptedEngine();
  const runtime = options.shared?.runtime ?? new LabRuntime(engine);
  const backbone = new Backbone({
    name: "dense",
    graph,
    weights: initialWeights(graph, 3),
    preprocessing: { scale: options.scale ?? 1 / 255, offset: 0 },
  });
  return { engine, runtime, model: graftOn(runtime, backbone, { classes }) };
}

function images(count: number, from = 0): Dataset {
  return Dataset.from({
    images: Uint8Array.from({ length: count * 4 }, (_, i) => (i % 4 === 0 ? from + i / 4 : (i * 37) % 256)),
    imageShape: [2, 2, 1],
    labels: Array.from({ length: count }, (_, i) => i % 2),
    classes,
  });
}

function hashes(model: Model): Record<string, string> {
  return Object.fromEntries(model.graph.layers.map((layer) => [layer.name, layerHash(layer, model.weights)]));
}

afterEach(() => {
  labHost().interruptFlag[0] = 0;
});

test("lastLayers counts layers with weights from the head, batch norm included, and cuts right before them", async () => {
  const { engine, model } = setUp();
  const before = hashes(model);
  await model.fineTune(images(8), { lastLayers: 4, batchNorm: "train", epochs: 1, plot: false });
  const request = engine.trained[0]!;
  expect(request.trainable).toEqual(["one_bn", "two", "three", "head"]);
  expect(request.graph.input).toEqual({ name: "one", shape: [6] });
  expect(request.graph.layers.map((layer) => layer.name)).toEqual(["one_bn", "two", "three", "head"]);
  expect(request.train.features.shape).toEqual([8, 6]);
  const after = hashes(model);
  expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual(request.trainable);
});

test.each([0, 6, 1.5, -1])("lastLayers %d is refused with the layers and their numbers", async (lastLayers) => {
  const { model } = setUp();
  await expect(model.fineTune(images(4), { lastLayers, plot: false })).rejects.toMatchObject({
    code: "train/last-layers",
    expected: "lastLayers from 1 to 5, counted from the head: 1 head, 2 three, 3 two, 4 one_bn, 5 one",
    found: String(lastLayers),
  });
  expect(model.history.phases).toEqual([]);
});

test("a frozen layer that drifts is an error, and the model keeps its weights", async () => {
  const { engine, model } = setUp();
  const before = hashes(model);
  engine.train = async (request, observer) => {
    const result = await new ScriptedEngine().train(request, observer);
    const three = [...model.weights].filter(([name]) => name.startsWith("three/"));
    const drifted = three.map(([name, t]) => [name, { ...t, data: t.data.map((v) => v + 1e-7) }] as const);
    return { ...result, weights: new Map([...result.weights, ...drifted]) };
  };
  await expect(model.fineTune(images(4), { lastLayers: 1, epochs: 1, plot: false })).rejects.toMatchObject({
    code: "train/frozen-drift",
    found: "changes in three",
  });
  expect(hashes(model)).toEqual(before);
  expect(model.history.phases[0]!.status).toBe("failed");
});

test("each image crosses the trunk once, whatever the number of epochs, trainings and evaluations", async () => {
  const { engine, runtime, model } = setUp();
  const train = images(10);
  const validation = images(6, 100);
  await model.trainHead(train, { validation, plot: false });
  expect(runtime.trunkPasses).toBe(16);
  await model.trainHead(train, { plot: false });
  await model.evaluate(validation);
  await model.fineTune(train, { lastLayers: 1, epochs: 5, plot: false });
  await model.evaluate(train.sample({ labels: 4 }));
  const second = setUp({ shared: { engine, runtime } }).model;
  await second.trainHead(train.subset(2), { plot: false });
  expect(runtime.trunkPasses).toBe(16);
});

test("pictures that occur twice cross once", async () => {
  const { runtime, model } = setUp();
  await model.trainHead(images(4).select([0, 1, 0, 1, 3]), { plot: false });
  expect(runtime.trunkPasses).toBe(3);
});

test("unfreezing moves the cut: features of the old cut are not found for the new one", async () => {
  const { engine, runtime, model } = setUp();
  const train = images(6);
  await model.trainHead(train, { plot: false });
  await model.fineTune(train, { lastLayers: 3, epochs: 2, plot: false });
  expect(runtime.trunkPasses).toBe(12);
  expect(engine.trained[0]!.graph.input.name).toBe("one_bn");

  // Freezing again what has been trained: the trunk has other weights than the first time.
  engine.inferred.length = 0;
  await model.trainHead(train, { plot: false });
  expect(engine.inferred).toEqual([{ output: "three", rows: 6 }]);
  expect(runtime.trunkPasses).toBe(18);
});

test("another preprocessing is another feature", async () => {
  const { engine, runtime, model } = setUp();
  await model.trainHead(images(6), { plot: false });
  const other = setUp({ shared: { engine, runtime }, scale: 1 / 128 }).model;
  await other.trainHead(images(6), { plot: false });
  expect(runtime.trunkPasses).toBe(12);
});

test("evaluation through the cut equals evaluation of the whole graph", async () => {
  const { engine, model } = setUp();
  await model.fineTune(images(6), { lastLayers: 3, epochs: 2, plot: false });
  const whole = await engine.infer(model.graph, model.weights, {
    shape: [5, 2, 2, 1],
    data: Float32Array.from(
      Array.from({ length: 5 }, (_, i) => [...images(5).image(i)]).flat(),
      (byte) => byte * (1 / 255),
    ),
  });
  expect([...(await model.logits(images(5))).data]).toEqual([...whole.data]);
  const probabilities = await model.predict(images(5));
  expect(probabilities.map(({ name }) => name)).toEqual(
    Array.from({ length: 5 }, (_, i) => classes[whole.data[2 * i]! >= whole.data[2 * i + 1]! ? 0 : 1]),
  );
});

test("an interrupt keeps the weights and the history that were reached", async () => {
  const { engine, model } = setUp();
  const before = model.weights.get("head/bias")!.data[0]!;
  engine.beforeStep = (step) => {
    if (step === 3) labHost().interruptFlag[0] = 1;
  };
  const training = model.fineTune(images(8), { lastLayers: 1, epochs: 10, batchSize: 4, plot: false });
  await expect(training).rejects.toBeInstanceOf(InterruptedError);
  expect(model.weights.get("head/bias")!.data[0]! - before).toBeCloseTo(0.03, 5);
  expect(model.history.phases[0]).toMatchObject({ status: "interrupted" });
  expect(model.history.phases[0]!.steps).toHaveLength(3);

  labHost().interruptFlag[0] = 0;
  engine.beforeStep = () => undefined;
  await model.fineTune(images(8), { lastLayers: 1, epochs: 1, batchSize: 4, plot: false });
  expect(model.history.phases[1]!.steps.map(({ step }) => step)).toEqual([4, 5]);
});

test("history names phases and layers and tells listeners of each record", async () => {
  const { model } = setUp();
  let changes = 0;
  const stop = model.history.onChange(() => changes++);
  await model.trainHead(images(4), { plot: false });
  await model.fineTune(images(4), { lastLayers: 2, epochs: 2, batchSize: 2, plot: false });
  expect(model.history.phases.map(({ name }) => name)).toEqual(["head", "last 2 layers"]);
  expect(model.history.phases[1]).toMatchObject({
    trainableLayers: ["three", "head"],
    frozenLayers: ["one", "one_bn", "two"],
    status: "finished",
  });
  expect(changes).toBeGreaterThanOrEqual(8);
  stop();
  const heard = changes;
  await model.trainHead(images(4), { plot: false });
  expect(changes).toBe(heard);
});

test("what does not fit the model is refused before anything is trained", async () => {
  const { engine, model } = setUp();
  const large = Dataset.from({ images: new Uint8Array(18), imageShape: [3, 3, 1], labels: [0, 1], classes });
  await expect(model.trainHead(large, { plot: false })).rejects.toMatchObject({
    code: "train/input-shape",
    expected: expect.stringContaining("2 x 2 x 1"),
    found: "images of 3 x 3 x 1",
  });
  const digits = Dataset.from({
    images: new Uint8Array(8),
    imageShape: [2, 2, 1],
    labels: [0, 1],
    classes: ["0", "1"],
  });
  await expect(model.evaluate(digits)).rejects.toMatchObject({ code: "train/classes" });
  const both = Promise.allSettled([
    model.trainHead(images(4), { plot: false }),
    model.trainHead(images(4), { plot: false }),
  ]);
  expect((await both).map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect(engine.trained).toEqual([]);
});

test("features name their layer; those of a trained layer are computed, not kept", async () => {
  const { runtime, model } = setUp();
  const data = images(3);
  expect(await model.features(data)).toMatchObject({ layer: "three", features: { shape: [3, 4] } });
  expect((await model.features(data, { layer: "one" })).features.shape).toEqual([3, 6]);
  await model.fineTune(data, { lastLayers: 2, epochs: 1, plot: false });
  const passes = runtime.trunkPasses;
  expect((await model.features(data, { layer: "three" })).features.shape).toEqual([3, 4]);
  expect(runtime.trunkPasses).toBe(passes);
  await expect(model.features(data, { layer: "four" })).rejects.toMatchObject({ code: "backbone/unknown-layer" });
});

test("it describes itself to the session: layers from input to head, frozen or not, and its data", async () => {
  const { model } = setUp();
  const train = images(4);
  await model.fineTune(train, { lastLayers: 2, epochs: 1, plot: false });
  expect(model[describe]()).toMatchObject({
    kind: "model",
    backbone: "dense",
    classes,
    trainedOn: train.id,
    layers: [
      { name: "one", type: "Dense", parameters: 30, frozen: true },
      { name: "one_bn", type: "BatchNormalization", parameters: 24, frozen: true },
      { name: "two", type: "Dense", parameters: 35, frozen: true },
      { name: "three", type: "Dense", parameters: 24, frozen: false },
      { name: "head", type: "Dense", parameters: 10, frozen: false },
    ],
  });
  expect(model.summary()).toMatch(/ 2 +three +Dense +4 +24 +trainable/);
});

test("a listener of a cell that is interrupted does not fail the training: it stops at its step, with its weights", async () => {
  const { model } = setUp();
  const before = hashes(model);
  model.history.onChange(() => {
    if (model.history.steps === 2) {
      labHost().interruptFlag[0] = 1;
      // What compiled code throws; the kernel is another bundle, with a class of its own.
      throw Object.assign(new Error("Interrupted."), { name: "InterruptedError" });
    }
  });
  const options = { lastLayers: 1, epochs: 5, batchSize: 4, plot: false } as const;
  await expect(model.fineTune(images(8), options)).rejects.toThrow(InterruptedError);
  expect(model.history.phases[0]).toMatchObject({ status: "interrupted" });
  expect(hashes(model)).not.toEqual(before);
});

test("batch norms of a pretrained backbone stay frozen, and the phase says so", async () => {
  const { engine, model } = setUp();
  const layers = weightedLayers(model.graph);
  const before = layers.map((layer) => layerHash(layer, model.weights));
  const options = { epochs: 2, plot: false } as const;
  const phase = await model.fineTune(images(6), { ...options, lastLayers: 4 });
  expect(phase.name).toBe("last 3 layers");
  expect(engine.trained[0]!.trainable).toEqual(["two", "three", "head"]);

  const all = await model.fineTune(images(6), { ...options, all: true });
  expect(all.name).toBe("all layers without batch norm");
  expect(all.frozenLayers).toEqual(["one_bn"]);
  const changed = layers.filter((layer, i) => layerHash(layer, model.weights) !== before[i]).map(({ name }) => name);
  expect(changed).toEqual(["one", "two", "three", "head"]);
});

test("batch norms of an architecture from scratch train: nothing has made their statistics yet", async () => {
  const { engine, runtime } = setUp();
  const backbone = new Backbone({
    name: "dense",
    graph,
    weights: new Map(),
    preprocessing: { scale: 1, offset: 0 },
  });
  const model = fromScratchOn(runtime, backbone, { classes });
  await model.fineTune(images(6), { lastLayers: 4, epochs: 1, plot: false });
  expect(engine.trained[0]!.trainable).toEqual(["one_bn", "two", "three", "head"]);
});

test("who watches sees the model after each epoch, and the training ends when all is seen", async () => {
  const { model } = setUp();
  const seen: { readonly name: string; readonly logits: Float32Array }[] = [];
  model[watchEpochs](async (source, name) => {
    await new Promise(setImmediate);
    seen.push({ name, logits: (await source.logits!(images(4))).data });
  });
  await model.trainHead(images(8), { plot: false });
  await model.fineTune(images(8), { lastLayers: 2, epochs: 3, plot: false });
  const of = (epoch: number) => `last 2 layers, epoch ${epoch} of 3`;
  expect(seen.map(({ name }) => name)).toEqual(["head", of(1), of(2), of(3)]);
  expect(seen[1]!.logits).not.toEqual(seen[2]!.logits);
  expect(seen[3]!.logits).toEqual((await model.logits(images(4))).data);
});
