import type { Value } from "../onnx/graphBuilder";
import {
  type ConvolutionOperands,
  type ConvolutionPlace,
  gathered,
  type TrainedConvolution,
  withConstant,
} from "./convolution";
import { pixelSums } from "./pixelSums";
import { isPadded, isPointwise, pixelRows, windowRows } from "./windowRows";

/**
 * A convolution as one matrix product over its windows, gathered as columns `[taps · channels, windows · batch]` in the order
 * of a Keras kernel. The columns serve the product and the gradient by the kernel, so they live as long as the step; a
 * convolution with 1 x 1 taps needs none.
 */
export function columnConvolution(place: ConvolutionPlace, operands: ConvolutionOperands): TrainedConvolution {
  const { builder, batch, windows } = place;
  const { input, kernel, bias } = operands;
  const { outHeight, outWidth } = windows;
  const filters = kernel.shape[3] as number;
  const places = outHeight * outWidth * batch;
  const columns = windowColumns(place, input);
  const matrix = builder.reshape(kernel, [columns.value.shape[0]!, filters]);
  const offset = bias ? [builder.reshape(bias, [filters, 1])] : [];
  // A kernel that lies as its product wants it is quicker than `transA`. Turned in four axes, so that ONNX Runtime does not
  // fuse it back into the product.
  const upright = builder.reshape(builder.transpose(kernel, [3, 0, 1, 2]), [filters, matrix.shape[0]!]);
  const product = builder.node("Gemm", [upright, columns.value, ...offset], [filters, places]);
  const rows = (gradient: Value) => builder.reshape(gradient, [filters, places]);
  return {
    output: builder.reshape(product, [filters, outHeight, outWidth, batch]),
    kernelGradient: (gradient) =>
      builder.reshape(builder.node("Gemm", [columns.value, rows(gradient)], matrix.shape, { transB: 1 }), kernel.shape),
    inputGradient: (gradient) => columns.backward(matrix, rows(gradient)),
  };
}

/** Columns for one example: as many numbers of rows are kept in the graph, and this times the batch floats while it runs. */
export function columnCount({ windows, channels }: Pick<ConvolutionPlace, "windows" | "channels">): number {
  if (isPointwise(windows)) return 0;
  const { kernel, outHeight, outWidth } = windows;
  return kernel[0] * kernel[1] * channels * outHeight * outWidth;
}

function windowColumns({ builder, batch, windows, channels, order }: ConvolutionPlace, input: Value) {
  const { height, width } = windows;
  const pixels = channels * height * width;
  const image = [channels, height, width, batch];
  const places = windows.outHeight * windows.outWidth;
  if (isPointwise(windows)) {
    return {
      value: builder.reshape(input, [channels, places * batch]),
      backward: (matrix: Value, gradient: Value) =>
        builder.reshape(builder.node("Gemm", [matrix, gradient], [channels, places * batch]), image),
    };
  }
  const depth = windows.kernel[0] * windows.kernel[1] * channels;
  const rows = windowRows(windows, channels, order);
  const flat = builder.reshape(input, [pixels, batch]);
  const source = isPadded(windows) ? withConstant(builder, flat, 0, 0) : flat;
  return {
    value: builder.reshape(gathered(builder, source, 0, rows), [depth, places * batch]),
    backward(matrix: Value, gradient: Value): Value {
      // One more row of zeros in the kernel gives the zero row that unused slots point at.
      const extended = withConstant(builder, matrix, 0, 0);
      const columns = builder.node("Gemm", [extended, gradient], [depth + 1, places * batch]);
      const byWindow = builder.reshape(columns, [(depth + 1) * places, batch]);
      return builder.reshape(pixelSums(builder, byWindow, 0, pixelRows(windows, channels, order)), image);
    },
  };
}
