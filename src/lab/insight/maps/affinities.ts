import { chunksOf } from "./chunks";
import type { Neighbours } from "./nearestNeighbours";
import type { Team } from "./team";

const MAXIMUM_STEPS = 60;
/** On the entropy, in nats. */
const TOLERANCE = 1e-8;
const CHUNK = 256;
/** Neighbours looked at for each effective one; further ones attract next to nothing (van der Maaten 2014, section 4.1). */
const NEIGHBOURS_PER_PERPLEXITY = 3;

/** Symmetric affinities of `n` rows, as compressed rows: of row i the entries from `starts[i]` to `starts[i + 1]`. */
export interface Affinities {
  readonly n: number;
  readonly starts: Uint32Array<SharedArrayBuffer>;
  readonly columns: Uint32Array<SharedArrayBuffer>;
  /** p(ij). All of them sum to 1. */
  readonly values: Float32Array<SharedArrayBuffer>;
}

/** How many neighbours a perplexity needs, where there are as many. */
export function neighboursFor(perplexity: number, available: number): number {
  return Math.min(available, Math.floor(NEIGHBOURS_PER_PERPLEXITY * perplexity) + 1);
}

/**
 * Joint probabilities of t-SNE (van der Maaten & Hinton 2008, section 2): a Gaussian over the neighbours of each row whose
 * width gives `perplexity` effective ones, then symmetrised so that all entries sum to 1.
 */
export function affinities(neighbours: Neighbours, perplexity: number, team: Team): Affinities {
  const { count, indices } = neighbours;
  const n = indices.length / count;
  const conditional = conditionalAffinities(neighbours, perplexity, team);
  const starts = new Uint32Array(team.memory(4 * (n + 1)));
  // Room for pairs of which neither is the other's neighbour; where both are, a part of it stays unused.
  const columns = new Uint32Array(team.memory(8 * n * count));
  const values = new Float32Array(team.memory(8 * n * count));
  team.share(1, () => symmetrise(indices, conditional, n, count, { starts, columns, values }));
  return { n, starts, columns, values };
}

/** p(j|i) of each row's neighbours, laid out as they are; each row sums to 1. */
export function conditionalAffinities(
  { count, distances }: Neighbours,
  perplexity: number,
  team: Team,
): Float32Array<SharedArrayBuffer> {
  const conditional = new Float32Array(team.memory(4 * distances.length));
  const rows = chunksOf(distances.length / count, CHUNK);
  team.share(rows.count, (chunk) => {
    const weights = new Float64Array(count);
    for (let i = rows.from(chunk); i < rows.to(chunk); i++) {
      weights.set(distances.subarray(i * count, (i + 1) * count));
      toConditional(weights, Math.log(perplexity));
      conditional.set(weights, i * count);
    }
  });
  return conditional;
}

function symmetrise(
  indices: Uint32Array,
  conditional: Float32Array,
  n: number,
  count: number,
  { starts, columns, values }: Pick<Affinities, "starts" | "columns" | "values">,
): void {
  const incomingStarts = new Uint32Array(n + 1);
  for (const j of indices) incomingStarts[j + 1]!++;
  for (let i = 0; i < n; i++) incomingStarts[i + 1]! += incomingStarts[i]!;
  const incoming = new Uint32Array(indices.length);
  const next = incomingStarts.slice();
  for (let entry = 0; entry < indices.length; entry++) incoming[next[indices[entry]!]!++] = entry;

  /** Where the row at hand has its entry of a column, plus 1. */
  const places = new Uint32Array(n);
  let end = 0;
  for (let i = 0; i < n; i++) {
    const start = end;
    for (let entry = i * count; entry < (i + 1) * count; entry++) {
      columns[end] = indices[entry]!;
      values[end] = conditional[entry]! / (2 * n);
      places[indices[entry]!] = ++end;
    }
    for (let k = incomingStarts[i]!; k < incomingStarts[i + 1]!; k++) {
      const j = Math.floor(incoming[k]! / count);
      const p = conditional[incoming[k]!]! / (2 * n);
      if (places[j]! > start) {
        values[places[j]! - 1]! += p;
      } else {
        columns[end] = j;
        values[end++] = p;
      }
    }
    starts[i + 1] = end;
  }
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
