import { afterAll, expect, test } from "vitest";
import type { LayerGraph } from "../backbone/layerGraph";
import { exportWithWeightInputs } from "./exportOnnx";
import { foldBatchNorm } from "./foldBatchNorm";
import { runInference } from "./runInference";
import { Runtime } from "./runtime";
import { conv, dense, norm, randomExamples, randomWeights, relativeDistance, sequence } from "./testing/networks";

const runtime = new Runtime(4);
afterAll(() => runtime.dispose());

const sliding = { kernelSize: [3, 3], strides: [1, 1], padding: "same", useBias: false, activation: "linear" } as const;
const relu6 = { type: "Activation", name: "relu6", activation: "relu6" } as const;
const depthwise = { type: "DepthwiseConv2D", name: "a", ...sliding, depthMultiplier: 2 } as const;
const separable = { type: "SeparableConv2D", name: "a", ...sliding, depthMultiplier: 2, filters: 3 } as const;

test.each([
  ["a convolution", sequence([5, 4, 2], [conv("a"), norm("bn"), relu6])],
  ["a depthwise convolution", sequence([5, 4, 2], [depthwise, norm("bn"), relu6])],
  ["a depthwise convolution with bias", sequence([5, 4, 2], [{ ...depthwise, useBias: true }, norm("bn")])],
  ["a separable convolution", sequence([5, 4, 2], [separable, norm("bn"), relu6])],
  ["a dense layer", sequence([5], [dense("a"), norm("bn")])],
  ["a dense layer over a sequence", sequence([3, 5], [dense("a"), norm("bn")])],
])("a batch norm goes into %s, and the values stay", async (_, graph: LayerGraph) => {
  const weights = randomWeights(graph, 3);
  const { features } = randomExamples(graph, 2, 2, 4);
  const folded = foldBatchNorm({ graph, weights });
  expect(folded.graph.layers.map(({ type }) => type)).not.toContain("BatchNormalization");
  const { Tensor, InferenceSession } = await runtime.ort();
  const plain = await InferenceSession.create(exportWithWeightInputs(graph));
  const feeds = [...weights, [graph.input.name, features] as const].map(
    ([name, { data, shape }]) => [name, new Tensor(data, [...shape])] as const,
  );
  const { output } = await plain.run(Object.fromEntries(feeds));
  await plain.release();
  const { data } = await runInference(runtime, folded.graph, folded.weights, features);
  expect(relativeDistance(data, output!.data as Float32Array)).toBeLessThan(1e-6);
});
