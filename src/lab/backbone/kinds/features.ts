/** Dense layers, normalisation, activations, dropout: what keeps height, width and steps as they are. */
import type { LayerOf } from "../layerGraph";
import type { LayerKind } from "./layerKind";
import { asFeatures, onlyInput } from "./shapeError";

export const dense: LayerKind<LayerOf<"Dense">> = {
  outputShape(layer, inputs) {
    const input = onlyInput(layer, inputs);
    asFeatures(layer, input);
    return [...input.slice(0, -1), layer.units];
  },
  weightNames: ({ useBias }) => (useBias ? ["kernel", "bias"] : ["kernel"]),
  weightShapes: (layer, inputs) => ({
    kernel: [asFeatures(layer, onlyInput(layer, inputs)), layer.units],
    bias: [layer.units],
  }),
  matrices: () => ({ kernel: 1 }),
};

export const batchNormalization: LayerKind<LayerOf<"BatchNormalization">> = {
  outputShape: onlyInput,
  weightNames: () => ["gamma", "beta", "moving_mean", "moving_variance"],
  weightShapes(layer, inputs) {
    const shape = [onlyInput(layer, inputs).at(-1)!];
    return { gamma: shape, beta: shape, moving_mean: shape, moving_variance: shape };
  },
};

export const layerNormalization: LayerKind<LayerOf<"LayerNormalization">> = {
  outputShape: onlyInput,
  weightNames: () => ["gamma", "beta"],
  weightShapes(layer, inputs) {
    const shape = [onlyInput(layer, inputs).at(-1)!];
    return { gamma: shape, beta: shape };
  },
};

export const elementwise: LayerKind<LayerOf<"Activation"> | LayerOf<"Dropout">> = { outputShape: onlyInput };
