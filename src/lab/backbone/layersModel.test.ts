import * as tf from "@tensorflow/tfjs";
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createOnnxruntimeEngine } from "../engine/onnxruntimeEngine";
import { backbones } from "./backbones";
import { initialWeights } from "./initialWeights";
import type { Layer, LayerGraph, Weights } from "./layerGraph";
import { readLayersModel, writeLayersModel } from "./layersModel";

const engine = createOnnxruntimeEngine();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-model-"));
});
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

const steps: Layer[] = [
  conv("conv1", { useBias: false }),
  { type: "BatchNormalization", name: "bn1", inputs: [], epsilon: 1e-3, momentum: 0.9 },
  { type: "Activation", name: "relu1", inputs: [], activation: "relu" },
  { type: "MaxPooling2D", name: "pool1", inputs: [], poolSize: [2, 2], strides: [2, 2], padding: "valid" },
  conv("conv2", { strides: [2, 2], padding: "valid", activation: "relu" }),
  { type: "AveragePooling2D", name: "pool2", inputs: [], poolSize: [2, 2], strides: [1, 1], padding: "same" },
  { type: "Flatten", name: "flatten", inputs: [] },
  { type: "Dropout", name: "dropout", inputs: [], rate: 0.5 },
  { type: "Dense", name: "dense", inputs: [], units: 5, useBias: true, activation: "relu" },
  { type: "Dense", name: "head", inputs: [], units: 3, useBias: false, activation: "softmax" },
];
const everyLayer = chain([10, 8, 2], steps);
const averaged = chain(
  [6, 6, 1],
  [
    conv("conv", {}),
    { type: "GlobalAveragePooling2D", name: "average", inputs: [], keepDims: false },
    { type: "Dense", name: "head", inputs: [], units: 2, useBias: true, activation: "linear" },
  ],
);

function conv(name: string, settings: Partial<Extract<Layer, { type: "Conv2D" }>>): Layer {
  return {
    type: "Conv2D",
    name,
    inputs: [],
    filters: 4,
    kernelSize: [3, 3],
    strides: [1, 1],
    padding: "same",
    useBias: true,
    activation: "linear",
    ...settings,
  };
}

function chain(shape: readonly number[], layers: readonly Layer[]): LayerGraph {
  return {
    input: { name: "pixels", shape },
    layers: layers.map((layer, i) => ({ ...layer, inputs: [layers[i - 1]?.name ?? "pixels"] })),
    output: layers.at(-1)!.name,
  };
}

/** Random everywhere, so that a weight that is read as another one shows. */
function randomWeights(graph: LayerGraph): Weights {
  let seed = 1;
  return new Map(
    [...initialWeights(graph, 1)].map(([name, tensor]) => [
      name,
      { shape: tensor.shape, data: tensor.data.map(() => 0.2 + (seed = (seed * 16807) % 2147483647) / 2147483647) },
    ]),
  );
}

async function loadIntoTfjs(at: string): Promise<tf.LayersModel> {
  const text = await readFile(join(at, "model.json"), "utf8");
  const { modelTopology, weightsManifest } = JSON.parse(text) as {
    modelTopology: object;
    weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
  };
  const weightSpecs = weightsManifest.flatMap((group) => group.weights);
  const bytes = await readFile(join(at, weightsManifest[0]!.paths[0]!));
  const weightData = Uint8Array.from(bytes).buffer;
  return tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
}

async function saveFromTfjs(model: tf.LayersModel, at: string): Promise<void> {
  await mkdir(at, { recursive: true });
  await model.save({
    save: async ({ modelTopology, weightSpecs, weightData }) => {
      const weightsManifest = [{ paths: ["a.bin"], weights: weightSpecs }];
      await writeFile(join(at, "model.json"), JSON.stringify({ modelTopology, weightsManifest }));
      await writeFile(join(at, "a.bin"), new Uint8Array(weightData as ArrayBuffer));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
    },
  });
}

