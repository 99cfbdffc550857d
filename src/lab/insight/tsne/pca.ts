/**
 * Principal components by block power iteration with Rayleigh-Ritz (Halko, Martinsson & Tropp 2011, section 4.5). Exact to
 * rounding where the block spans the space, else to many digits for the leading components; seeded, so the same input gives
 * the same bits.
 */
import { Rng } from "../../../shared/rng";
import type { Matrix } from "./matrix";
import { symmetricEigen } from "./symmetricEigen";

const OVERSAMPLING = 10;
const POWER_ITERATIONS = 12;

/**
 * The rows of `input` in the coordinates of their leading `components` principal axes, `[rows, components]`, by falling
 * variance. Each axis points so that its largest loading is positive.
 */
export function pca(input: Matrix, components: number, seed: number): Matrix {
  const { rows, columns } = input;
  const block = Math.min(columns, components + OVERSAMPLING);
  const centred = centre(input);
  const rng = new Rng(seed);
  let axes = Float64Array.from({ length: columns * block }, () => rng.normal());
  orthonormalise(axes, columns, block);
  for (let i = 0; i < POWER_ITERATIONS; i++) {
    axes = timesTransposed(centred, project(centred, axes, rows, columns, block), rows, columns, block);
    orthonormalise(axes, columns, block);
  }

  const scores = project(centred, axes, rows, columns, block);
  const { vectors } = symmetricEigen(gram(scores, rows, block), block);
  const kept = Math.min(components, block);
  const loadings = project(axes, vectors, columns, block, block);
  const data = project(scores, vectors, rows, block, block);
  const result = new Float64Array(rows * components);
  for (let c = 0; c < kept; c++) {
    let largest = 0;
    for (let j = 0; j < columns; j++) {
      const loading = loadings[j * block + c]!;
      if (Math.abs(loading) > Math.abs(largest)) largest = loading;
    }
    const sign = largest < 0 ? -1 : 1;
    for (let i = 0; i < rows; i++) result[i * components + c] = sign * data[i * block + c]!;
  }
  return { rows, columns: components, data: result };
}

function centre({ rows, columns, data }: Matrix): Float64Array {
  const mean = new Float64Array(columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) mean[j]! += data[i * columns + j]! / rows;
  return Float64Array.from(data, (value, index) => value - mean[index % columns]!);
}

/** `a · b` for `a` of shape `[rows, inner]` and `b` of `[inner, block]`. */
function project(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  inner: number,
  block: number,
): Float64Array<ArrayBuffer> {
  const product = new Float64Array(rows * block);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < inner; j++) {
      const factor = a[i * inner + j]!;
      if (factor === 0) continue;
      for (let c = 0; c < block; c++) product[i * block + c]! += factor * b[j * block + c]!;
    }
  }
  return product;
}

/** `aᵀ · b` for `a` of shape `[rows, inner]` and `b` of `[rows, block]`. */
function timesTransposed(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  inner: number,
  block: number,
): Float64Array<ArrayBuffer> {
  const product = new Float64Array(inner * block);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < inner; j++) {
      const factor = a[i * inner + j]!;
      if (factor === 0) continue;
      for (let c = 0; c < block; c++) product[j * block + c]! += factor * b[i * block + c]!;
    }
  }
  return product;
}

function gram(a: Float64Array, rows: number, block: number): Float64Array {
  return timesTransposed(a, a, rows, block, block);
}

/** Gram-Schmidt, twice for stability, on the columns of `a`. A column that depends on those before it becomes 0. */
function orthonormalise(a: Float64Array, rows: number, block: number): void {
  for (let c = 0; c < block; c++) {
    const before = columnNorm(a, rows, block, c);
    for (let pass = 0; pass < 2; pass++) {
      for (let p = 0; p < c; p++) {
        let dot = 0;
        for (let i = 0; i < rows; i++) dot += a[i * block + c]! * a[i * block + p]!;
        for (let i = 0; i < rows; i++) a[i * block + c]! -= dot * a[i * block + p]!;
      }
    }
    const norm = columnNorm(a, rows, block, c);
    const scale = norm > 1e-12 * before ? 1 / norm : 0;
    for (let i = 0; i < rows; i++) a[i * block + c]! *= scale;
  }
}

function columnNorm(a: Float64Array, rows: number, block: number, column: number): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += a[i * block + column]! ** 2;
  return Math.sqrt(sum);
}
