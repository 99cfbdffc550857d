/** A symmetric positive definite matrix as L · Lᵀ, both of them row by row so that all inner loops run over contiguous numbers. */
export interface Cholesky {
  readonly size: number;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** @param matrix `[size, size]`; only its lower half is read. */
export function cholesky(matrix: Float64Array, size: number): Cholesky {
  const lower = new Float64Array(size * size);
  const upper = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const rest = matrix[i * size + j]! - dotAt(lower, i * size, lower, j * size, j);
      lower[i * size + j] = upper[j * size + i] = i === j ? Math.sqrt(rest) : rest / lower[j * size + j]!;
    }
  }
  return { size, lower, upper };
}

/** Divides vectors, which lie one after the other, by the matrix; in place. Four of them at a time read its numbers once. */
export function solveInPlace({ size, lower, upper }: Cholesky, vectors: Float64Array): void {
  let from = 0;
  for (; from + 4 * size <= vectors.length; from += 4 * size) {
    for (let i = 0; i < size; i++) solveFour(lower, size, vectors, from, i, 0, i);
    for (let i = size - 1; i >= 0; i--) solveFour(upper, size, vectors, from, i, i + 1, size);
  }
  for (; from < vectors.length; from += size) {
    for (let i = 0; i < size; i++) {
      const known = dotAt(lower, i * size, vectors, from, i);
      vectors[from + i] = (vectors[from + i]! - known) / lower[i * size + i]!;
    }
    for (let i = size - 1; i >= 0; i--) {
      const known = dotAt(upper, i * size + i + 1, vectors, from + i + 1, size - i - 1);
      vectors[from + i] = (vectors[from + i]! - known) / upper[i * size + i]!;
    }
  }
}

/** Component `i` of four vectors, where those from `begin` to `end` are known. */
function solveFour(
  matrix: Float64Array,
  size: number,
  vectors: Float64Array,
  from: number,
  i: number,
  begin: number,
  end: number,
): void {
  const row = i * size;
  const second = from + size;
  const third = second + size;
  const fourth = third + size;
  let s = 0;
  let t = 0;
  let u = 0;
  let v = 0;
  for (let j = begin; j < end; j++) {
    const factor = matrix[row + j]!;
    s += factor * vectors[from + j]!;
    t += factor * vectors[second + j]!;
    u += factor * vectors[third + j]!;
    v += factor * vectors[fourth + j]!;
  }
  const inverse = 1 / matrix[row + i]!;
  vectors[from + i] = (vectors[from + i]! - s) * inverse;
  vectors[second + i] = (vectors[second + i]! - t) * inverse;
  vectors[third + i] = (vectors[third + i]! - u) * inverse;
  vectors[fourth + i] = (vectors[fourth + i]! - v) * inverse;
}

/** As `dot`, without a view for each row. */
function dotAt(a: Float64Array, fromA: number, b: Float64Array, fromB: number, length: number): number {
  let s = 0;
  let t = 0;
  let u = 0;
  let v = 0;
  let i = 0;
  for (const end = length - 3; i < end; i += 4) {
    s += a[fromA + i]! * b[fromB + i]!;
    t += a[fromA + i + 1]! * b[fromB + i + 1]!;
    u += a[fromA + i + 2]! * b[fromB + i + 2]!;
    v += a[fromA + i + 3]! * b[fromB + i + 3]!;
  }
  for (; i < length; i++) s += a[fromA + i]! * b[fromB + i]!;
  return s + t + (u + v);
}
