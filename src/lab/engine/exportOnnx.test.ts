import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LayerGraph, Weights } from "../backbone/layerGraph";
import { exportOnnx } from "./exportOnnx";
import { foldBatchNorm } from "./foldBatchNorm";
import { runInference } from "./runInference";
import { Runtime } from "./runtime";
import { conv, dense, norm, pool, randomExamples, randomWeights, relativeDistance, sequence } from "./testing/networks";
import { referenceForward, useCpuBackend } from "./testing/tfjsReference";

const runtime = new Runtime(4);
beforeAll(useCpuBackend);
afterAll(() => runtime.dispose());

const relu = { type: "Activation", name: "relu", activation: "relu" } as const;
const flatten = { type: "Flatten", name: "flatten" } as const;
const average = { type: "GlobalAveragePooling2D", name: "average", keepDims: false } as const;

const cases: readonly (readonly [string, LayerGraph])[] = [
  [
    "classifier",
    sequence(
      [8, 7, 2],
      [
        conv("a", { useBias: false }),
        norm("bn"),
        relu,
        pool("MaxPooling2D", 2, 2, "valid"),
        conv("b", { strides: [2, 2] }),
        flatten,
        dense("head", { activation: "softmax" }),
      ],
    ),
  ],
  [
    "image to image",
    sequence([6, 5, 2], [conv("a", { kernelSize: [2, 3], padding: "valid" }), pool("MaxPooling2D", 3, 2, "same")]),
  ],
  ["average pool over a border", sequence([5, 5, 2], [pool("AveragePooling2D", 3, 2, "same"), average])],
  [
    "batch norm that cannot be folded",
    sequence([4, 4, 3], [relu, norm("bn"), { type: "Dropout", name: "d", rate: 0.5 }, flatten]),
  ],
  ["batch norm of features", sequence([5], [dense("a"), norm("bn"), dense("head", { activation: "relu" })])],
  ["softmax over channels", sequence([3, 3, 2], [conv("a", { activation: "softmax" })])],
];

describe.each(cases)("%s", (_, graph) => {
  const weights = randomWeights(graph, 3);
  const { features } = randomExamples(graph, 5, 2, 4);

  test("computes what tfjs computes, in batches of any size", async () => {
    const tensors = new Map([...weights].map(([key, { shape, data }]) => [key, tf.tensor(data, [...shape])]));
    const expected = referenceForward(graph, tensors, features, { trainable: [] });
    for (const batchSize of [256, 2]) {
      const output = await runInference(runtime, graph, weights, features, { batchSize });
      expect(output.shape).toEqual(expected.shape);
      expect(relativeDistance(output.data, expected.dataSync())).toBeLessThan(1e-5);
    }
  });
});

/** Against the layers that tfjs itself runs, not only its operations. */
test("agrees with a tfjs LayersModel", async () => {
  const graph = sequence(
    [8, 8, 1],
    [
      conv("a", { filters: 4, useBias: false }),
      norm("bn"),
      relu,
      pool("MaxPooling2D", 2, 2, "valid"),
      conv("b", { filters: 5, strides: [2, 2], activation: "relu" }),
      flatten,
      dense("head", { units: 3, activation: "softmax" }),
    ],
  );
  const weights = randomWeights(graph, 5);
  const layers = tf.layers;
  const model = tf.sequential({
    layers: [
      layers.conv2d({ name: "a", inputShape: [8, 8, 1], filters: 4, kernelSize: 3, padding: "same", useBias: false }),
      layers.batchNormalization({ name: "bn", epsilon: 1e-3 }),
      layers.reLU(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ name: "b", filters: 5, kernelSize: 3, strides: 2, padding: "same", activation: "relu" }),
      layers.flatten(),
      layers.dense({ name: "head", units: 3, activation: "softmax" }),
    ],
  });
  for (const { name } of graph.layers.filter(({ name }) => ["a", "bn", "b", "head"].includes(name))) {
    const own = [...weights].filter(([key]) => key.startsWith(`${name}/`));
    model.getLayer(name).setWeights(own.map(([, { shape, data }]) => tf.tensor(data, [...shape])));
  }
  const { features } = randomExamples(graph, 6, 3, 6);
  const expected = model.predict(tf.tensor(features.data, [...features.shape])) as tf.Tensor;
  const output = await runInference(runtime, graph, weights, features);
  expect(relativeDistance(output.data, expected.dataSync())).toBeLessThan(1e-4);
});

describe("folding batch norm", () => {
  const countOf = (graph: LayerGraph) => graph.layers.filter(({ type }) => type === "BatchNormalization").length;
  const folded = (graph: LayerGraph, weights: Weights = randomWeights(graph, 1)) => foldBatchNorm({ graph, weights });

  test("takes batch norms into the layer before, and their weights with them", () => {
    const graph = sequence([4, 4, 1], [conv("a"), norm("bn1"), conv("b", { useBias: false }), norm("bn2")]);
    const result = folded(graph);
    expect(countOf(result.graph)).toBe(0);
    expect(result.graph.output).toBe("b");
    expect([...result.weights.keys()].sort()).toEqual(["a/bias", "a/kernel", "b/bias", "b/kernel"]);
  });

  test("leaves a batch norm behind an activation, a pool or the input", () => {
    const graph = sequence([4, 4, 1], [norm("bn1"), conv("a", { activation: "relu" }), norm("bn2")]);
    expect(countOf(folded(graph).graph)).toBe(2);
  });

  test("leaves a batch norm whose convolution is read by others", () => {
    const chain = sequence([4, 4, 1], [conv("a"), norm("bn")]);
    expect(countOf(folded({ ...chain, output: "a" }).graph)).toBe(1);
  });
});

test("the same model gives the same file", () => {
  const graph = sequence([4, 4, 1], [conv("a"), norm("bn"), flatten, dense("head")]);
  expect(exportOnnx(graph, randomWeights(graph, 1))).toEqual(exportOnnx(graph, randomWeights(graph, 1)));
});

test("a weight that is missing, or has another shape, is named", () => {
  const graph = sequence([3], [dense("head")]);
  const weights = new Map(randomWeights(graph, 1));
  weights.set("head/kernel", { shape: [4, 4], data: new Float32Array(16) });
  expect(() => exportOnnx(graph, weights)).toThrow(/"head\/kernel" of shape \[3, 4\].*\[4, 4\]/);
  weights.delete("head/kernel");
  expect(() => exportOnnx(graph, weights)).toThrow(/"head\/kernel".*no weight of that name/);
});

test("a layer that cannot take its input is named", () => {
  expect(() => exportOnnx(sequence([4, 4, 1], [dense("head")]), new Map())).toThrow(
    /\[steps, features\] for layer "head"/,
  );
});
