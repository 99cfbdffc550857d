/**
 * Principal components by subspace iteration with a Rayleigh-Ritz step (Halko, Martinsson & Tropp 2011, section 4.5). The
 * covariance is never formed: each round is two thin products with the features, so that memory grows with the features
 * alone. Exact to rounding where the block spans the space, else to many digits for the leading components.
 */
import { Rng } from "../../../shared/rng";
import { chunksOf } from "./chunks";
import { type Matrix, ownRows } from "./matrix";
import type { Products } from "./products";
import { symmetricEigen } from "./symmetricEigen";
import type { Team } from "./team";

const OVERSAMPLING = 10;
const ROUNDS = 6;
/** Rows that a product takes at once. */
const BLOCK_ROWS = 1024;
/** Sums are kept for each of so many parts of the rows, whoever computes them. */
const MOST_PARTS = 16;

/** An orthonormal basis of the leading directions and what is subtracted before: enough to project other rows. */
export interface Projection {
  /** `[columns]` */
  readonly mean: Float64Array<SharedArrayBuffer>;
  /** `[columns, components]`, by falling variance; zeros where there is no variance left. */
  readonly axes: Float64Array<SharedArrayBuffer>;
  readonly components: number;
}

/**
 * The projection onto the `components` directions of largest variance, the same for the same seed. The sign of each axis
 * makes its largest coordinate positive.
 */
export async function principalComponents(
  input: Matrix,
  components: number,
  seed: number,
  products: Products,
  team: Team,
): Promise<Projection> {
  const { rows, columns } = input;
  const mean = columnMeans(input, team);
  const block = Math.min(rows, columns, components + OVERSAMPLING);
  const basis = new Float64Array(team.memory(8 * columns * block));
  const image = new Float64Array(team.memory(8 * columns * block));
  const axes = new Float64Array(team.memory(8 * columns * components));
  team.share(1, () => {
    const rng = new Rng(seed);
    for (let k = 0; k < basis.length; k++) basis[k] = rng.normal();
    orthonormalise(basis, columns, block);
  });
  const apply = covariance(input, mean, block, products, team);
  for (let round = 0; round < ROUNDS; round++) {
    await apply(basis, image);
    team.share(1, () => {
      basis.set(image);
      orthonormalise(basis, columns, block);
    });
  }
  await apply(basis, image);
  team.share(1, () => rotate(basis, image, axes, columns, block, components));
  return { mean, axes, components };
}

/** The rows in the coordinates of the projection, `[rows, components]`. */
export async function project(
  input: Matrix,
  { mean, axes, components }: Projection,
  products: Products,
  team: Team,
): Promise<Matrix & { readonly data: Float32Array<SharedArrayBuffer> }> {
  const { rows, columns } = input;
  const data = new Float32Array(team.memory(4 * rows * components));
  const own = new Float64Array(axes);
  const blocks = chunksOf(rows, BLOCK_ROWS);
  await team.shareAsync(blocks.count, async (index) => {
    const [from, to] = [blocks.from(index), blocks.to(index)];
    const centred = centredRows(input, mean, from, to);
    data.set(await products.multiply(centred, own, to - from, columns, components), from * components);
  });
  return { rows, columns: components, data };
}

/** Answers with the covariance times `from`, `[columns, block]`, times the number of rows. */
function covariance(input: Matrix, mean: Float64Array, block: number, products: Products, team: Team) {
  const { rows, columns } = input;
  const parts = chunksOf(rows, Math.max(BLOCK_ROWS, Math.ceil(rows / MOST_PARTS)));
  const sums = new Float64Array(team.memory(8 * parts.count * columns * block));
  return async (from: Float64Array, to: Float64Array): Promise<void> => {
    const own = new Float64Array(from);
    await team.shareAsync(parts.count, async (part) => {
      const sum = sums.subarray(part * columns * block, (part + 1) * columns * block).fill(0);
      for (let row = parts.from(part); row < parts.to(part); row += BLOCK_ROWS) {
        const end = Math.min(parts.to(part), row + BLOCK_ROWS);
        const centred = centredRows(input, mean, row, end);
        const scores = await products.multiply(centred, own, end - row, columns, block);
        const back = await products.multiplyTransposed(centred, scores, columns, end - row, block);
        for (let k = 0; k < sum.length; k++) sum[k]! += back[k]!;
      }
    });
    team.share(1, () => {
      to.fill(0);
      for (let k = 0; k < sums.length; k++) to[k % to.length]! += sums[k]!;
    });
  };
}

function columnMeans({ rows, columns, data }: Matrix, team: Team): Float64Array<SharedArrayBuffer> {
  const mean = new Float64Array(team.memory(8 * columns));
  team.share(1, () => {
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) mean[j]! += data[i * columns + j]!;
    for (let j = 0; j < columns; j++) mean[j]! /= rows;
  });
  return mean;
}

function centredRows(input: Matrix, mean: Float64Array, from: number, to: number): Float32Array | Float64Array {
  const rows = ownRows(input, from, to);
  for (let i = 0; i < rows.length; i += input.columns) {
    for (let j = 0; j < input.columns; j++) rows[i + j]! -= mean[j]!;
  }
  return rows;
}

/** Turns the basis into the eigenvectors of what `image` is the product with. */
function rotate(
  basis: Float64Array,
  image: Float64Array,
  axes: Float64Array,
  columns: number,
  block: number,
  components: number,
): void {
  const small = new Float64Array(block * block);
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < block; i++) {
      for (let j = 0; j < block; j++) small[i * block + j]! += basis[c * block + i]! * image[c * block + j]!;
    }
  }
  for (let i = 0; i < block; i++) {
    for (let j = 0; j < i; j++) {
      small[i * block + j] = small[j * block + i] = (small[i * block + j]! + small[j * block + i]!) / 2;
    }
  }
  const { vectors } = symmetricEigen(small, block);
  for (let component = 0; component < Math.min(components, block); component++) {
    let largest = 0;
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (let k = 0; k < block; k++) sum += basis[c * block + k]! * vectors[k * block + component]!;
      axes[c * components + component] = sum;
      if (Math.abs(sum) > Math.abs(largest)) largest = sum;
    }
    if (largest < 0) for (let c = 0; c < columns; c++) axes[c * components + component]! *= -1;
  }
}

/** Gram-Schmidt, twice for stability, on the columns of `a`, `[rows, count]`. A column that depends on those before it becomes 0. */
function orthonormalise(a: Float64Array, rows: number, count: number): void {
  const columns = Array.from({ length: count }, (_, c) =>
    Float64Array.from({ length: rows }, (__, r) => a[r * count + c]!),
  );
  columns.forEach((column, c) => {
    const before = Math.sqrt(dot(column, column));
    for (let pass = 0; pass < 2; pass++) {
      for (let earlier = 0; earlier < c; earlier++) {
        const other = columns[earlier]!;
        const along = dot(column, other);
        for (let r = 0; r < rows; r++) column[r]! -= along * other[r]!;
      }
    }
    const norm = Math.sqrt(dot(column, column));
    const scale = norm > 1e-12 * before ? 1 / norm : 0;
    for (let r = 0; r < rows; r++) {
      column[r]! *= scale;
      a[r * count + c] = column[r]!;
    }
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
