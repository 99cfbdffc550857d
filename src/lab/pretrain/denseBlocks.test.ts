import { expect, test } from "vitest";
import type { LayerGraph } from "../backbone/layerGraph";
import { conv, dense, norm, sequence } from "../engine/testing/networks";
import { autoencoders } from "./autoencoderGraphs";
import { denseBlocks } from "./denseBlocks";

const plain = { scale: 1 / 255, offset: 0 };
const flatten = { type: "Flatten", name: "flatten" } as const;
const dropout = { type: "Dropout", name: "dropout", rate: 0.5 } as const;
const tanh = { type: "Activation", name: "tanh", activation: "tanh" } as const;

test("each block begins with its Dense layer, the first with the input", () => {
  const graph = sequence([4, 3, 1], [flatten, dense("one", { units: 8 }), tanh, dropout, dense("two", { units: 5 })]);
  const blocks = denseBlocks(graph);
  expect(blocks.map(({ name }) => name)).toEqual(["one", "two"]);
  expect(blocks.map(({ graph: { input, layers, output } }) => [input, layers.map(({ name }) => name), output])).toEqual(
    [
      [{ name: "input", shape: [4, 3, 1] }, ["flatten", "one", "tanh", "dropout"], "dropout"],
      [{ name: "dropout", shape: [8] }, ["two"], "two"],
    ],
  );
});

const branched: LayerGraph = {
  ...sequence([4], [dense("one"), dense("two")]),
  layers: [
    { ...dense("one"), inputs: ["input"] },
    { ...dense("two"), inputs: ["input"] },
  ] as LayerGraph["layers"],
};

test.each<[string, LayerGraph, string]>([
  ["a convolution", sequence([4, 4, 1], [conv("conv"), flatten, dense("one")]), '"conv" (Conv2D)'],
  ["a batch norm", sequence([4], [dense("one"), norm("bn")]), '"bn" (BatchNormalization)'],
  ["a way past a layer", branched, '"two" (Dense)'],
  ["Dense over steps", sequence([6, 4], [dense("one")]), '"one" (Dense over a sequence)'],
  ["no Dense layer", sequence([4, 4, 1], [flatten]), "none"],
])("%s is refused by name", (_, graph, found) => {
  expect(() => denseBlocks(graph)).toThrow(expect.objectContaining({ code: "pretrain/not-dense", found }));
});

test("what is restored decides the loss, and how it is drawn", () => {
  const stack = (activation: "relu" | "sigmoid") =>
    sequence([2, 2, 1], [flatten, dense("one", { units: 3, activation }), dense("two", { units: 2, activation })]);
  const lossesOf = (activation: "relu" | "sigmoid", preprocessing = plain) =>
    autoencoders(stack(activation), preprocessing).map(({ loss }) => loss.name);
  expect(lossesOf("relu")).toEqual(["sigmoidCrossEntropy", "meanSquaredError"]);
  expect(lossesOf("sigmoid")).toEqual(["sigmoidCrossEntropy", "sigmoidCrossEntropy"]);
  expect(lossesOf("relu", { scale: 2 / 255, offset: -1 })).toEqual(["meanSquaredError", "meanSquaredError"]);
  const [first, second] = autoencoders(stack("relu"), plain);
  expect(first!.decoder).toMatchObject({ units: 4, activation: "linear", inputs: ["one"] });
  expect(first!.drawnDecoder).toMatchObject({ activation: "sigmoid" });
  expect(second!.drawnDecoder).toMatchObject({ units: 3, activation: "linear" });
});
