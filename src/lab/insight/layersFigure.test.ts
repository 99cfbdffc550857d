import { expect, it } from "vitest";
import { layerMap } from "../../shared/layerMap";
import { exampleLayers } from "../../shared/exampleVerdicts";
import { initialWeights } from "../backbone/initialWeights";
import type { LayerGraph } from "../backbone/layerGraph";
import { layersFigure } from "./layersFigure";

const graph: LayerGraph = {
  input: { name: "input", shape: [8, 8, 1] },
  layers: [
    {
      ...{ name: "conv", type: "Conv2D", inputs: ["input"], filters: 4, kernelSize: [3, 3], strides: [1, 1] },
      ...{ padding: "same", useBias: true, activation: "linear" },
    },
    { name: "bn", type: "BatchNormalization", inputs: ["conv"], epsilon: 1e-3, momentum: 0.9 },
    { name: "pool", type: "GlobalAveragePooling2D", inputs: ["bn"], keepDims: false },
    { name: "head", type: "Dense", inputs: ["pool"], units: 3, useBias: true, activation: "linear" },
  ],
  output: "head",
};

it("has shapes, parameters, the state of what has weights, and where lastLayers would begin", () => {
  const model = {
    ...{ graph, weights: initialWeights(graph, 0), backbone: "small", featureLayer: "pool" },
    trainable: new Set(["bn", "head"]),
  };
  expect(layersFigure(model, "Layers").layers).toEqual([
    {
      ...{ name: "conv", type: "Conv2D", shape: [8, 8, 4], parameters: 40 },
      ...{ state: "frozen", lastLayers: 3, part: "backbone" },
    },
    {
      ...{ name: "bn", type: "BatchNormalization", shape: [8, 8, 4], parameters: 16 },
      ...{ state: "trained", lastLayers: 2, part: "backbone" },
    },
    { name: "pool", type: "GlobalAveragePooling2D", shape: [4], parameters: 0, part: "backbone" },
    {
      ...{ name: "head", type: "Dense", shape: [3], parameters: 15 },
      ...{ state: "trained", lastLayers: 1, part: "head" },
    },
  ]);
});

it("folds long frozen stretches of a large network and loses no parameter", () => {
  const large = exampleLayers(60);
  const rows = layerMap(large);
  expect(rows.map(({ name }) => name)).toEqual([
    ...["conv1", "bn1", "conv2 … bn58", "conv59", "bn59", "conv60", "bn60", "head"],
  ]);
  const sum = (all: readonly { readonly parameters: number }[]) =>
    all.reduce((total, { parameters }) => total + parameters, 0);
  expect(sum(rows)).toBe(sum(large.layers));
  expect(layerMap(exampleLayers()).map(({ name }) => name)).toContain("relu1");
});
