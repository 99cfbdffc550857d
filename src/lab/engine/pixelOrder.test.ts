import { expect, test } from "vitest";
import { placedLayers } from "../backbone/graphShapes";
import type { LayerGraph } from "../backbone/layerGraph";
import { pixelOrders } from "./pixelOrder";
import { conv, dense, norm, pool, sequence } from "./testing/networks";

const flatten = { type: "Flatten", name: "flatten" } as const;
const relu = { type: "Activation", name: "relu", activation: "relu" } as const;
const halves = pool("MaxPooling2D", 2, 2, "valid");

function orders(graph: LayerGraph, batch = 2) {
  return Object.fromEntries(
    [...pixelOrders(graph, placedLayers(graph), batch)].map(([name, order]) => [name, [...order]]),
  );
}
const network = (layers: Parameters<typeof sequence>[1], shape = [2, 5, 1]) =>
  sequence(shape, [...layers, flatten, dense("head")]);

test("from a convolution to the pool that reads it, pixels lie tap by tap, those without a window last", () => {
  const order = [0, 2, 1, 3, 5, 7, 6, 8, 4, 9];
  expect(orders(network([conv("conv"), norm("bn"), relu, halves]))).toEqual({ conv: order, bn: order, relu: order });
});

test.each([
  ["a pool whose windows overlap", [conv("conv"), pool("MaxPooling2D", 3, 2, "valid")]],
  ["a pool that is padded", [conv("conv"), pool("MaxPooling2D", 2, 2, "same")]],
  ["a pool of means", [conv("conv"), pool("AveragePooling2D", 2, 2, "valid")]],
  ["a convolution that reads pixels where they lie", [conv("conv", { kernelSize: [1, 1] }), halves]],
  ["groups", [conv("conv", { filters: 2, groups: 2 }), halves]],
  ["no convolution", [halves]],
] as const)("row by row: %s", (name, layers) => {
  expect(orders(network(layers, [4, 5, name === "groups" ? 2 : 1]))).toEqual({});
});

test("row by row where somebody else reads the map, or where it is too large for columns", () => {
  const graph = network([conv("conv"), halves]);
  const read: LayerGraph = {
    ...graph,
    layers: [
      ...graph.layers,
      { type: "GlobalMaxPooling2D", name: "max", inputs: ["conv"], keepDims: false },
      { type: "Concatenate", name: "both", inputs: ["head", "max"], axis: 0 },
    ],
    output: "both",
  };
  expect(orders(read)).toEqual({});
  expect(Object.keys(orders(graph, 100))).toEqual(["conv"]);
  expect(orders(graph, 1e6)).toEqual({});
});
