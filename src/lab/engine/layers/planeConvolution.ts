import { extentOf, type Windows } from "../../backbone/kinds/windows";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import {
  type ConvolutionOperands,
  type ConvolutionPlace,
  gathered,
  type TrainedConvolution,
  withConstant,
} from "./convolution";
import { isPadded, onnxPads, tapPixels } from "./windowRows";

/** Columns beyond this are gathered, used and dropped in groups of taps. */
const GROUP_BYTES = 32 * 2 ** 20;

/** A convolution by ONNX's own `Conv` over planes, which needs no columns: for maps whose columns would fill the memory. */
export function planeConvolution(place: ConvolutionPlace, operands: ConvolutionOperands): TrainedConvolution {
  const { builder } = place;
  const { input, kernel } = operands;
  return {
    output: convolvedPlanes(place, operands, builder.transpose(kernel, [3, 2, 0, 1]), 1),
    kernelGradient: (gradient) => tapwiseKernelGradient(place, input, gradient, kernel.shape),
    inputGradient: (gradient) => planesInputGradient(place, kernel, gradient, 1),
  };
}

/** @param filterPlanes The kernel as `[filters, channels / groups, height, width]`. */
export function convolvedPlanes(
  { builder, batch, windows }: ConvolutionPlace,
  { input, bias }: ConvolutionOperands,
  filterPlanes: Value,
  groups: number,
): Value {
  const shape = [batch, filterPlanes.shape[0]!, windows.outHeight, windows.outWidth];
  const operands = [toPlanes(builder, input), filterPlanes, ...(bias ? [bias] : [])];
  const output = builder.node("Conv", operands, shape, {
    kernel_shape: windows.kernel,
    strides: windows.strides,
    dilations: windows.dilation,
    pads: onnxPads(windows),
    group: groups,
  });
  return fromPlanes(builder, output);
}

/** The way back: without strides a convolution with the turned kernel, which is faster than the general `ConvTranspose`. */
export function planesInputGradient(place: ConvolutionPlace, kernel: Value, gradient: Value, groups: number): Value {
  const { builder, batch, windows, channels } = place;
  const [rows, columns] = windows.kernel;
  const shape = [batch, channels, windows.height, windows.width];
  const planes = toPlanes(builder, gradient);
  const perGroup = kernel.shape[3] as number;
  if (windows.strides[0] === 1 && windows.strides[1] === 1) {
    const taps = builder.reshape(kernel, [rows * columns, channels, perGroup]);
    const turned = gathered(
      builder,
      taps,
      0,
      Int32Array.from({ length: rows * columns }, (_, i, n = rows * columns) => n - 1 - i),
    );
    const filterPlanes = builder.reshape(builder.transpose(turned, [1, 2, 0]), [channels, perGroup, rows, columns]);
    const output = builder.node("Conv", [planes, filterPlanes], shape, {
      kernel_shape: windows.kernel,
      dilations: windows.dilation,
      pads: turnedPads(windows),
      group: groups,
    });
    return fromPlanes(builder, output);
  }
  const filters = gradient.shape[0]!;
  const order = groups === 1 ? [3, 2, 0, 1] : [2, 3, 0, 1];
  const filterPlanes = builder.reshape(builder.transpose(kernel, order), [filters, channels / groups, rows, columns]);
  const output = builder.node("ConvTranspose", [planes, filterPlanes], shape, {
    kernel_shape: windows.kernel,
    strides: windows.strides,
    pads: onnxPads(windows),
    output_padding: untouched(windows),
    group: groups,
  });
  return fromPlanes(builder, output);
}

function turnedPads(windows: Windows): readonly number[] {
  const { height, width, outHeight, outWidth, top, left } = windows;
  const [down, right] = extentOf(windows);
  const before = [down - 1 - top, right - 1 - left] as const;
  return [...before, height - outHeight + down - 1 - before[0], width - outWidth + right - 1 - before[1]];
}

/** Rows and columns at the end of the image that no window reaches. */
function untouched({ kernel, strides, height, width, outHeight, outWidth, ...pad }: Windows): readonly number[] {
  return [
    height + pad.top + pad.bottom - kernel[0] - (outHeight - 1) * strides[0],
    width + pad.left + pad.right - kernel[1] - (outWidth - 1) * strides[1],
  ];
}

function tapwiseKernelGradient(
  { builder, batch, windows, channels }: ConvolutionPlace,
  input: Value,
  gradient: Value,
  kernelShape: Value["shape"],
): Value {
  const filters = kernelShape[3] as number;
  const taps = windows.kernel[0] * windows.kernel[1];
  const places = windows.outHeight * windows.outWidth;
  const pixels = builder.reshape(input, [channels, windows.height * windows.width, batch]);
  const source = isPadded(windows) ? withConstant(builder, pixels, 1, 0) : pixels;
  const rows = builder.reshape(gradient, [filters, places * batch]);
  const bytesOfTap = channels * places * batch * Float32Array.BYTES_PER_ELEMENT;
  const groupSize = Math.max(1, Math.min(taps, Math.floor(GROUP_BYTES / bytesOfTap)));
  const indices = tapPixels(windows);
  const parts: Value[] = [];
  for (let tap = 0; tap < taps; tap += groupSize) {
    const size = Math.min(groupSize, taps - tap);
    const group = gathered(builder, source, 1, indices.slice(tap * places, (tap + size) * places));
    const columns = builder.reshape(group, [channels * size, places * batch]);
    const product = builder.node("Gemm", [columns, rows], [channels * size, filters], { transB: 1 });
    parts.push(builder.transpose(builder.reshape(product, [channels, size, filters]), [1, 0, 2]));
  }
  const shape = [taps, channels, filters];
  return builder.reshape(
    parts.length === 1 ? parts[0]! : builder.node("Concat", parts, shape, { axis: 0 }),
    kernelShape,
  );
}

function toPlanes(builder: GraphBuilder, image: Value): Value {
  return builder.transpose(image, [3, 0, 1, 2]);
}

function fromPlanes(builder: GraphBuilder, planes: Value): Value {
  return builder.transpose(planes, [1, 2, 3, 0]);
}