test.each([
  ["every layer", everyLayer],
  ["global average", averaged],
])("what we write (%s), we read back, and tfjs computes from it what it says", async (name, graph) => {
  const at = join(folder, name);
  const weights = randomWeights(graph);
  await writeLayersModel(at, "sample", { graph, weights });
  const read = await readLayersModel(at);
  expect(read.graph).toEqual(graph);
  expect(new Map([...read.weights].map(([key, { shape, data }]) => [key, { shape, data: [...data] }]))).toEqual(
    new Map([...weights].map(([key, { shape, data }]) => [key, { shape, data: [...data] }])),
  );

  const model = await loadIntoTfjs(at);
  expect(model.layers.map((layer) => layer.name)).toEqual(["pixels", ...graph.layers.map((layer) => layer.name)]);
  for (const [key, { data }] of weights) {
    const layer = model.getLayer(key.split("/")[0]!);
    const position = layer.weights.findIndex((weight) => weight.name === key || weight.originalName === key);
    expect([...(await layer.getWeights()[position]!.data())]).toEqual([...data]);
  }
});

test("what tfjs saves, sequential and functional, we read", async () => {
  const sequential = tf.sequential({
    layers: [
      tf.layers.conv2d({ name: "c", filters: 2, kernelSize: 3, activation: "relu", inputShape: [6, 5, 1] }),
      tf.layers.batchNormalization({ name: "b", momentum: 0.8 }),
      tf.layers.reLU({ name: "r" }),
      tf.layers.flatten({ name: "f" }),
      tf.layers.dense({ name: "d", units: 3, activation: "softmax" }),
    ],
  });
  const input = tf.input({ shape: [6, 5, 1], name: "pixels" });
  const hidden = tf.layers.flatten({ name: "f2" }).apply(input) as tf.SymbolicTensor;
  const output = tf.layers.dense({ name: "d2", units: 2 }).apply(hidden) as tf.SymbolicTensor;
  await saveFromTfjs(sequential, join(folder, "sequential"));
  await saveFromTfjs(tf.model({ inputs: input, outputs: output }), join(folder, "functional"));

  const first = await readLayersModel(join(folder, "sequential"));
  expect(first.graph.layers.map(({ name, type }) => `${name} ${type}`)).toEqual([
    "c Conv2D",
    "b BatchNormalization",
    "r Activation",
    "f Flatten",
    "d Dense",
  ]);
  expect(first.graph.layers[1]).toMatchObject({ momentum: 0.8, epsilon: 1e-3 });
  const kernel = await sequential.getLayer("d").getWeights()[0]!.data();
  expect([...first.weights.get("d/kernel")!.data]).toEqual([...kernel]);

  const second = await readLayersModel(join(folder, "functional"));
  expect(second.graph.input).toEqual({ name: "pixels", shape: [6, 5, 1] });
  expect(second.graph.output).toBe("d2");
});

test("what tfjs saves with a model inside another one computes the same", async () => {
  const base = tf.sequential({
    name: "base",
    layers: [
      tf.layers.conv2d({ name: "inside", filters: 3, kernelSize: 3, activation: "relu", inputShape: [6, 5, 1] }),
      tf.layers.globalAveragePooling2d({ name: "pooled" }),
    ],
  });
  const pixels = tf.input({ shape: [6, 5, 1], name: "pixels" });
  const outer = tf.layers.dense({ name: "outside", units: 2 }).apply(base.apply(pixels)) as tf.SymbolicTensor;
  const model = tf.model({ inputs: pixels, outputs: outer });
  for (const [name, saved] of [
    ["nested", model],
    ["nested-sequential", tf.sequential({ layers: [base, tf.layers.dense({ name: "last", units: 2 })] })],
  ] as const) {
    await saveFromTfjs(saved, join(folder, name));
    const { graph, weights } = await readLayersModel(join(folder, name));
    expect(graph.layers.slice(0, 2).map((layer) => layer.name)).toEqual(["inside", "pooled"]);
    const data = Float32Array.from({ length: 60 }, (_, i) => Math.sin(i));
    const predicted = await engine.infer(graph, weights, { shape: [2, 6, 5, 1], data });
    const expected = (saved.predict(tf.tensor(data, [2, 6, 5, 1])) as tf.Tensor).dataSync();
    predicted.data.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6));
  }
});

