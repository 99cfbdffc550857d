/**
 * Sliding windows in ONNX graphs: padding, and the row numbers that lay windows out as matrix rows in a training graph, where
 * an image batch is a matrix `[channels · height · width, batch]`.
 */
import type { Windows } from "../../backbone/kinds/windows";

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

/** No window shares a pixel with another one or reaches over the border; pixels may be left at the end. */
export function isDisjoint({ kernel, strides, top, left, bottom, right }: Windows): boolean {
  return kernel[0] === strides[0] && kernel[1] === strides[1] && top + left + bottom + right === 0;
}

function rowByRow({ outHeight, outWidth }: Windows): Int32Array {
  return Int32Array.from({ length: outHeight * outWidth }, (_, window) => window);
}

/**
 * Im2col: which row of `[channels · height · width (+ 1 row of padding), batch]` is element (tap, channel, window) of
 * `[taps, channels, windows]`. Padding is row `channels · height · width`.
 *
 * @param order In which the windows lie. Default row by row.
 */
export function windowRows(windows: Windows, channels: number, order = rowByRow(windows)): Int32Array {
  const { height, width, outHeight, outWidth, kernel, strides, dilation, top, left } = windows;
  const padding = channels * height * width;
  const rows = new Int32Array(kernel[0] * kernel[1] * channels * outHeight * outWidth);
  let at = 0;
  for (let i = 0; i < kernel[0]; i++) {
    for (let j = 0; j < kernel[1]; j++) {
      for (let channel = 0; channel < channels; channel++) {
        for (const window of order) {
          const row = Math.floor(window / outWidth) * strides[0] + i * dilation[0] - top;
          const column = (window % outWidth) * strides[1] + j * dilation[1] - left;
          const inside = row >= 0 && row < height && column >= 0 && column < width;
          rows[at++] = inside ? (channel * height + row) * width + column : padding;
        }
      }
    }
  }
  return rows;
}

/**
 * The same for one channel: which pixel of `height · width (+ 1 of padding)` is element (tap, window) of `[taps, windows]`.
 */
export function tapPixels(windows: Windows): Int32Array {
  return windowRows(windows, 1);
}

/**
 * The way back, col2im without scattering (parallel and in a fixed order): pixel p of `[channels · height · width]` is the sum
 * over slots of row `rows[slot][p]` of the matrix that `windowRows` made. Two taps share a slot where strides keep both from
 * lying on one pixel; where there are fewer windows than that, each has a slot. Where no tap lies the row is one beyond the
 * last, which has to be zeros.
 *
 * @param order In which the windows lie. Default row by row.
 */
export function pixelRows(windows: Windows, channels: number, order = rowByRow(windows)): readonly Int32Array[] {
  const { height, width, outHeight, outWidth, kernel, strides } = windows;
  const pixels = channels * height * width;
  const rowsOfTap = channels * outHeight * outWidth;
  const down = slotsAlong(kernel[0], strides[0], outHeight);
  const beside = slotsAlong(kernel[1], strides[1], outWidth);
  const slots = Array.from({ length: down.count * beside.count }, () =>
    new Int32Array(pixels).fill(kernel[0] * kernel[1] * rowsOfTap),
  );
  windowRows(windows, channels, order).forEach((pixel, row) => {
    if (pixel === pixels) return;
    const tap = Math.floor(row / rowsOfTap);
    const [i, j] = [Math.floor(tap / kernel[1]), tap % kernel[1]];
    const window = order[row % order.length]!;
    const [y, x] = [Math.floor(window / outWidth), window % outWidth];
    slots[down.slot(i, y) * beside.count + beside.slot(j, x)]![pixel] = row;
  });
  return slots;
}

/** In one direction: how many slots there are, and which one a tap of a window has. */
function slotsAlong(kernel: number, stride: number, windows: number) {
  const count = Math.ceil(kernel / stride);
  return count <= windows
    ? { count, slot: (tap: number) => Math.floor(tap / stride) }
    : { count: windows, slot: (_: number, window: number) => window };
}
