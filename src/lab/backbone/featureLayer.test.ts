import { expect, test } from "vitest";
import { featuresOf } from "./featureLayer";
import type { LayerGraph } from "./layerGraph";
import { conv, dense, pool, sequence } from "../engine/testing/networks";

const flatten = { type: "Flatten", name: "flatten" } as const;
const dropout = { type: "Dropout", name: "dropout", rate: 0.5 } as const;
const softmax = { type: "Activation", name: "softmax", activation: "softmax" } as const;
const average = { type: "GlobalAveragePooling2D", name: "average", keepDims: false } as const;

test.each<readonly [string, LayerGraph, string]>([
  ["global pooling", sequence([4, 4, 1], [conv("c"), average, dense("d1"), dropout, dense("d2"), softmax]), "average"],
  [
    "maps pooled to one pixel",
    sequence([4, 4, 1], [conv("c"), pool("AveragePooling2D", 4, 4, "valid"), flatten, dense("d1"), dense("d2")]),
    "flatten",
  ],
  ["no pooling", sequence([4, 4, 1], [conv("c"), flatten, dense("d1"), dropout, dense("d2"), softmax]), "dropout"],
  ["no classifier", sequence([4, 4, 1], [conv("c")]), "c"],
  ["dense layers only", sequence([4], [dense("d1"), dense("d2")]), "d1"],
])("%s", (_, graph, expected) => {
  expect(featuresOf(graph)).toBe(expected);
});
