import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { Backbone } from "../backbone/backbone";
import { initialWeights } from "../backbone/initialWeights";
import type { LayerGraph } from "../backbone/layerGraph";
import { Dataset } from "../data/dataset";
import { InterruptedError } from "../../shared/graftError";
import { installLabHost, labHost } from "../../shared/labHost";
import { LabRuntime } from "../train/labRuntime";
import { ScriptedEngine } from "../train/scriptedEngine";
import { type CompareOptions, compareOn } from "./compareStrategies";

const graph: LayerGraph = {
  input: { name: "pixels", shape: [2, 2, 1] },
  layers: [
    { type: "Flatten", name: "flatten", inputs: ["pixels"] },
    { type: "Dense", name: "one", inputs: ["flatten"], units: 4, useBias: true, activation: "relu" },
  ],
  output: "one",
};
const backbone = new Backbone({
  name: "dense",
  graph,
  weights: initialWeights(graph, 3),
  preprocessing: { scale: 1 / 255, offset: 0 },
});
const data = Dataset.from({
  images: Uint8Array.from({ length: 160 }, (_, i) => (i * 89 + (i >> 3) * 31) % 256),
  imageShape: [2, 2, 1],
  labels: Array.from({ length: 40 }, (_, i) => i % 2),
  classes: ["left", "right"],
});

function options(changed: Partial<CompareOptions> = {}): CompareOptions {
  return {
    backbone,
    dataset: { train: data.subset(0, 30), test: data.subset(30) },
    labels: [4, 8],
    seeds: 3,
    strategies: ["scratch", "head", { lastLayers: 2 }],
    plot: false,
    ...changed,
  };
}

afterEach(() => {
  labHost().interruptFlag[0] = 0;
});

test("all strategies get the same examples and seeds, by number of labels", async () => {
  const engine = new ScriptedEngine();
  const rows = await compareOn(new LabRuntime(engine), options());
  expect(rows.map(({ strategy, labels, seeds }) => [strategy, labels, seeds])).toEqual([
    ["scratch", 4, 3],
    ["head", 4, 3],
    ["last 2 layers", 4, 3],
    ["scratch", 8, 3],
    ["head", 8, 3],
    ["last 2 layers", 8, 3],
  ]);
  expect(rows[2]!.detail).toBe("last 2 layers: one, head");
  // Scratch and last-2 both reach the images themselves here, so their training data can be compared.
  const [scratch, lastTwo] = engine.trained as [(typeof engine.trained)[0], (typeof engine.trained)[0]];
  expect(lastTwo.train.targets).toEqual(scratch.train.targets);
  expect(lastTwo.seed).toBe(scratch.seed);
  expect(new Set(engine.trained.map(({ seed }) => seed))).toEqual(new Set([0, 1, 2]));
});

test("the seeds begin where they are told to", async () => {
  const engine = new ScriptedEngine();
  await compareOn(new LabRuntime(engine), options({ seeds: 2, seed: 7, labels: [8], strategies: ["scratch"] }));
  expect(engine.trained.map(({ seed }) => seed)).toEqual([7, 8]);
});

test("what each costs: how often an image crossed the trunk, whatever came before", async () => {
  const runtime = new LabRuntime(new ScriptedEngine());
  const strategies = ["head", "prototypes", { lastLayers: 1, epochs: 3 }, "scratch", "head"] as const;
  const rows = await compareOn(runtime, options({ labels: [8], seeds: 2, strategies }));
  // A head and its fine-tuning read the same features; before all layers of "scratch" the images are still flattened.
  expect(rows.map(({ strategy, trunkPasses }) => [strategy, trunkPasses])).toEqual([
    ["head", 1],
    ["prototypes", 1],
    ["last 1 layer", 1],
    ["scratch", 1],
    ["head (2)", 1],
  ]);
  // Test images cross once for each cut, not once for each training.
  const { test: held } = options().dataset;
  const pictures = new Set(Array.from({ length: held.size }, (_, i) => held.itemHash(i))).size;
  expect(runtime.trunkPasses).toBe(2 * pictures);
});

test("a head and what is trained after it read rows of one crossing", async () => {
  const deeper: LayerGraph = {
    ...graph,
    layers: [
      ...graph.layers,
      { type: "Dense", name: "two", inputs: ["one"], units: 4, useBias: true, activation: "relu" },
      { type: "Dense", name: "three", inputs: ["two"], units: 3, useBias: true, activation: "relu" },
    ],
    output: "three",
  };
  const { preprocessing } = backbone;
  const other = new Backbone({ name: "deeper", graph: deeper, weights: initialWeights(deeper, 3), preprocessing });
  const strategies = [
    { lastLayers: 2, epochs: 1 },
    { lora: { rank: 1, lastLayers: 3, epochs: 1 } },
    { linearProbeThenFineTune: { lastLayers: 2, epochs: 1 } },
    { gradualUnfreeze: { lastLayers: 3, epochs: 1 } },
  ] as const;
  // Low-rank updates cannot bear that frozen weights are "trained" along with them.
  const engine = new ScriptedEngine();
  const train = engine.train.bind(engine);
  engine.train = (request, observer) => train({ ...request, trainable: [] }, observer);
  const rows = await compareOn(new LabRuntime(engine), options({ backbone: other, labels: [8], seeds: 2, strategies }));
  expect(rows.map(({ trunkPasses }) => trunkPasses)).toEqual([1, 1, 1, 1]);
});

test("without scratch there is no gain", async () => {
  const rows = await compareOn(new LabRuntime(new ScriptedEngine()), options({ strategies: ["head"] }));
  expect(rows.map(({ gain }) => gain)).toEqual([undefined, undefined]);
});

test("an interrupt ends it", async () => {
  const engine = new ScriptedEngine();
  engine.beforeStep = () => {
    labHost().interruptFlag[0] = 1;
  };
  await expect(compareOn(new LabRuntime(engine), options())).rejects.toBeInstanceOf(InterruptedError);
  expect(engine.trained).toHaveLength(1);
});

test.each([
  ["compare/seeds", { seeds: 1 }],
  ["compare/strategies", { strategies: [] }],
  ["compare/unknown-strategy", { strategies: ["heads"] as never }],
  ["train/last-layers", { strategies: [{ lastLayers: 9 }] }],
  ["data/too-few", { labels: [31] }],
])("refuses as %s what it cannot compare", async (code, changed) => {
  await expect(compareOn(new LabRuntime(new ScriptedEngine()), options(changed))).rejects.toMatchObject({ code });
});

test("its models are thrown away, so none of them is saved", async () => {
  const host = labHost();
  const checkpointFolder = join(tmpdir(), `graft-compared-${process.pid}`);
  installLabHost({ ...host, checkpointFolder });
  await compareOn(new LabRuntime(new ScriptedEngine()), options());
  installLabHost(host);
  expect(existsSync(checkpointFolder)).toBe(false);
});
