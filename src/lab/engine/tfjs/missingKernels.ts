/**
 * The wasm backend of tfjs 4.22 has no gradients of convolution kernels, of depthwise convolutions and of gathers, and its gradient
 * of max pooling is wrong. Here they are, made of what it has, and registered as the kernels that tfjs looks for: so they
 * serve Graft's layers, a person's own layers and plain tfjs code alike. A backend that has a kernel keeps its own.
 */
import type * as tfjs from "@tensorflow/tfjs";
import type { Attributes, Inputs } from "./kernelCall";
import { maxPoolByInput } from "./maxPoolByInput";
import type { TensorLibrary, TfTensor } from "./tensorLibrary";

type Kernel = (tf: TensorLibrary, inputs: Inputs, attributes: Attributes) => TfTensor;

const kernels: Readonly<Record<string, Kernel>> = {
  Conv2DBackpropFilter: convolutionByKernel,
  DepthwiseConv2dNativeBackpropFilter: depthwiseByKernel,
  DepthwiseConv2dNativeBackpropInput: depthwiseByInput,
  UnsortedSegmentSum: sumsOfSegments,
  MaxPoolGrad: maxPoolByInput,
};

const completed = new WeakMap<TensorLibrary, Set<string>>();

/** Registers what `backend` lacks, once. */
export function registerMissingKernels(tf: TensorLibrary, backend: string): void {
  const done = completed.get(tf) ?? new Set();
  if (done.has(backend)) return;
  completed.set(tf, done.add(backend));
  // It looks for the largest number of a window above the smallest positive float: windows without one get no gradient.
  if (backend === "wasm") tf.unregisterKernel("MaxPoolGrad", backend);
  const known = new Set(tf.getKernelsForBackend(backend).map(({ kernelName }) => kernelName));
  for (const [kernelName, compute] of Object.entries(kernels)) {
    if (known.has(kernelName)) continue;
    tf.registerKernel({
      kernelName,
      backendName: backend,
      kernelFunc: ({ inputs, attrs }) => tf.tidy(() => compute(tf, inputs as Inputs, attrs as unknown as Attributes)),
    });
  }
}

/**
 * For each place of the kernel, the input that it met times the gradient of the output: a convolution too, of channels as images
 * over the batch as channels, with the gradient as its kernel. Up to 6 times as fast in wasm as one product a place.
 */
function convolutionByKernel(tf: TensorLibrary, { x, dy }: Inputs, attributes: Attributes): TfTensor {
  const [height, width, channels, filters] = attributes.filterShape;
  const { padInfo, strideHeight, strideWidth } = windowsOf(tf, x!.shape as Shape4, attributes, false);
  const padded = padOrCrop(tf, x!, [padInfo.top, padInfo.bottom], [padInfo.left, padInfo.right]);
  const images = tf.transpose(padded, [3, 1, 2, 0]) as tfjs.Tensor4D;
  const kernel = tf.transpose(dy!, [1, 2, 0, 3]) as tfjs.Tensor4D;
  const met = tf.conv2d(images, kernel, 1, "valid", "NHWC", [strideHeight, strideWidth]);
  // Pixels beyond the last window, where strides leave some, make places that the kernel does not have.
  const places = tf.slice(met, [0, 0, 0, 0], [channels, height, width, filters]);
  return tf.transpose(places, [1, 2, 0, 3]);
}

function depthwiseByKernel(tf: TensorLibrary, { x, dy }: Inputs, attributes: Attributes): TfTensor {
  const [height, width, channels, multiplier] = attributes.filterShape;
  const windows = windowsOf(tf, x!.shape as Shape4, attributes, true);
  const gradient = tf.reshape(dy!, [-1, channels, multiplier]);
  const places = metPixels(tf, x!, windows).map((pixels) =>
    tf.sum(tf.mul(tf.reshape(pixels, [-1, channels, 1]), gradient), 0),
  );
  return tf.reshape(tf.stack(places), [height, width, channels, multiplier]);
}

/** A depthwise convolution of the gradient, its rows and columns set apart by the strides, with the kernel turned round. */
function depthwiseByInput(tf: TensorLibrary, { dy, filter }: Inputs, attributes: Attributes): TfTensor {
  const { inputShape } = attributes;
  const [kernelHeight, kernelWidth, channels, multiplier] = filter!.shape as Shape4;
  const { outHeight, outWidth, strideHeight, strideWidth, padInfo } = windowsOf(
    tf,
    inputShape,
    { ...attributes, filterShape: filter!.shape as Shape4 },
    true,
  );
  const [batch, height, width] = inputShape;
  const apart = setApart(tf, dy!, strideHeight, strideWidth);
  // Rows of `apart` lie where the windows begin, in the padded input: pad them so that each window that met a pixel is seen from it.
  const above = kernelHeight - 1 - padInfo.top;
  const left = kernelWidth - 1 - padInfo.left;
  const below = height + kernelHeight - 1 - above - outHeight * strideHeight;
  const right = width + kernelWidth - 1 - left - outWidth * strideWidth;
  const padded = padOrCrop(tf, apart, [above, below], [left, right]);
  const turned = tf.reverse(tf.reshape(filter!, [kernelHeight, kernelWidth, channels * multiplier, 1]), [0, 1]);
  const each = tf.depthwiseConv2d(padded as tfjs.Tensor4D, turned as tfjs.Tensor4D, 1, "valid");
  return multiplier === 1
    ? each
    : tf.sum(tf.reshape(each, [batch * height * width, channels, multiplier]), 2).reshape(inputShape);
}

