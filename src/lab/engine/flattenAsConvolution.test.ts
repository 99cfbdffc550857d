import { expect, test } from "vitest";
import { valueShapes } from "../backbone/graphShapes";
import { flattenAsConvolution } from "./flattenAsConvolution";
import { conv, dense, sequence } from "./testing/networks";

const flatten = { type: "Flatten", name: "flatten" } as const;

test("a Flatten that only a Dense layer reads becomes one window over the image", () => {
  const graph = sequence(
    [6, 5, 2],
    [conv("conv"), flatten, dense("hidden", { units: 7, activation: "relu" }), dense("head")],
  );
  const merged = flattenAsConvolution(graph);
  expect(merged.layers.map(({ type, name, inputs }) => `${type} ${name} of ${inputs.join()}`)).toEqual([
    "Conv2D conv of input",
    "Conv2D hidden of conv",
    "Flatten hidden flat of hidden",
    "Dense head of hidden flat",
  ]);
  expect(merged.layers[1]).toMatchObject({ kernelSize: [6, 5], filters: 7, padding: "valid", activation: "relu" });
  expect(valueShapes(merged).get(merged.output)).toEqual([4]);
});

test("a Dense layer at the end is flattened again under another name", () => {
  const merged = flattenAsConvolution(sequence([2, 2, 1], [flatten, dense("head")]));
  expect(merged.output).toBe("head flat");
  expect(valueShapes(merged).get("head flat")).toEqual([4]);
});

test("what else reads the flattened value, and features that were flat already, stay as they are", () => {
  const flat = sequence([6], [flatten, dense("head")]);
  expect(flattenAsConvolution(flat)).toEqual(flat);
  const shared = {
    ...sequence([2, 2, 1], [flatten, dense("a"), dense("b")]),
    output: "sum",
  };
  const both = {
    ...shared,
    layers: [
      ...shared.layers.map((layer) => ({ ...layer, inputs: layer.name === "flatten" ? ["input"] : ["flatten"] })),
      { type: "Add" as const, name: "sum", inputs: ["a", "b"] },
    ],
  };
  expect(flattenAsConvolution(both)).toEqual(both);
});
