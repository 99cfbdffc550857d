/**
 * Geometry of sliding windows (convolution, pooling) and the row numbers that lay windows out as matrix rows in a training
 * graph, where an image batch is a matrix `[channels · height · width, batch]`.
 */
import type { Layer } from "../../backbone/layerGraph";
import { shapeError, type ImageShape } from "./shapeError";

export interface Windows {
  readonly height: number;
  readonly width: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

interface WindowOptions {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: "same" | "valid";
}

/** `same` pads as TensorFlow does: the output has ceil(size / stride) pixels, the odd pixel of padding comes last. */
export function windowsOf(layer: Layer, [height, width]: ImageShape, options: WindowOptions): Windows {
  const { kernel, strides, padding } = options;
  const rows = axis(height, kernel[0], strides[0], padding);
  const columns = axis(width, kernel[1], strides[1], padding);
  if (rows.out < 1 || columns.out < 1) {
    throw shapeError(layer, `images of at least ${kernel[0]} x ${kernel[1]} pixels`, [height, width]);
  }
  return {
    height,
    width,
    outHeight: rows.out,
    outWidth: columns.out,
    kernel,
    strides,
    top: rows.before,
    left: columns.before,
    bottom: rows.after,
    right: columns.after,
  };
}

function axis(size: number, kernel: number, stride: number, padding: "same" | "valid") {
  if (padding === "valid") return { out: Math.floor((size - kernel) / stride) + 1, before: 0, after: 0 };
  const out = Math.ceil(size / stride);
  const missing = Math.max(0, (out - 1) * stride + kernel - size);
  return { out, before: Math.floor(missing / 2), after: Math.ceil(missing / 2) };
}

export function onnxPads({ top, left, bottom, right }: Windows): readonly number[] {
  return [top, left, bottom, right];
}

export function isPadded({ top, left, bottom, right }: Windows): boolean {
  return top + left + bottom + right > 0;
}

/** One window over one pixel, with no stride: the layer is a matrix product. */
export function isPointwise({ kernel, strides }: Windows): boolean {
  return kernel[0] === 1 && kernel[1] === 1 && strides[0] === 1 && strides[1] === 1;
}

/** Every pixel is in exactly one window. */
export function isTiling({ kernel, strides, height, width }: Windows): boolean {
  const fits = (size: number, axis: 0 | 1) => kernel[axis] === strides[axis] && size % kernel[axis] === 0;
  return fits(height, 0) && fits(width, 1);
}

/**
 * Im2col: which row of `[channels · height · width (+ 1 row of padding), batch]` is element (tap, channel, window) of
 * `[taps, channels, windows]`. Padding is row `channels · height · width`.
 */
export function windowRows(windows: Windows, channels: number): Int32Array {
  const { height, width, outHeight, outWidth, kernel, strides, top, left } = windows;
  const padding = channels * height * width;
  const rows = new Int32Array(kernel[0] * kernel[1] * channels * outHeight * outWidth);
  let at = 0;
  for (let i = 0; i < kernel[0]; i++) {
    for (let j = 0; j < kernel[1]; j++) {
      for (let channel = 0; channel < channels; channel++) {
        for (let y = 0; y < outHeight; y++) {
          const row = y * strides[0] + i - top;
          for (let x = 0; x < outWidth; x++) {
            const column = x * strides[1] + j - left;
            const inside = row >= 0 && row < height && column >= 0 && column < width;
            rows[at++] = inside ? (channel * height + row) * width + column : padding;
          }
        }
      }
    }
  }
  return rows;
}

/**
 * The way back, col2im without scattering (parallel and in a fixed order): pixel p of `[channels · height · width]` is the sum
 * over slots s of row `rows[p · slots + s]` of the matrix that `windowRows` made. Unused slots point at `zeroRow`.
 */
export function pixelRows(
  windowRowNumbers: Int32Array,
  pixels: number,
  zeroRow: number,
): { readonly rows: Int32Array; readonly slots: number } {
  const counts = new Int32Array(pixels);
  for (const pixel of windowRowNumbers) if (pixel < pixels) counts[pixel]!++;
  const slots = counts.reduce((most, count) => Math.max(most, count), 1);
  const rows = new Int32Array(slots * pixels).fill(zeroRow);
  counts.fill(0);
  windowRowNumbers.forEach((pixel, row) => {
    if (pixel < pixels) rows[pixel * slots + counts[pixel]!++] = row;
  });
  return { rows, slots };
}
