import type { LayerOf } from "../layerGraph";
import type { LayerKind, Shape } from "./layerKind";
import { asFlat, asImage, asSequence, inputCountError, onlyInput, shapeError } from "./shapeError";
import { windowsOf, type Windows } from "./windows";

type Pooling = LayerOf<"MaxPooling2D"> | LayerOf<"AveragePooling2D">;

export function poolingWindows(layer: Pooling, inputs: readonly Shape[]): Windows {
  const { poolSize, strides, padding } = layer;
  return windowsOf(layer, asImage(layer, onlyInput(layer, inputs)), { kernel: poolSize, strides, padding });
}

export const pooling2d: LayerKind<Pooling> = {
  outputShape(layer, inputs) {
    const { outHeight, outWidth } = poolingWindows(layer, inputs);
    return [outHeight, outWidth, asImage(layer, onlyInput(layer, inputs))[2]];
  },
};

export const globalPooling2d: LayerKind<LayerOf<"GlobalAveragePooling2D"> | LayerOf<"GlobalMaxPooling2D">> = {
  outputShape(layer, inputs) {
    const [, , channels] = asImage(layer, onlyInput(layer, inputs));
    return layer.keepDims ? [1, 1, channels] : [channels];
  },
};

export const globalAveragePooling1d: LayerKind<LayerOf<"GlobalAveragePooling1D">> = {
  outputShape(layer, [input, mask, ...others]) {
    if (input === undefined || others.length > 0) {
      throw inputCountError(layer, "a sequence, and at most a mask", input === undefined ? 0 : others.length + 2);
    }
    const [steps, width] = asSequence(layer, input);
    if (mask !== undefined && asFlat(layer, mask) !== steps) {
      throw shapeError(layer, `a mask of shape [${steps}]`, mask);
    }
    return [width];
  },
};
