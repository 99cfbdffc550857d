import { expect, test } from "vitest";
import { denseEncoder } from "./denseEncoder";

test("stacks Dense layers with seeded weights on flattened images", () => {
  const encoder = denseEncoder({ inputShape: [4, 3, 1], widths: [8, 5], activation: "sigmoid", seed: 2 });
  expect(encoder.featureShape).toEqual([5]);
  expect(encoder.graph.layers.map(({ name }) => name)).toEqual(["flatten", "dense1", "dense2"]);
  expect(encoder.graph.layers[1]).toMatchObject({ type: "Dense", units: 8, activation: "sigmoid" });
  expect(encoder.weights.get("dense1/kernel")!.shape).toEqual([12, 8]);
  const again = denseEncoder({ inputShape: [4, 3, 1], widths: [8, 5], activation: "sigmoid", seed: 2 });
  const other = denseEncoder({ inputShape: [4, 3, 1], widths: [8, 5], activation: "sigmoid", seed: 3 });
  expect(again.weights).toEqual(encoder.weights);
  expect(other.weights).not.toEqual(encoder.weights);
});

test.each([
  ["backbone/encoder-shape", { inputShape: [28, 28], widths: [8] }],
  ["backbone/encoder-shape", { inputShape: [28, 0, 1], widths: [8] }],
  ["backbone/encoder-widths", { inputShape: [28, 28, 1], widths: [] }],
  ["backbone/encoder-widths", { inputShape: [28, 28, 1], widths: [8, 2.5] }],
])("refuses by %s", (code, options) => {
  expect(() => denseEncoder(options)).toThrow(expect.objectContaining({ code }));
});