test("a layer that no engine knows is refused by its name", async () => {
  const lstm = tf.sequential({ layers: [tf.layers.lstm({ name: "memory", units: 2, inputShape: [3, 2] })] });
  await saveFromTfjs(lstm, join(folder, "lstm"));
  await expect(readLayersModel(join(folder, "lstm"))).rejects.toMatchObject({
    code: "backbone/unsupported-layer",
    found: 'LSTM "memory"',
  });
});

test("a model with two inputs, and one that uses a layer twice, are refused: a cut could not say what is frozen", async () => {
  const [left, right] = ["left", "right"].map((name) => tf.input({ name, shape: [4] })) as [
    tf.SymbolicTensor,
    tf.SymbolicTensor,
  ];
  const sum = tf.layers.add().apply([left, right]) as tf.SymbolicTensor;
  await saveFromTfjs(tf.model({ inputs: [left, right], outputs: sum }), join(folder, "two-inputs"));
  await expect(readLayersModel(join(folder, "two-inputs"))).rejects.toMatchObject({
    code: "backbone/several-inputs",
    found: expect.stringContaining('inputs "left", "right"') as string,
  });
  const shared = tf.layers.dense({ name: "both", units: 4 });
  const twice = shared.apply(shared.apply(left)) as tf.SymbolicTensor;
  await saveFromTfjs(tf.model({ inputs: left, outputs: twice }), join(folder, "shared"));
  await expect(readLayersModel(join(folder, "shared"))).rejects.toMatchObject({
    code: "backbone/shared-layer",
    found: expect.stringContaining('"both", which is called 2 times') as string,
  });
});

test.each([
  ["backbone/no-folder", async (at: string) => rm(at, { recursive: true })],
  ["backbone/unknown-format", async (at: string) => rm(join(at, "model.json"))],
  ["backbone/bad-model-json", async (at: string) => writeFile(join(at, "model.json"), "{")],
  ["backbone/missing-shard", async (at: string) => rm(join(at, "weights.bin"))],
  ["backbone/truncated-shard", async (at: string) => truncate(join(at, "weights.bin"), 40)],
  [
    "backbone/missing-weights",
    async (at: string) => {
      const text = await readFile(join(at, "model.json"), "utf8");
      await writeFile(join(at, "model.json"), text.replace('"name": "head/bias"', '"name": "head/other"'));
    },
  ],
  [
    "backbone/weight-shape",
    async (at: string) => {
      const text = await readFile(join(at, "model.json"), "utf8");
      await writeFile(join(at, "model.json"), text.replace('"units": 2', '"units": 3'));
    },
  ],
])("%s", async (code, damage) => {
  const at = join(folder, code.replace("/", "-"));
  await writeLayersModel(at, "sample", { graph: averaged, weights: randomWeights(averaged) });
  await damage(at);
  await expect(backbones.load(at)).rejects.toMatchObject({ code });
});

test("a folder without a card loses its classifier; an unknown feature layer lists those there are", async () => {
  const at = join(folder, "no-card");
  await writeLayersModel(at, "sample", { graph: everyLayer, weights: randomWeights(everyLayer) });
  const backbone = await backbones.load(at);
  expect(backbone.graph.output).toBe("dense");
  expect([...backbone.weights.keys()]).not.toContain("head/kernel");
  expect((await backbones.load(at, { featureLayer: "flatten" })).featureShape).toEqual([2 * 1 * 4]);
  await expect(backbones.load(at, { featureLayer: "convX" })).rejects.toMatchObject({
    code: "backbone/unknown-layer",
    expected: expect.stringContaining("conv1, bn1, relu1"),
  });
});
