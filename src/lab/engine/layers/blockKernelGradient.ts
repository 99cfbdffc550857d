import { extentOf, type Windows } from "../../backbone/kinds/windows";
import type { Value } from "../onnx/graphBuilder";
import { type ConvolutionPlace, gathered, withConstant } from "./convolution";

/** Windows beside each other that share a block. */
const WIDTH = 14;

/**
 * The gradient of a depthwise convolution of a larger map by its kernel. For each block of up to 14 columns of windows, one
 * product over rows and batch, `[windows of a row, …] · […, kernel rows · pixels of a row]`, holds every tap many times; a
 * constant adds them up. Fewer wasted products than a Toeplitz matrix of the whole map, a third of the memory of im2col.
 */
export function blockKernelGradient(
  { builder, batch, windows, channels }: ConvolutionPlace,
  input: Value,
  gradient: Value,
): Value {
  const { height, width, outHeight, outWidth, kernel } = windows;
  const filters = gradient.shape[0] as number;
  const multiplier = filters / channels;
  const taps = kernel[0] * kernel[1];
  const blocks = blocksOf(windows);
  const { count, out, into } = blocks;
  const depth = kernel[0] * into;
  const pixels = withConstant(builder, builder.reshape(input, [channels, height * width, batch]), 1, 0);
  const columns = builder.reshape(gathered(builder, pixels, 1, pixelsOfBlocks(windows, blocks)), [
    channels,
    1,
    count * depth,
    outHeight * batch,
  ]);
  const flat = builder.reshape(gradient, [filters, outHeight * outWidth, batch]);
  const source = count * out === outWidth ? flat : withConstant(builder, flat, 1, 0);
  const rows = gathered(builder, source, 1, windowsOfBlocks(windows, blocks));
  const product = builder.node(
    "MatMul",
    [
      builder.reshape(rows, [channels, multiplier, count, out, outHeight * batch]),
      builder.transpose(builder.reshape(columns, [channels, 1, count, depth, outHeight * batch]), [0, 1, 2, 4, 3]),
    ],
    [channels, multiplier, count, out, depth],
  );
  const sums = builder.node(
    "Gemm",
    [
      builder.reshape(product, [filters * count, out * depth]),
      builder.floats(tapInBlock(windows, blocks), [taps, out * depth]),
    ],
    [filters * count, taps],
    { transB: 1 },
  );
  const byTap = builder.reduce("ReduceSum", builder.reshape(sums, [channels, multiplier, count, taps]), [2], false);
  const split = builder.reshape(byTap, [channels, multiplier, ...kernel]);
  return builder.transpose(split, [2, 3, 0, 1]);
}

interface Blocks {
  readonly count: number;
  /** Columns of windows in a block, and columns of pixels that they see. */
  readonly out: number;
  readonly into: number;
}

function blocksOf(windows: Windows): Blocks {
  const { outWidth, strides } = windows;
  const count = Math.ceil(outWidth / WIDTH);
  const out = Math.ceil(outWidth / count);
  return { count, out, into: (out - 1) * strides[1] + extentOf(windows)[1] };
}

/** `[blocks, kernel rows, pixels of a row, window rows]`; beyond the border the pixel `height · width`. */
function pixelsOfBlocks(windows: Windows, blocks: Blocks): Int32Array {
  const { height, width, outHeight, kernel, strides, dilation, top, left } = windows;
  const rows: number[] = [];
  for (let block = 0; block < blocks.count; block++) {
    for (let i = 0; i < kernel[0]; i++) {
      for (let x = 0; x < blocks.into; x++) {
        const column = block * blocks.out * strides[1] + x - left;
        for (let y = 0; y < outHeight; y++) {
          const row = y * strides[0] + i * dilation[0] - top;
          const inside = row >= 0 && row < height && column >= 0 && column < width;
          rows.push(inside ? row * width + column : height * width);
        }
      }
    }
  }
  return Int32Array.from(rows);
}

/** `[blocks, windows of a row, window rows]`; beyond the last window `outHeight · outWidth`. */
function windowsOfBlocks({ outHeight, outWidth }: Windows, blocks: Blocks): Int32Array {
  const rows: number[] = [];
  for (let column = 0; column < blocks.count * blocks.out; column++) {
    for (let y = 0; y < outHeight; y++) rows.push(column < outWidth ? y * outWidth + column : outHeight * outWidth);
  }
  return Int32Array.from(rows);
}

/** `[taps, windows of a row, kernel rows · pixels of a row]`: 1 where the tap of that window lies on that pixel. */
function tapInBlock({ kernel, strides, dilation }: Windows, { out, into }: Blocks): Float32Array {
  const depth = kernel[0] * into;
  const result = new Float32Array(kernel[0] * kernel[1] * out * depth);
  for (let i = 0; i < kernel[0]; i++) {
    for (let j = 0; j < kernel[1]; j++) {
      for (let x = 0; x < out; x++) {
        result[((i * kernel[1] + j) * out + x) * depth + i * into + x * strides[1] + j * dilation[1]] = 1;
      }
    }
  }
  return result;
}
