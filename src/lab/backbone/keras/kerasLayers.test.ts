import { expect, test } from "vitest";
import type { Layer } from "../layerGraph";
import { kerasFromLayer, layerFromKeras } from "./kerasLayers";

const sliding = { kernelSize: [3, 3], strides: [1, 1], padding: "same", useBias: true, activation: "elu" } as const;
const images: readonly Layer[] = [
  { type: "Conv2D", name: "conv", inputs: ["x"], ...sliding, filters: 8, groups: 2, dilation: [2, 3] },
  { type: "DepthwiseConv2D", name: "depthwise", inputs: ["x"], ...sliding, depthMultiplier: 1, dilation: [2, 1] },
  { type: "Rescaling", name: "scale", inputs: ["x"], scale: [1, 2, 3, 4], offset: -1 },
  { type: "Normalization", name: "data", inputs: ["x"] },
  { type: "Activation", name: "act", inputs: ["x"], activation: "hardSwish" },
  { type: "Activation", name: "act", inputs: ["x"], activation: "selu" },
];

test.each(images)("$type of images is read as it was written", (layer) => {
  const { className, config } = kerasFromLayer(layer);
  const keras = { class_name: className, config: { name: layer.name, ...config } };
  expect(layerFromKeras(keras, layer.inputs, [[6, 6, 4]])).toEqual(layer);
});

test("dilation together with strides is refused, which Keras has not either", () => {
  const config = { name: "conv", filters: 2, kernel_size: 3, strides: 2, dilation_rate: 2 };
  expect(() => layerFromKeras({ class_name: "Conv2D", config }, ["x"], [[6, 6, 4]])).toThrow("dilation and strides");
});

const sequences: readonly Layer[] = [
  { type: "Embedding", name: "words", inputs: ["ids"], inputDim: 9, outputDim: 4 },
  { type: "PositionEmbedding", name: "positions", inputs: ["words"], sequenceLength: 12 },
  { type: "PaddingMask", name: "mask", inputs: ["ids"], paddingId: 3 },
  { type: "MultiHeadAttention", name: "attention", inputs: ["words"], heads: 2, keyDim: 3, useBias: false },
];

test.each(sequences)("$type is read as it was written", (layer) => {
  const { className, config } = kerasFromLayer(layer);
  const keras = { class_name: className, config: { name: layer.name, ...config } };
  expect(layerFromKeras(keras, layer.inputs, [[6, 4]])).toEqual(layer);
});

test("KerasHub's PositionEmbedding, with its other settings", () => {
  const config = { name: "position_embedding", sequence_length: 512, hierarchical_alpha: 0.4, initializer: {} };
  expect(layerFromKeras({ class_name: "PositionEmbedding", config }, ["words"], [[128, 4]])).toEqual({
    ...{ type: "PositionEmbedding", name: "position_embedding", inputs: ["words"], sequenceLength: 512 },
  });
});
