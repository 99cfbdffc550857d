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
  const known = new Float64Array(4);
  for (let from = 0; from < size; from += 4) {
    const end = Math.min(from + 4, size);
    for (let j = 0; j < end; j++) {
      // Of columns before this block all four rows at once; those of the block need each other's.
      const common = Math.min(j, from);
      fourDots(known, lower, from * size, size, end - from, lower, j * size, common);
      for (let i = Math.max(from, j); i < end; i++) {
        let rest = matrix[i * size + j]! - known[i - from]!;
        for (let k = common; k < j; k++) rest -= lower[i * size + k]! * lower[j * size + k]!;
        lower[i * size + j] = upper[j * size + i] = i === j ? Math.sqrt(rest) : rest / lower[j * size + j]!;
      }
    }
  }
  return { size, lower, upper };
}

/** Divides vectors, which lie one after the other, by the matrix; in place. Four of them at a time read its numbers once. */
export function solveInPlace({ size, lower, upper }: Cholesky, vectors: Float64Array): void {
  const known = new Float64Array(4);
  for (let from = 0; from < vectors.length; from += 4 * size) {
    const count = Math.min(4, (vectors.length - from) / size);
    for (let i = 0; i < size; i++) {
      fourDots(known, vectors, from, size, count, lower, i * size, i);
      for (let k = 0; k < count; k++) {
        const at = from + k * size + i;
        vectors[at] = (vectors[at]! - known[k]!) / lower[i * size + i]!;
      }
    }
    for (let i = size - 1; i >= 0; i--) {
      fourDots(known, vectors, from + i + 1, size, count, upper, i * size + i + 1, size - i - 1);
      for (let k = 0; k < count; k++) {
        const at = from + k * size + i;
        vectors[at] = (vectors[at]! - known[k]!) / upper[i * size + i]!;
      }
    }
  }
}

/** Products of up to four vectors, `stride` numbers apart, with another one. Everything here comes down to this one loop, which is compiled once. */
function fourDots(
  products: Float64Array,
  vectors: Float64Array,
  first: number,
  stride: number,
  count: number,
  factors: Float64Array,
  from: number,
  length: number,
): void {
  // What there is less than four of is the first one again.
  const second = count > 1 ? first + stride : first;
  const third = count > 2 ? first + 2 * stride : first;
  const fourth = count > 3 ? first + 3 * stride : first;
  let s = 0;
  let t = 0;
  let u = 0;
  let v = 0;
  for (let k = 0; k < length; k++) {
    const factor = factors[from + k]!;
    s += factor * vectors[first + k]!;
    t += factor * vectors[second + k]!;
    u += factor * vectors[third + k]!;
    v += factor * vectors[fourth + k]!;
  }
  products[0] = s;
  products[1] = t;
  products[2] = u;
  products[3] = v;
}
