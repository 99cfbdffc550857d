import { describe, expect, test } from "vitest";
import type { Layer, LayerGraph } from "../backbone/layerGraph";
import { type LayerSelection, phaseName, selectLayers } from "./layerSelection";

const dense = (name: string, input: string): Layer => ({
  ...{ type: "Dense", name, inputs: [input], units: 3, useBias: true, activation: "linear" },
});
const relu = (name: string, input: string): Layer => ({
  ...{ type: "Activation", name, inputs: [input], activation: "relu" },
});
const add = (name: string, ...inputs: readonly string[]): Layer => ({ type: "Add", name, inputs });

/** Two branches with weights between `stem` and `sum`; around `deep` only the values themselves go by. */
const graph: LayerGraph = {
  input: { name: "pixels", shape: [3] },
  layers: [
    dense("stem", "pixels"),
    relu("stem_relu", "stem"),
    dense("left", "stem_relu"),
    dense("right", "stem_relu"),
    add("sum", "left", "right"),
    dense("deep", "sum"),
    add("residual", "sum", "deep"),
    dense("head", "residual"),
  ],
  output: "head",
};
const selected = (selection: LayerSelection) => selectLayers(graph, selection).map(({ name }) => name);

test("three ways to say which layers", () => {
  expect(selected({ lastLayers: 2 })).toEqual(["deep", "head"]);
  expect(selected({ fromLayer: "deep" })).toEqual(["deep", "head"]);
  expect(selected({ all: true })).toEqual(["stem", "left", "right", "deep", "head"]);
});

test("from a layer without weights on: those behind it", () => {
  expect(selected({ fromLayer: "stem_relu" })).toEqual(["left", "right", "deep", "head"]);
  expect(selected({ fromLayer: "residual" })).toEqual(["head"]);
});

describe("refuses", () => {
  test.each<[string, object, object]>([
    ["no selection", {}, { code: "train/no-selection", found: "none" }],
    ["all: false", { all: false }, { code: "train/no-selection", found: "all: false" }],
    [
      "two of them",
      { lastLayers: 2, all: true },
      { code: "train/several-selections", found: "lastLayers: 2, all: true" },
    ],
    ["0 layers", { lastLayers: 0 }, { code: "train/last-layers", found: "0" }],
    ["less than none", { lastLayers: -2 }, { code: "train/last-layers", found: "-2" }],
    ["half a layer", { lastLayers: 1.5 }, { code: "train/last-layers", found: "1.5" }],
    [
      "more than there are",
      { lastLayers: 6 },
      {
        code: "train/last-layers",
        expected: "lastLayers from 1 to 5, counted from the head: 1 head, 2 deep, 3 right, 4 left, 5 stem",
      },
    ],
    ["a typo", { fromLayer: "dep" }, { code: "train/unknown-layer", found: '"dep"', remedy: 'Did you mean "deep"?' }],
    [
      "a layer of one branch",
      { fromLayer: "left" },
      {
        code: "train/branching-layer",
        found: '"left", which stands beside "right" in another branch',
        remedy: 'Name a layer before the branches part, for example "stem_relu", or give lastLayers',
      },
    ],
  ])("%s", (_, selection, error) => {
    expect(() => selected(selection as LayerSelection)).toThrow(expect.objectContaining(error) as Error);
  });
});

test("phases are named by their reach; a head of two layers is the head", () => {
  const name = (selection: LayerSelection, featureLayer = "residual") =>
    phaseName(graph, selectLayers(graph, selection), featureLayer);
  expect(name({ lastLayers: 1 })).toBe("head");
  expect(name({ lastLayers: 2 })).toBe("last 2 layers");
  expect(name({ all: true })).toBe("all layers");
  expect(name({ lastLayers: 2 }, "sum")).toBe("head");
  expect(name({ lastLayers: 1 }, "sum")).toBe("last 1 layer");
});
