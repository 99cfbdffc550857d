import type { Matrix } from "./matrix";

/** Squared Euclidean distances between all rows, `[rows, rows]`. */
export function squaredDistances({ rows, columns, data }: Matrix): Float64Array {
  const distances = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = i + 1; j < rows; j++) {
      const distance = squaredDistance(data, i * columns, j * columns, columns);
      distances[i * rows + j] = distance;
      distances[j * rows + i] = distance;
    }
  }
  return distances;
}

/** Four sums at once, so that an addition need not wait for the one before it. */
function squaredDistance(data: Float64Array | Float32Array, a: number, b: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let c = 0;
  for (; c + 3 < length; c += 4) {
    const d0 = data[a + c]! - data[b + c]!;
    const d1 = data[a + c + 1]! - data[b + c + 1]!;
    const d2 = data[a + c + 2]! - data[b + c + 2]!;
    const d3 = data[a + c + 3]! - data[b + c + 3]!;
    s0 += d0 * d0;
    s1 += d1 * d1;
    s2 += d2 * d2;
    s3 += d3 * d3;
  }
  for (; c < length; c++) {
    const d = data[a + c]! - data[b + c]!;
    s0 += d * d;
  }
  return s0 + s1 + (s2 + s3);
}
