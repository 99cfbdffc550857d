import type { Matrix } from "./matrix";
import { squaredDistances } from "./distances";

const MAXIMUM_BISECTIONS = 64;
/** On the entropy, in nats. */
const TOLERANCE = 1e-6;

/**
 * Joint probabilities p(ij) of t-SNE (van der Maaten & Hinton 2008, section 2): around each row a Gaussian whose width gives
 * the conditional distribution `perplexity` effective neighbours, then symmetrised so that all pairs sum to 1. Returned as
 * the packed upper triangle, row by row without the diagonal: pairs (0,1), (0,2), …, (1,2), ….
 */
export function affinities(input: Matrix, perplexity: number): Float32Array {
  const n = input.rows;
  const conditional = squaredDistances(input);
  for (let i = 0; i < n; i++) conditionalRow(conditional.subarray(i * n, (i + 1) * n), i, Math.log(perplexity));

  const joint = new Float32Array((n * (n - 1)) / 2);
  for (let i = 0, pair = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++, pair++) joint[pair] = (conditional[i * n + j]! + conditional[j * n + i]!) / (2 * n);
  }
  return joint;
}

/** Turns a row of squared distances into p(j|i), finding the precision by bisection on the entropy. */
function conditionalRow(row: Float64Array, self: number, entropyWanted: number): void {
  const n = row.length;
  // Only differences to the nearest row matter, and the exponentials of these can't all underflow.
  let nearest = Infinity;
  let total = 0;
  for (let j = 0; j < n; j++) {
    if (j === self) continue;
    nearest = Math.min(nearest, row[j]!);
    total += row[j]!;
  }
  const spread = total / (n - 1) - nearest;
  let precision = spread > 0 ? 1 / spread : 1;
  let low = 0;
  let high = Infinity;
  for (let step = 0; step < MAXIMUM_BISECTIONS; step++) {
    let sum = 0;
    let weighted = 0;
    for (let j = 0; j < n; j++) {
      if (j === self) continue;
      const distance = row[j]! - nearest;
      const weight = Math.exp(-distance * precision);
      sum += weight;
      weighted += distance * weight;
    }
    const excess = Math.log(sum) + (precision * weighted) / sum - entropyWanted;
    if (Math.abs(excess) < TOLERANCE) break;
    if (excess > 0) low = precision;
    else high = precision;
    precision = high === Infinity ? precision * 2 : (low + high) / 2;
  }

  let sum = 0;
  for (let j = 0; j < n; j++) {
    row[j] = j === self ? 0 : Math.exp(-(row[j]! - nearest) * precision);
    sum += row[j]!;
  }
  for (let j = 0; j < n; j++) row[j]! /= sum;
}
