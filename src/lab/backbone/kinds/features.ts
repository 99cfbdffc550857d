/** Dense layers, normalisation, activations, dropout: what keeps height, width and steps as they are. */
import type { LayerOf } from "../layerGraph";
import type { LayerKind } from "./layerKind";
import { asFeatures, onlyInput, shapeError } from "./shapeError";

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

export const rescaling: LayerKind<LayerOf<"Rescaling">> = {
  outputShape(layer, inputs) {
    const input = onlyInput(layer, inputs);
    for (const values of [layer.scale, layer.offset]) {
      if (typeof values === "number" || values.length === input.at(-1)) continue;
      throw shapeError(layer, `${values.length} channels`, input);
    }
    return input;
  },
};

/** What the variance's root is at least (Keras' epsilon). */
export const SMALLEST_DEVIATION = 1e-7;

export const normalization: LayerKind<LayerOf<"Normalization">> = {
  outputShape: onlyInput,
  weightNames: () => ["mean", "variance"],
  weightShapes(layer, inputs) {
    const shape = [onlyInput(layer, inputs).at(-1)!];
    return { mean: shape, variance: shape };
  },
};

/** What the sum of squares is at least (TensorFlow's `l2_normalize`). */
export const SMALLEST_SQUARE = 1e-12;

export const elementwise: LayerKind<LayerOf<"Activation"> | LayerOf<"Dropout"> | LayerOf<"UnitNormalization">> = {
  outputShape: onlyInput,
};
