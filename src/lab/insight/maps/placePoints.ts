/**
 * Places new rows into a finished t-SNE map, as openTSNE does (Poličar, Stražar & Zupan 2023): each starts at the mean of its
 * neighbours, weighted by its affinities, and then descends alone while the map stays where it is.
 */
import { conditionalAffinities, neighboursFor } from "./affinities";
import { chunksOf } from "./chunks";
import type { Matrix } from "./matrix";
import { nearestNeighbours } from "./nearestNeighbours";
import type { Products } from "./products";
import { repulsionFor } from "./repulsion/repulsion";
import type { Team } from "./team";

/** Few, so that a point comes to lie among those that it resembles most. */
const PERPLEXITY = 5;
const ITERATIONS = 250;
const EXAGGERATION = 1.5;
const LEARNING_RATE = 0.1;
const MOMENTUM = 0.8;
/** Steps into unknown places stay short. */
const LARGEST_GRADIENT = 0.25;
const MINIMUM_GAIN = 0.01;
const CHUNK = 256;

/**
 * @param reference The rows of the map, `[n, columns]`.
 * @param map Where they lie, `[n, dims]`.
 * @returns `[added.rows, dims]`
 */
export async function placePoints(
  added: Matrix,
  reference: Matrix,
  map: Float64Array,
  dims: 2 | 3,
  products: Products,
  team: Team,
): Promise<Float64Array<SharedArrayBuffer>> {
  const count = neighboursFor(PERPLEXITY, reference.rows);
  const neighbours = await nearestNeighbours(added, reference, count, products, team);
  const weights = conditionalAffinities(neighbours, Math.min(PERPLEXITY, count / 3), team);
  const floats = (length: number) => new Float64Array(team.memory(8 * length));
  const points = floats(added.rows * dims);
  const push = floats(points.length);
  const parts = floats(added.rows);
  const repulsion = repulsionFor(reference.rows, dims, "others", team);
  repulsion.begin(map, boundsOf(map, dims));
  team.share(1, () => repulsion.gather());
  repulsion.finish();

  const chunks = chunksOf(added.rows, CHUNK);
  team.share(chunks.count, (chunk) => {
    const [from, to] = [chunks.from(chunk), chunks.to(chunk)];
    for (let i = from; i < to; i++) {
      for (let entry = i * count; entry < (i + 1) * count; entry++) {
        const j = neighbours.indices[entry]!;
        for (let d = 0; d < dims; d++) points[i * dims + d]! += weights[entry]! * map[j * dims + d]!;
      }
    }
    const velocity = new Float64Array((to - from) * dims);
    const gain = new Float64Array((to - from) * dims).fill(1);
    const pull = new Float64Array(dims);
    for (let iteration = 0; iteration < ITERATIONS; iteration++) {
      repulsion.pushOthers(points, from, to, push, parts);
      for (let i = from; i < to; i++) {
        attract(i, pull);
        for (let d = 0; d < dims; d++) {
          const k = (i - from) * dims + d;
          const steep = -EXAGGERATION * pull[d]! - push[i * dims + d]! / parts[i]!;
          const gradient = Math.min(LARGEST_GRADIENT, Math.max(-LARGEST_GRADIENT, steep));
          gain[k] = Math.max(MINIMUM_GAIN, gradient * velocity[k]! < 0 ? gain[k]! + 0.2 : gain[k]! * 0.8);
          velocity[k] = MOMENTUM * velocity[k]! - LEARNING_RATE * gain[k] * gradient;
          points[i * dims + d]! += velocity[k];
        }
      }
    }
  });
  return points;

  /** Fills `pull` with Σj p(j|i) (yj - yi) / (1 + |yi - yj|²). */
  function attract(i: number, pull: Float64Array): void {
    pull.fill(0);
    for (let entry = i * count; entry < (i + 1) * count; entry++) {
      const j = neighbours.indices[entry]!;
      let square = 0;
      for (let d = 0; d < dims; d++) square += (map[j * dims + d]! - points[i * dims + d]!) ** 2;
      const strength = weights[entry]! / (1 + square);
      for (let d = 0; d < dims; d++) pull[d]! += strength * (map[j * dims + d]! - points[i * dims + d]!);
    }
  }
}

function boundsOf(map: Float64Array, dims: number) {
  const low = Array.from({ length: dims }, () => Infinity);
  const high = Array.from({ length: dims }, () => -Infinity);
  for (let k = 0; k < map.length; k++) {
    low[k % dims] = Math.min(low[k % dims]!, map[k]!);
    high[k % dims] = Math.max(high[k % dims]!, map[k]!);
  }
  return { low, high };
}
