/** Numbers over an image as a heat map: what speaks against the class is no heat, and the most is 1. */
import type { Tensor } from "../backbone/layerGraph";

/** `[height, width]`, values in [0, 1]; all 0 where nothing speaks for the class. */
export function heatMap(values: ArrayLike<number>, height: number, width: number): Tensor {
  const data = Float32Array.from(values, (value) => Math.max(0, value));
  const most = data.reduce((largest, value) => Math.max(largest, value), 0);
  return { shape: [height, width], data: most > 0 ? data.map((value) => value / most) : data };
}

interface Map2d {
  readonly values: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
}

/** Bilinear, pixels taken as areas: the corners of both images are the same. */
export function enlarged({ values, height, width }: Map2d, toHeight: number, toWidth: number): Float32Array {
  const rows = between(height, toHeight);
  const columns = between(width, toWidth);
  const data = new Float32Array(toHeight * toWidth);
  rows.forEach(([top, bottom, down], y) => {
    columns.forEach(([left, right, across], x) => {
      const at = (row: number) => values[row * width + left]! * (1 - across) + values[row * width + right]! * across;
      data[y * toWidth + x] = at(top) * (1 - down) + at(bottom) * down;
    });
  });
  return data;
}

/** For each place of the larger side: its two neighbours on the smaller one, and the share of the second. */
function between(size: number, toSize: number): readonly (readonly [first: number, second: number, share: number])[] {
  return Array.from({ length: toSize }, (_, i) => {
    const place = Math.min(size - 1, Math.max(0, ((i + 0.5) * size) / toSize - 0.5));
    const first = Math.floor(place);
    return [first, Math.min(size - 1, first + 1), place - first] as const;
  });
}
