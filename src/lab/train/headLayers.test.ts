import { expect, test } from "vitest";
import { valueShapes } from "../backbone/graphShapes";
import { conv, dense, sequence } from "../engine/testing/networks";
import { headOf, requireGradients, withFlatFeatures, withHead } from "./headLayers";

const maps = sequence([4, 4, 2], [conv("body", { filters: 5 })]);

test("maps are averaged before the head, features stay as they are", () => {
  const flat = withFlatFeatures(maps);
  expect(flat.layers.map(({ name, type }) => [name, type])).toEqual([
    ["body", "Conv2D"],
    ["head_pool", "GlobalAveragePooling2D"],
  ]);
  const features = sequence([3], [dense("body")]);
  expect(withFlatFeatures(features)).toBe(features);
  const steps = sequence([3, 2], [dense("body")]);
  expect(withFlatFeatures(steps).layers.at(-1)!.type).toBe("GlobalAveragePooling1D");
});

test("a head is put on, and another one takes its place under the same name", () => {
  const flat = withFlatFeatures(maps);
  const features = flat.output;
  const mlp = withHead(flat, features, 3, { kind: "mlp", hiddenUnits: 7, dropout: 0.5 });
  expect(headOf(mlp, features)).toMatchObject([
    { type: "Dense", name: "head_hidden", inputs: [features], units: 7, activation: "relu" },
    { type: "Dropout", name: "head_dropout", rate: 0.5 },
    { type: "Dense", name: "head", units: 3, activation: "linear" },
  ]);
  const linear = withHead(mlp, features, 3, { kind: "linear" });
  expect(linear.layers.map(({ name }) => name)).toEqual(["body", "head_pool", "head"]);
  const nearest = withHead(linear, features, 3, { kind: "nearest", examples: 9, neighbours: 2 });
  expect(headOf(nearest, features)).toEqual([
    { type: "NearestNeighbors", name: "head", inputs: [features], examples: 9, neighbours: 2, classes: 3 },
  ]);
  for (const graph of [mlp, linear, nearest]) expect(valueShapes(graph).get(graph.output)).toEqual([3]);
});

test("names that the backbone has taken are left to it", () => {
  const graph = withHead(sequence([3], [dense("head_hidden"), dense("head")]), "head", 2, {
    kind: "mlp",
    hiddenUnits: 4,
    dropout: 0,
  });
  expect(headOf(graph, "head").map(({ name }) => name)).toEqual(["head_hidden_new", "head_dropout", "head_new"]);
});

test("a head without gradients is told before anything is computed", () => {
  const features = sequence([3], [dense("body")]);
  expect(() => requireGradients(withHead(features, "body", 2, { kind: "linear" }))).not.toThrow();
  const nearest = withHead(features, "body", 2, { kind: "nearest", examples: 5, neighbours: 1 });
  expect(() => requireGradients(nearest)).toThrow(expect.objectContaining({ code: "train/no-gradients" }));
});
