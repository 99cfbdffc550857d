import { expect, test } from "vitest";
import type { Layer } from "../layerGraph";
import { kerasFromLayer, layerFromKeras } from "./kerasLayers";

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