/** Sums of the rows of `x` that have one id; ids outside the table fall away. */
function sumsOfSegments(tf: TensorLibrary, { x, segmentIds }: Inputs, { numSegments }: Attributes): TfTensor {
  const ids = segmentIds!.dataSync();
  const rows = x!.dataSync();
  const width = x!.size / ids.length;
  const sums = new Float32Array(numSegments * width);
  ids.forEach((id, row) => {
    if (id < 0 || id >= numSegments) return;
    for (let i = 0; i < width; i++) sums[id * width + i]! += rows[row * width + i]!;
  });
  return tf.tensor(sums, [numSegments, ...x!.shape.slice(segmentIds!.rank)], x!.dtype);
}

type Shape4 = [number, number, number, number];
type Windows = tfjs.backend_util.Conv2DInfo;

function windowsOf(tf: TensorLibrary, input: Shape4, attributes: Attributes, depthwise: boolean): Windows {
  const { filterShape, strides, dilations = 1, pad, dimRoundingMode } = attributes;
  return tf.backend_util.computeConv2DInfo(input, filterShape, strides, dilations, pad, dimRoundingMode, depthwise);
}

/** For each place of the kernel, by row and column, the pixels that it meets: `[batch, outHeight, outWidth, channels]`. */
function metPixels(tf: TensorLibrary, x: TfTensor, windows: Windows): readonly TfTensor[] {
  const { padInfo, outHeight, outWidth, strideHeight, strideWidth, filterHeight, filterWidth } = windows;
  const { dilationHeight, dilationWidth } = windows;
  const [batch, , , channels] = x.shape as Shape4;
  const padded = padOrCrop(tf, x, [padInfo.top, padInfo.bottom], [padInfo.left, padInfo.right]);
  return Array.from({ length: filterHeight * filterWidth }, (_, place) => {
    const row = Math.floor(place / filterWidth) * dilationHeight;
    const column = (place % filterWidth) * dilationWidth;
    if (strideHeight === 1 && strideWidth === 1) {
      return tf.slice(padded, [0, row, column, 0], [batch, outHeight, outWidth, channels]);
    }
    const end = [batch, row + (outHeight - 1) * strideHeight + 1, column + (outWidth - 1) * strideWidth + 1, channels];
    return tf.stridedSlice(padded, [0, row, column, 0], end, [1, strideHeight, strideWidth, 1]);
  });
}

/** Rows and columns of zeros between those of `x`, and behind the last: `[batch, height · down, width · right, channels]`. */
function setApart(tf: TensorLibrary, x: TfTensor, down: number, right: number): TfTensor {
  if (down === 1 && right === 1) return x;
  const [batch, height, width, channels] = x.shape as Shape4;
  const columns = tf.pad(tf.reshape(x, [batch * height, width, channels]), [
    [0, 0],
    [0, 0],
    [0, (right - 1) * channels],
  ]);
  const rows = tf.pad(tf.reshape(columns, [batch, height, width * right * channels]), [
    [0, 0],
    [0, 0],
    [0, (down - 1) * width * right * channels],
  ]);
  return tf.reshape(rows, [batch, height * down, width * right, channels]);
}

/** Rows and columns of zeros around images; a negative number takes pixels off. */
function padOrCrop(
  tf: TensorLibrary,
  x: TfTensor,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
): TfTensor {
  const [batch, height, width, channels] = x.shape as Shape4;
  const kept = [height + Math.min(0, top) + Math.min(0, bottom), width + Math.min(0, left) + Math.min(0, right)];
  const cropped =
    kept[0] === height && kept[1] === width
      ? x
      : tf.slice(x, [0, Math.max(0, -top), Math.max(0, -left), 0], [batch, kept[0]!, kept[1]!, channels]);
  if (Math.max(top, bottom, left, right) <= 0) return cropped;
  return tf.pad(cropped, [
    [0, 0],
    [Math.max(0, top), Math.max(0, bottom)],
    [Math.max(0, left), Math.max(0, right)],
    [0, 0],
  ]);
}
