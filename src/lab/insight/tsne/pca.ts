/**
 * Principal components by block power iteration with a Rayleigh-Ritz step (Halko, Martinsson & Tropp 2011, section 4.5), on
 * the smaller one of covariance (columns by columns) and Gram matrix (rows by rows). Exact to rounding where the block spans
 * the space, else to many digits for the leading components; seeded, so the same input gives the same bits.
 */
import { Rng } from "../../../shared/rng";
import type { Matrix } from "./matrix";
import { symmetricEigen } from "./symmetricEigen";

const OVERSAMPLING = 10;
const POWER_ITERATIONS = 12;

/**
 * The rows of `input` in the coordinates of their leading `components` principal axes, `[rows, components]`, by falling
 * variance. The sign of each axis makes the largest coordinate positive. Directions without variance give zeros.
 */
export function pca(input: Matrix, components: number, seed: number): Matrix {
  const { rows, columns } = input;
  const centred = centredRows(input);
  const wide = columns > rows;
  const symmetric = wide ? gram(centred, rows, columns) : gram(transposed(centred, rows, columns), columns, rows);
  const size = Math.min(rows, columns);
  const { values, vectors, block } = leadingEigen(symmetric, size, components, seed);

  const data = new Float64Array(rows * components);
  for (let c = 0; c < Math.min(components, block); c++) {
    const scores = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      if (wide) {
        scores[i] = vectors[c * size + i]! * Math.sqrt(Math.max(0, values[c]!));
      } else {
        scores[i] = dot(centred, i * columns, vectors, c * size, columns);
      }
    }
    const largest = scores.reduce((best, score) => (Math.abs(score) > Math.abs(best) ? score : best), 0);
    for (let i = 0; i < rows; i++) data[i * components + c] = largest < 0 ? -scores[i]! : scores[i]!;
  }
  return { rows, columns: components, data };
}

/** Leading eigenvectors of a symmetric `[size, size]` matrix as rows of `vectors`, `[block, size]`. */
function leadingEigen(symmetric: Float64Array, size: number, components: number, seed: number) {
  const block = Math.min(size, components + OVERSAMPLING);
  const rng = new Rng(seed);
  let axes = Float64Array.from({ length: block * size }, () => rng.normal());
  orthonormalise(axes, block, size);
  for (let i = 0; i < POWER_ITERATIONS; i++) {
    axes = timesTransposed(axes, block, symmetric, size, size);
    orthonormalise(axes, block, size);
  }
  const image = timesTransposed(axes, block, symmetric, size, size);
  const ritz = symmetricEigen(timesTransposed(axes, block, image, block, size), block);
  const rotation = transposed(ritz.vectors, block, block);
  const vectors = timesTransposed(rotation, block, transposed(axes, block, size), size, block);
  return { values: ritz.values, vectors, block };
}

function centredRows({ rows, columns, data }: Matrix): Float64Array {
  const mean = new Float64Array(columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) mean[j]! += data[i * columns + j]! / rows;
  const centred = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) centred[i * columns + j] = data[i * columns + j]! - mean[j]!;
  }
  return centred;
}

/** `a · aᵀ`, `[rows, rows]`. */
function gram(a: Float64Array, rows: number, columns: number): Float64Array {
  const product = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = i; j < rows; j++) {
      const value = dot(a, i * columns, a, j * columns, columns);
      product[i * rows + j] = value;
      product[j * rows + i] = value;
    }
  }
  return product;
}

/** `a · bᵀ` for `a` of shape `[m, inner]` and `b` of `[n, inner]`. */
function timesTransposed(
  a: Float64Array,
  m: number,
  b: Float64Array,
  n: number,
  inner: number,
): Float64Array<ArrayBuffer> {
  const product = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) product[i * n + j] = dot(a, i * inner, b, j * inner, inner);
  }
  return product;
}

function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = a[i * columns + j]!;
  return result;
}

/** Four sums at once, so that an addition need not wait for the one before it. */
function dot(a: Float64Array, aFrom: number, b: Float64Array, bFrom: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let c = 0;
  for (; c + 3 < length; c += 4) {
    s0 += a[aFrom + c]! * b[bFrom + c]!;
    s1 += a[aFrom + c + 1]! * b[bFrom + c + 1]!;
    s2 += a[aFrom + c + 2]! * b[bFrom + c + 2]!;
    s3 += a[aFrom + c + 3]! * b[bFrom + c + 3]!;
  }
  for (; c < length; c++) s0 += a[aFrom + c]! * b[bFrom + c]!;
  return s0 + s1 + (s2 + s3);
}

/** Gram-Schmidt, twice for stability, on the rows of `a`. A row that depends on those before it becomes 0. */
function orthonormalise(a: Float64Array, rows: number, columns: number): void {
  for (let r = 0; r < rows; r++) {
    const row = r * columns;
    const before = Math.sqrt(dot(a, row, a, row, columns));
    for (let pass = 0; pass < 2; pass++) {
      for (let p = 0; p < r; p++) {
        const along = dot(a, row, a, p * columns, columns);
        for (let c = 0; c < columns; c++) a[row + c]! -= along * a[p * columns + c]!;
      }
    }
    const norm = Math.sqrt(dot(a, row, a, row, columns));
    const scale = norm > 1e-12 * before ? 1 / norm : 0;
    for (let c = 0; c < columns; c++) a[row + c]! *= scale;
  }
}
