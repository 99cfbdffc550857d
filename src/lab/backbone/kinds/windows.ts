/** Geometry of sliding windows: convolution and pooling. */
import type { Layer, Padding } from "../layerGraph";
import { shapeError, type ImageShape } from "./shapeError";

export interface Windows {
  readonly height: number;
  readonly width: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  /** Pixels from one tap of the kernel to the next. */
  readonly dilation: readonly [number, number];
  /** Rows and columns of padding. */
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export interface WindowOptions {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
  /** Default 1. */
  readonly dilation?: readonly [number, number] | undefined;
}

/** `same` pads as TensorFlow does: the output has ceil(size / stride) pixels, the odd pixel of padding comes last. */
export function windowsOf(layer: Layer, [height, width]: ImageShape, options: WindowOptions): Windows {
  const { kernel, strides, padding, dilation = [1, 1] } = options;
  const [down, right] = extentOf({ kernel, dilation });
  const rows = axis(height, down, strides[0], padding);
  const columns = axis(width, right, strides[1], padding);
  if (rows.out < 1 || columns.out < 1) {
    throw shapeError(layer, `images of at least ${down} x ${right} pixels`, [height, width]);
  }
  return {
    height,
    width,
    outHeight: rows.out,
    outWidth: columns.out,
    kernel,
    strides,
    dilation,
    top: rows.before,
    left: columns.before,
    bottom: rows.after,
    right: columns.after,
  };
}

/** Rows and columns of pixels from the first tap to the last. */
export function extentOf({ kernel, dilation }: Pick<Windows, "kernel" | "dilation">): readonly [number, number] {
  return [(kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1];
}

function axis(size: number, kernel: number, stride: number, padding: Padding) {
  if (padding === "valid") return { out: Math.floor((size - kernel) / stride) + 1, before: 0, after: 0 };
  const out = Math.ceil(size / stride);
  const missing = Math.max(0, (out - 1) * stride + kernel - size);
  return { out, before: Math.floor(missing / 2), after: Math.ceil(missing / 2) };
}
