import { blockKernelGradient } from "./blockKernelGradient";
import type { ConvolutionOperands, ConvolutionPlace, TrainedConvolution } from "./convolution";
import { convolvedPlanes, planesInputGradient } from "./planeConvolution";
import { toeplitzConvolution } from "./toeplitzConvolution";

/** A Toeplitz matrix may have this many elements for a channel: up to 8 x 8 pixels, or 11 x 11 with stride 2. */
const TOEPLITZ_LIMIT = 4096;

/** Each channel convolved with `depthMultiplier` kernels of its own, whichever way is faster for maps of this size. */
export function depthwiseConvolution(place: ConvolutionPlace, operands: ConvolutionOperands): TrainedConvolution {
  const { height, width, outHeight, outWidth } = place.windows;
  const isSmall = height * width * outHeight * outWidth <= TOEPLITZ_LIMIT;
  return isSmall ? toeplitzConvolution(place, operands) : depthwisePlaneConvolution(place, operands);
}

/** By ONNX's own `Conv`, one group for each channel. */
export function depthwisePlaneConvolution(place: ConvolutionPlace, operands: ConvolutionOperands): TrainedConvolution {
  const { builder, windows, channels } = place;
  const { input, kernel } = operands;
  const filters = channels * (kernel.shape[3] as number);
  const filterPlanes = builder.reshape(builder.transpose(kernel, [2, 3, 0, 1]), [filters, 1, ...windows.kernel]);
  return {
    output: convolvedPlanes(place, operands, filterPlanes, channels),
    kernelGradient: (gradient) => blockKernelGradient(place, input, gradient),
    inputGradient: (gradient) => planesInputGradient(place, kernel, gradient, channels),
  };
}
