import type { LayerOf } from "../layerGraph";
import type { LayerKind, Shape } from "./layerKind";
import { asFlat, asSequence, inputCountError, onlyInput, shapeError } from "./shapeError";

export const embedding: LayerKind<LayerOf<"Embedding">> = {
  outputShape: (layer, inputs) => [asFlat(layer, onlyInput(layer, inputs)), layer.outputDim],
  weightNames: () => ["embeddings"],
  weightShapes: ({ inputDim, outputDim }) => ({ embeddings: [inputDim, outputDim] }),
};

export const positionEmbedding: LayerKind<LayerOf<"PositionEmbedding">> = {
  outputShape(layer, inputs) {
    const [steps, width] = asSequence(layer, onlyInput(layer, inputs));
    if (steps <= layer.sequenceLength) return [steps, width];
    throw shapeError(layer, `at most ${layer.sequenceLength} steps`, [steps, width]);
  },
  weightNames: () => ["embeddings"],
  weightShapes: (layer, inputs) => ({
    embeddings: [layer.sequenceLength, asSequence(layer, onlyInput(layer, inputs))[1]],
  }),
};

export const paddingMask: LayerKind<LayerOf<"PaddingMask">> = {
  outputShape: (layer, inputs) => [asFlat(layer, onlyInput(layer, inputs))],
};

export const gatherSteps: LayerKind<LayerOf<"GatherSteps">> = {
  outputShape(layer, inputs) {
    const [sequence, places] = inputs;
    if (sequence === undefined || places === undefined || inputs.length > 2) {
      throw inputCountError(layer, "a sequence and places in it", inputs.length);
    }
    return [asFlat(layer, places), asSequence(layer, sequence)[1]];
  },
};

type MultiHeadAttention = LayerOf<"MultiHeadAttention">;

/** Steps and width of what is asked with and of what is attended to, from one, two or three inputs. */
export function attentionShapes(layer: MultiHeadAttention, [query, value = query, mask, ...others]: readonly Shape[]) {
  if (query === undefined || value === undefined || others.length > 0) {
    throw inputCountError(
      layer,
      "a query, and at most a value and a mask",
      query === undefined ? 0 : others.length + 3,
    );
  }
  const [querySteps, width] = asSequence(layer, query);
  const [valueSteps, valueWidth] = asSequence(layer, value);
  if (mask !== undefined && asFlat(layer, mask) !== valueSteps) {
    throw shapeError(layer, `a mask of shape [${valueSteps}]`, mask);
  }
  return { querySteps, width, valueSteps, valueWidth, masked: mask !== undefined };
}

const projections = ["query", "key", "value", "output"] as const;

export const multiHeadAttention: LayerKind<MultiHeadAttention> = {
  outputShape(layer, inputs) {
    const { querySteps, width } = attentionShapes(layer, inputs);
    return [querySteps, width];
  },
  weightNames: ({ useBias }) =>
    projections.flatMap((name) => (useBias ? [`${name}_kernel`, `${name}_bias`] : [`${name}_kernel`])),
  weightShapes(layer, inputs) {
    const { width, valueWidth } = attentionShapes(layer, inputs);
    const { heads, keyDim } = layer;
    return {
      query_kernel: [width, heads, keyDim],
      key_kernel: [valueWidth, heads, keyDim],
      value_kernel: [valueWidth, heads, keyDim],
      output_kernel: [heads, keyDim, width],
      query_bias: [heads, keyDim],
      key_bias: [heads, keyDim],
      value_bias: [heads, keyDim],
      output_bias: [width],
    };
  },
  matrices: () => ({ query_kernel: 1, key_kernel: 1, value_kernel: 1, output_kernel: 2 }),
};
