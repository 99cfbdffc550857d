import type { Windows } from "../../backbone/kinds/windows";
import type { Value } from "../onnx/graphBuilder";
import type { ConvolutionOperands, ConvolutionPlace, TrainedConvolution } from "./convolution";
import { tapPixels } from "./windowRows";

/**
 * A depthwise convolution of a small map as one matrix product for each channel, `[windows, pixels] · [pixels, batch]`. The
 * Toeplitz matrices are the kernel times a constant that says which tap lies between which window and pixel.
 */
export function toeplitzConvolution(
  { builder, batch, windows, channels }: ConvolutionPlace,
  { input, kernel, bias }: ConvolutionOperands,
): TrainedConvolution {
  const { height, width, outHeight, outWidth } = windows;
  const multiplier = kernel.shape[3] as number;
  const filters = channels * multiplier;
  const taps = windows.kernel[0] * windows.kernel[1];
  const pixels = height * width;
  const places = outHeight * outWidth;
  const between = builder.floats(tapBetween(windows), [taps, places * pixels]);
  const byFilter = builder.reshape(builder.transpose(kernel, [2, 3, 0, 1]), [filters, taps]);
  const products = builder.node("MatMul", [byFilter, between], [filters, places * pixels]);
  const toeplitz = builder.reshape(products, [channels, multiplier * places, pixels]);
  const image = builder.reshape(input, [channels, pixels, batch]);
  const plain = builder.node("MatMul", [toeplitz, image], [channels, multiplier * places, batch]);
  const linear = builder.reshape(plain, [filters, outHeight, outWidth, batch]);
  const rows = (gradient: Value) => builder.reshape(gradient, [channels, multiplier * places, batch]);
  return {
    output: bias ? builder.binary("Add", linear, builder.reshape(bias, [filters, 1, 1, 1])) : linear,
    kernelGradient(gradient) {
      const shape = toeplitz.shape;
      const full = builder.node("MatMul", [rows(gradient), builder.transpose(image, [0, 2, 1])], shape);
      const flat = builder.reshape(full, [filters, places * pixels]);
      const byTap = builder.node("Gemm", [flat, between], [filters, taps], { transB: 1 });
      const split = builder.reshape(byTap, [channels, multiplier, ...windows.kernel]);
      return builder.transpose(split, [2, 3, 0, 1]);
    },
    inputGradient(gradient) {
      // A product of the turned constant, as ONNX Runtime multiplies stacks of turned matrices at a quarter of the speed.
      const turnedBetween = builder.floats(turned(tapBetween(windows), places, pixels), [taps, pixels * places]);
      const products = builder.node("MatMul", [byFilter, turnedBetween], [filters, pixels * places]);
      const split = builder.reshape(products, [channels, multiplier, pixels, places]);
      const beside = multiplier === 1 ? split : builder.transpose(split, [0, 2, 1, 3]);
      const back = builder.reshape(beside, [channels, pixels, multiplier * places]);
      const shape = [channels, pixels, batch];
      return builder.reshape(builder.node("MatMul", [back, rows(gradient)], shape), [channels, height, width, batch]);
    },
  };
}

/** `[taps, windows, pixels]`: 1 where the tap of that window lies on that pixel. */
function tapBetween(windows: Windows): Float32Array {
  const pixels = windows.height * windows.width;
  const places = windows.outHeight * windows.outWidth;
  const taps = windows.kernel[0] * windows.kernel[1];
  const result = new Float32Array(taps * places * pixels);
  tapPixels(windows).forEach((pixel, row) => {
    if (pixel < pixels) result[row * pixels + pixel] = 1;
  });
  return result;
}

/** `[taps, rows, columns]` as `[taps, columns, rows]`. */
function turned(data: Float32Array, rows: number, columns: number): Float32Array {
  const size = rows * columns;
  return data.map((_, i) => {
    const [column, row] = [Math.floor((i % size) / rows), i % rows];
    return data[Math.floor(i / size) * size + row * columns + column]!;
  });
}
