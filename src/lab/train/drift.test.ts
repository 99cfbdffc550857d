/** What a model began with: weights copied from the backbone, layers begun anew, and how far each has moved since. */
import { expect, test } from "vitest";
import { Backbone } from "../backbone/backbone";
import { initialWeights } from "../backbone/initialWeights";
import type { Layer, LayerGraph } from "../backbone/layerGraph";
import { layerHash } from "../backbone/weightsHash";
import { Dataset } from "../data/dataset";
import { fromScratchOn, graftOn } from "./graft";
import { LabRuntime } from "./labRuntime";
import { coreOf } from "./modelCore";
import { ScriptedEngine } from "./scriptedEngine";

const dense = (name: string, input: string): Layer => ({
  ...{ type: "Dense", name, inputs: [input], units: 4, useBias: true, activation: "relu" },
});
const graph: LayerGraph = {
  input: { name: "pixels", shape: [2, 2, 1] },
  layers: [
    { type: "Flatten", name: "flat", inputs: ["pixels"] },
    dense("one", "flat"),
    dense("two", "one"),
    { type: "BatchNormalization", name: "two_bn", inputs: ["two"], epsilon: 1e-3, momentum: 0.9 },
    dense("three", "two_bn"),
  ],
  output: "three",
};
const classes = ["left", "right"];
const backbone = new Backbone({
  ...{ name: "dense", graph },
  weights: initialWeights(graph, 3),
  preprocessing: { scale: 1 / 255, offset: 0 },
});
const train = Dataset.from({
  images: Uint8Array.from({ length: 16 }, (_, i) => (i * 37) % 256),
  ...{ imageShape: [2, 2, 1], labels: [0, 1, 0, 1], classes },
});
const runtime = () => new LabRuntime(new ScriptedEngine());
const copiedLayers = ({ graph: of, weights }: Pick<Backbone, "graph" | "weights">) =>
  of.layers
    .filter(({ name }) => backbone.graph.layers.some((layer) => layer.name === name))
    .filter((layer) => layer.type !== "Flatten" && layerHash(layer, weights) === layerHash(layer, backbone.weights))
    .map(({ name }) => name);

test("reinitialize copies what is before the layer and begins all behind it anew, by the seed", () => {
  const whole = graftOn(runtime(), backbone, { classes });
  expect(copiedLayers(whole)).toEqual(["one", "two", "two_bn", "three"]);
  const options = { classes, reinitialize: { fromLayer: "two" }, seed: 5 } as const;
  const part = graftOn(runtime(), backbone, options);
  // A batch norm that begins anew is the identity, and so was the backbone's.
  expect(copiedLayers(part)).toEqual(["one", "two_bn"]);
  const three = (model: typeof part) => [...model.weights.get("three/kernel")!.data];
  expect(three(graftOn(runtime(), backbone, options))).toEqual(three(part));
  expect(three(graftOn(runtime(), backbone, { ...options, seed: 6 }))).not.toEqual(three(part));
  expect([...coreOf(part).trainable].sort()).toEqual(["head", "three", "two", "two_bn"]);
});

test("what begins from random weights trains its batch norms, what is pretrained does not", () => {
  const choice = (reinitialize?: { readonly lastLayers: number }) =>
    coreOf(graftOn(runtime(), backbone, { classes, ...(reinitialize && { reinitialize }) })).batchNormDefault;
  expect([choice(), choice({ lastLayers: 1 }), choice({ lastLayers: 2 })]).toEqual(["frozen", "frozen", "train"]);
});

test("reinitialize refuses a layer that there is not", () => {
  const call = () => graftOn(runtime(), backbone, { classes, reinitialize: { fromLayer: "four" } });
  expect(call).toThrow(expect.objectContaining({ code: "train/unknown-layer" }) as Error);
});

test("drift is 0 for frozen layers, more for trained ones, and not defined for a head that is new", async () => {
  const model = graftOn(runtime(), backbone, { classes });
  expect(model.drift().map(({ drift }) => drift)).toEqual([0, 0, 0, 0, undefined]);
  await model.fineTune(train, { lastLayers: 3, epochs: 1, plot: false });
  const drift = Object.fromEntries(model.drift().map((row) => [row.layer, row]));
  expect([drift.one!.drift, drift.two!.drift, drift.two_bn!.drift, drift.two_bn!.statistics]).toEqual([0, 0, 0, 0]);
  const three = [...backbone.weights]
    .filter(([name]) => name.startsWith("three/"))
    .flatMap(([, { data }]) => [...data]);
  const size = Math.hypot(...three);
  // The scripted engine adds 0.01 to each number with its one step.
  expect(drift.three!.drift).toBeCloseTo((0.01 * Math.sqrt(three.length)) / size, 6);
  expect(drift.head!.drift).toBeUndefined();
});

test("drift of a model from scratch is measured from its first random weights, head and all", async () => {
  const model = fromScratchOn(runtime(), backbone, { classes });
  expect(model.drift().map(({ drift }) => drift)).toEqual([0, 0, 0, 0, 0]);
  await model.fineTune(train, { all: true, epochs: 1, plot: false });
  expect(model.drift().every(({ drift }) => drift! > 0)).toBe(true);
});
