/** UMAP (McInnes, Healy & Melville 2018) by umap-js, on one thread, from our own neighbours and our own start. */
import { UMAP } from "umap-js";
import { Rng } from "../../../shared/rng";
import type { Matrix } from "./matrix";
import type { Neighbours } from "./nearestNeighbours";

/** The start is as wide as umap-js's own random one. */
const START_EXTENT = 10;

export interface UmapOptions {
  readonly dims: 2 | 3;
  /** Default umap-js's: 500 for up to 2,500 rows, falling to 200 above 7,500. */
  readonly iterations?: number;
  readonly seed: number;
  /** Called after each iteration (from 1); false ends it there. */
  readonly onIteration: (iteration: number, iterations: number, map: Float32Array) => boolean;
}

/**
 * @param start Principal components, `[rows, dims]`, in any scale.
 * @returns How many iterations ran; their map went to `onIteration`.
 */
export function umap(input: Matrix, neighbours: Neighbours, start: Float64Array, options: UmapOptions): number {
  const { dims, iterations, seed, onIteration } = options;
  const model = initialised(input, neighbours, dims, seed, iterations);
  const widest = start.reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
  const points = model.getEmbedding();
  const total = model.initializeFit(model.rows);
  points.forEach((point, i) => {
    for (let d = 0; d < dims; d++) point[d] = (start[i * dims + d]! / widest) * START_EXTENT;
  });
  let iteration = 0;
  while (iteration < total) {
    iteration = model.step();
    if (!onIteration(iteration, total, flat(points, dims))) break;
  }
  return iteration;
}

/** Places new rows into a finished map; what is there stays. */
export function placeByUmap(
  added: Matrix,
  reference: Matrix,
  neighbours: Neighbours,
  map: Float64Array,
  dims: 2 | 3,
  seed: number,
): Float32Array {
  const model = initialised(reference, neighbours, dims, seed);
  model.getEmbedding().forEach((point, i) => {
    for (let d = 0; d < dims; d++) point[d] = map[i * dims + d]!;
  });
  const rows = rowsOf(added);
  // umap-js moves the map too where as many rows are added as it has.
  const cut = rows.length === reference.rows ? rows.length >> 1 : rows.length;
  const placed = [rows.slice(0, cut), rows.slice(cut)].filter((part) => part.length > 0);
  return flat(
    placed.flatMap((part) => model.transform(part)),
    dims,
  );
}

function initialised(input: Matrix, neighbours: Neighbours, dims: number, seed: number, iterations?: number) {
  const { count, indices, distances } = neighbours;
  const rng = new Rng(seed);
  const model = new UMAP({
    nComponents: dims,
    nNeighbors: count + 1,
    random: () => rng.uniform(),
    ...(iterations === undefined ? {} : { nEpochs: iterations }),
  });
  // To umap-js each row is the first of its own neighbours.
  const rowsWith = <T>(first: (i: number) => T, rest: (entry: number) => T) =>
    Array.from({ length: input.rows }, (_, i) => [
      first(i),
      ...Array.from({ length: count }, (__, k) => rest(i * count + k)),
    ]);
  model.setPrecomputedKNN(
    rowsWith(
      (i) => i,
      (entry) => indices[entry]!,
    ),
    rowsWith(
      () => 0,
      (entry) => Math.sqrt(distances[entry]!),
    ),
  );
  const rows = rowsOf(input);
  model.initializeFit(rows);
  return Object.assign(model, { rows });
}

function rowsOf({ rows, columns, data }: Matrix): number[][] {
  return Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * columns, (i + 1) * columns)));
}

function flat(points: readonly (readonly number[])[], dims: number): Float32Array {
  const map = new Float32Array(points.length * dims);
  points.forEach((point, i) => map.set(point, i * dims));
  return map;
}
