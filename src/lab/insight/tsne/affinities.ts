import { squaredDistances } from "./distances";
import type { Matrix } from "./matrix";
import { nearest } from "./nearest";

const MAXIMUM_STEPS = 60;
/** On the entropy, in nats. */
const TOLERANCE = 1e-8;
/** Neighbours looked at for each effective one; further ones attract next to nothing (van der Maaten 2014, section 4.1). */
const NEIGHBOURS_PER_PERPLEXITY = 3;

/** Symmetric affinities of `n` rows: of row i the pairs (i, column) with column > i, from `starts[i]` to `starts[i + 1]`. */
export interface Affinities {
  readonly n: number;
  readonly starts: Uint32Array;
  readonly columns: Uint32Array;
  /** p(ij). Twice their sum is 1. */
  readonly values: Float64Array;
}

/**
 * Joint probabilities of t-SNE (van der Maaten & Hinton 2008, section 2): over the 3 × perplexity nearest neighbours of each
 * row a Gaussian whose width gives `perplexity` effective neighbours, then symmetrised so that all pairs sum to 1.
 */
export function affinities(input: Matrix, perplexity: number): Affinities {
  const n = input.rows;
  const count = Math.min(n - 1, Math.floor(NEIGHBOURS_PER_PERPLEXITY * perplexity) + 1);
  const distances = squaredDistances(input);
  const conditional = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = distances.subarray(i * n, (i + 1) * n);
    const neighbours = nearest(row, i, count);
    const weights = Float64Array.from(neighbours, (j) => row[j]!);
    toConditional(weights, Math.log(perplexity));
    neighbours.forEach((j, place) => {
      conditional[i * n + j] = weights[place]!;
    });
  }

  const starts = new Uint32Array(n + 1);
  const columns: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const p = (conditional[i * n + j]! + conditional[j * n + i]!) / (2 * n);
      if (p === 0) continue;
      columns.push(j);
      values.push(p);
    }
    starts[i + 1] = values.length;
  }
  return { n, starts, columns: Uint32Array.from(columns), values: Float64Array.from(values) };
}

/**
 * Turns squared distances, nearest first, into p(j|i). The precision is found by Newton's method on the entropy, whose
 * derivative is minus the precision times the variance of the distances, kept inside a bracket.
 */
function toConditional(distances: Float64Array, entropyWanted: number): void {
  // Distances beyond the nearest are all that matters, and their exponentials can't all underflow.
  const nearestDistance = distances[0]!;
  const spread = distances.reduce((sum, distance) => sum + distance - nearestDistance, 0) / distances.length;
  let precision = spread > 0 ? 1 / spread : 1;
  let low = 0;
  let high = Infinity;
  for (let step = 0; step < MAXIMUM_STEPS; step++) {
    let sum = 0;
    let first = 0;
    let second = 0;
    for (const distance of distances) {
      const beyond = distance - nearestDistance;
      const weight = Math.exp(-beyond * precision);
      sum += weight;
      first += beyond * weight;
      second += beyond * beyond * weight;
    }
    const mean = first / sum;
    const excess = Math.log(sum) + precision * mean - entropyWanted;
    if (Math.abs(excess) < TOLERANCE) break;
    if (excess > 0) low = precision;
    else high = precision;
    const newton = precision + excess / (precision * (second / sum - mean * mean));
    const bisected = high === Infinity ? precision * 2 : (low + high) / 2;
    precision = newton > low && newton < Math.min(high, precision * 4) ? newton : bisected;
  }

  let sum = 0;
  for (let k = 0; k < distances.length; k++) {
    distances[k] = Math.exp(-(distances[k]! - nearestDistance) * precision);
    sum += distances[k]!;
  }
  for (let k = 0; k < distances.length; k++) distances[k]! /= sum;
}
