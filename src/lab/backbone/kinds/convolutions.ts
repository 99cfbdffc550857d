import type { LayerOf } from "../layerGraph";
import type { LayerKind, Shape } from "./layerKind";
import { asImage, onlyInput, shapeError } from "./shapeError";
import { windowsOf, type Windows } from "./windows";

type Convolution = LayerOf<"Conv2D"> | LayerOf<"DepthwiseConv2D"> | LayerOf<"SeparableConv2D">;

export function convolutionWindows(layer: Convolution, inputs: readonly Shape[]): Windows {
  const { kernelSize, strides, padding, dilation } = layer;
  return windowsOf(layer, asImage(layer, onlyInput(layer, inputs)), { kernel: kernelSize, strides, padding, dilation });
}

function outputShape(layer: Convolution, inputs: readonly Shape[], channels: number): Shape {
  const { outHeight, outWidth } = convolutionWindows(layer, inputs);
  return [outHeight, outWidth, channels];
}

function channelsOf(layer: Convolution, inputs: readonly Shape[]): number {
  return asImage(layer, onlyInput(layer, inputs))[2];
}

export const conv2d: LayerKind<LayerOf<"Conv2D">> = {
  outputShape(layer, inputs) {
    const { groups = 1, filters } = layer;
    const channels = channelsOf(layer, inputs);
    if (channels % groups === 0 && filters % groups === 0) return outputShape(layer, inputs, filters);
    throw shapeError(layer, `channels and filters in ${groups} equal groups`, [channels, filters]);
  },
  weightNames: ({ useBias }) => (useBias ? ["kernel", "bias"] : ["kernel"]),
  weightShapes: (layer, inputs) => ({
    kernel: [...layer.kernelSize, channelsOf(layer, inputs) / (layer.groups ?? 1), layer.filters],
    bias: [layer.filters],
  }),
  // Each window is a row of numbers that the matrix multiplies; of groups each has a matrix of its own.
  matrices: ({ groups = 1 }): Readonly<Record<string, number>> => (groups === 1 ? { kernel: 3 } : {}),
};

export const depthwiseConv2d: LayerKind<LayerOf<"DepthwiseConv2D">> = {
  outputShape: (layer, inputs) => outputShape(layer, inputs, channelsOf(layer, inputs) * layer.depthMultiplier),
  weightNames: ({ useBias }) => (useBias ? ["depthwise_kernel", "bias"] : ["depthwise_kernel"]),
  weightShapes(layer, inputs) {
    const channels = channelsOf(layer, inputs);
    return {
      depthwise_kernel: [...layer.kernelSize, channels, layer.depthMultiplier],
      bias: [channels * layer.depthMultiplier],
    };
  },
};

export const separableConv2d: LayerKind<LayerOf<"SeparableConv2D">> = {
  outputShape: (layer, inputs) => outputShape(layer, inputs, layer.filters),
  weightNames: ({ useBias }) => ["depthwise_kernel", "pointwise_kernel", ...(useBias ? ["bias"] : [])],
  weightShapes(layer, inputs) {
    const channels = channelsOf(layer, inputs);
    return {
      depthwise_kernel: [...layer.kernelSize, channels, layer.depthMultiplier],
      pointwise_kernel: [1, 1, channels * layer.depthMultiplier, layer.filters],
      bias: [layer.filters],
    };
  },
};
