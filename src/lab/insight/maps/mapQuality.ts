import { Rng } from "../../../shared/rng";
import { chunksOf } from "./chunks";
import { type Matrix, ownRows } from "./matrix";
import { nearestNeighbours } from "./nearestNeighbours";
import { plainProducts, type Products, squaredDistance } from "./products";
import type { Team } from "./team";

export interface MapQuality {
  /** In [0, 1]: how few strangers the map puts among each point's neighbours (Venna & Kaski 2001). */
  readonly trustworthiness: number;
  /** In [0, 1]: the share of each row's true neighbours that are its neighbours on the map. */
  readonly neighbourRecall: number;
  readonly neighbours: number;
}

/** That a measurement may take. */
const MULTIPLICATIONS = 2e10;
const FEWEST_EXAMPLES = 500;
/** Rows that are compared at a time. */
const REFERENCES = 2048;

/**
 * How far a map can be trusted, measured against the features it was made from. `neighbours` must be below half the number
 * of rows. Equal distances are ordered by index.
 *
 * @param examples Rows whose neighbours are looked at, among all; default each. See `qualitySample`.
 */
export async function mapQuality(
  features: Matrix,
  map: Matrix,
  neighbours: number,
  products: Products,
  team: Team,
  examples: Uint32Array = Uint32Array.from({ length: features.rows }, (_, i) => i),
): Promise<MapQuality> {
  const { rows: n, columns } = features;
  const drawn = await neighboursOnMap(map, examples, neighbours, team);
  const own = gather(features, examples);
  /** How many rows are nearer than each neighbour on the map, the other ones of these left out. */
  const nearer = new Int32Array(team.memory(4 * drawn.length));
  const exact = new Float64Array(team.memory(8 * drawn.length));
  const parts = chunksOf(n, REFERENCES);
  const samples = chunksOf(examples.length, REFERENCES);
  team.share(samples.count, (sample) => {
    for (let k = samples.from(sample) * neighbours; k < samples.to(sample) * neighbours; k++) {
      const row = Math.floor(k / neighbours);
      exact[k] = squaredDistance(own, row * columns, features.data, drawn[k]! * columns, columns);
    }
  });

  await team.shareAsync(parts.count * samples.count, async (task) => {
    const part = Math.floor(task / samples.count);
    const [first, end] = [parts.from(part), parts.to(part)];
    const [from, to] = [samples.from(task % samples.count), samples.to(task % samples.count)];
    const rows = ownRows(features, first, end);
    const distancesTo = products.squaredDistancesTo(rows, end - first, columns);
    const square = await distancesTo(own.subarray(from * columns, to * columns), to - from);
    for (let row = from; row < to; row++) {
      const counts = new Int32Array(neighbours);
      const at = row * neighbours;
      countNearer(
        square.subarray((row - from) * (end - first), (row - from + 1) * (end - first)),
        first,
        examples[row]!,
        drawn.subarray(at, at + neighbours),
        exact.subarray(at, at + neighbours),
        counts,
      );
      counts.forEach((count, place) => Atomics.add(nearer, at + place, count));
    }
  });

  let penalty = 0;
  let recalled = 0;
  for (let k = 0; k < drawn.length; k++) {
    const row = k - (k % neighbours);
    let rank = 1 + nearer[k]!;
    for (let other = row; other < row + neighbours; other++) {
      const sooner = exact[other]! < exact[k]! || (exact[other] === exact[k] && drawn[other]! < drawn[k]!);
      if (sooner) rank++;
    }
    if (rank <= neighbours) recalled++;
    else penalty += rank - neighbours;
  }
  const count = examples.length;
  return {
    trustworthiness: 1 - (2 * penalty) / (count * neighbours * (2 * n - 3 * neighbours - 1)),
    neighbourRecall: recalled / (count * neighbours),
    neighbours,
  };
}

/**
 * Whose neighbours to look at so that it takes some seconds at most: all rows, or a sample of them, in order, the same for
 * the same seed.
 */
export function qualitySample(rows: number, columns: number, seed: number): Uint32Array {
  const size = Math.max(FEWEST_EXAMPLES, Math.floor(MULTIPLICATIONS / (rows * columns)));
  if (rows <= size) return Uint32Array.from({ length: rows }, (_, i) => i);
  return new Rng(seed).permutation(rows).slice(0, size).sort();
}

/** `[examples, neighbours]` */
async function neighboursOnMap(
  map: Matrix,
  examples: Uint32Array,
  neighbours: number,
  team: Team,
): Promise<Uint32Array> {
  // One more than asked for: an example is among the nearest to itself, unless others lie on it.
  const queries = { rows: examples.length, columns: map.columns, data: gather(map, examples) };
  const count = Math.min(map.rows, neighbours + 1);
  // Single precision would confuse points that lie close together on a wide map.
  const { indices } = await nearestNeighbours(queries, map, count, plainProducts, team);
  const others = new Uint32Array(examples.length * neighbours);
  for (let row = 0; row < examples.length; row++) {
    const found = indices.subarray(row * count, (row + 1) * count).filter((index) => index !== examples[row]);
    others.set(found.subarray(0, neighbours), row * neighbours);
  }
  return others;
}

/**
 * Adds to `counts`, for each of the map's neighbours at `places`, how many of the rows from `first` on are nearer than its own
 * distance in `limits`. The places themselves and `self` do not count, so that rounding cannot set a row before itself.
 */
function countNearer(
  square: Float32Array | Float64Array,
  first: number,
  self: number,
  places: Uint32Array,
  limits: Float64Array,
  counts: Int32Array,
): void {
  const farthest = limits.reduce((most, limit) => Math.max(most, limit), 0);
  const count = (k: number, by: number) => {
    const distance = square[k]!;
    for (let place = 0; place < places.length; place++) {
      const limit = limits[place]!;
      if (distance < limit || (distance === limit && first + k < places[place]!)) counts[place]! += by;
    }
  };
  for (let k = 0; k < square.length; k++) if (square[k]! <= farthest) count(k, 1);
  for (const left of [self, ...places]) {
    const k = left - first;
    if (k >= 0 && k < square.length && square[k]! <= farthest) count(k, -1);
  }
}

/** The rows at `indices`, one after the other. */
function gather({ columns, data }: Matrix, indices: Uint32Array): Float32Array | Float64Array {
  const rows =
    data instanceof Float32Array
      ? new Float32Array(indices.length * columns)
      : new Float64Array(indices.length * columns);
  indices.forEach((index, row) => rows.set(data.subarray(index * columns, (index + 1) * columns), row * columns));
  return rows;
}
