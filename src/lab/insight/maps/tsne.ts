/**
 * t-SNE (van der Maaten & Hinton 2008) with today's defaults (Kobak & Berens 2019; Belkina et al. 2019): early exaggeration
 * 12 for 250 iterations, learning rate n / 12, momentum 0.5 and then 0.8, a gain for each coordinate (Jacobs 1988). All members
 * of a team run it together; it never touches displays, and the same input gives the same bits for any number of members.
 */
import { attraction } from "./attraction";
import type { Affinities } from "./affinities";
import { chunksOf } from "./chunks";
import { type Bounds, type Repulsion, repulsionFor } from "./repulsion/repulsion";
import type { Team } from "./team";

const EXAGGERATION = 12;
const EXAGGERATED_ITERATIONS = 250;
/** The usual n / exaggeration is for a gradient without its factor 4, which is here. */
const GRADIENT_FACTOR = 4;
const LEAST_LEARNING_RATE = 50;
const MINIMUM_GAIN = 0.01;
/** Points of a task: small enough that the last ones end together, large enough that handing them out costs nothing. */
const CHUNK = 64;

export interface TsneOptions {
  readonly dims: 2 | 3;
  /** 250 of them are spent on early exaggeration, or a third where there are fewer than 750. */
  readonly iterations: number;
  /** Default: the quickest for so many points. */
  readonly repulsion?: Repulsion;
  /** Asked by one member after each iteration (from 1); true ends it there. */
  isStopped?(iteration: number): boolean;
  /** Called by the leader after each iteration while nothing moves. */
  onIteration?(iteration: number): void;
}

export interface TsneResult {
  /** How many iterations ran: fewer than asked for when it was stopped. */
  readonly iterations: number;
  readonly learningRate: number;
  readonly repulsion: Repulsion["name"];
  /** Kullback-Leibler divergence of the map's similarities from the affinities, in nats. */
  readonly divergence: number;
}

/** Moves the points of `map`, `[n, dims]`, which is shared by the team, from where they are. */
export function tsne(joint: Affinities, map: Float64Array, options: TsneOptions, team: Team): TsneResult {
  const { dims, iterations } = options;
  const { n } = joint;
  const chunks = chunksOf(n, CHUNK);
  const attract = attraction(joint, dims);
  const repulsion = options.repulsion ?? repulsionFor(n, dims, "each other", team);
  const learningRate = GRADIENT_FACTOR * Math.max(n / EXAGGERATION / GRADIENT_FACTOR, LEAST_LEARNING_RATE);
  const exaggerated = Math.min(EXAGGERATED_ITERATIONS, Math.floor(iterations / 3));

  const floats = (length: number) => new Float64Array(team.memory(8 * length));
  const pull = floats(n * dims);
  const push = floats(n * dims);
  const velocity = floats(n * dims);
  const gain = floats(n * dims);
  /** Least and greatest coordinate of each chunk, by dimension. */
  const boxes = floats(chunks.count * dims * 2);
  const sums = floats(chunks.count);
  const stopped = new Int32Array(team.memory(4));

  /** Both forces where the points are; answers with the normaliser. */
  function differentiate(): number {
    repulsion.begin(map, around(boxes, dims));
    team.share(chunks.count + 1, (task) => {
      if (task === 0) repulsion.gather();
      else attract(map, chunks.from(task - 1), chunks.to(task - 1), pull);
    });
    const known = repulsion.finish();
    team.share(chunks.count, (chunk) => {
      sums[chunk] = repulsion.pushOwn(chunks.from(chunk), chunks.to(chunk), push);
    });
    return (known ?? total(sums)) - n;
  }

  /** @param rate Of the gradient without its factor. */
  function move(chunk: number, exaggeration: number, momentum: number, rate: number, normaliser: number): void {
    for (let k = chunks.from(chunk) * dims; k < chunks.to(chunk) * dims; k++) {
      const gradient = -exaggeration * pull[k]! - push[k]! / normaliser;
      const onward = gradient * velocity[k]! < 0;
      gain[k] = Math.max(MINIMUM_GAIN, onward ? gain[k]! + 0.2 : gain[k]! * 0.8);
      velocity[k] = momentum * velocity[k]! - rate * gain[k]! * gradient;
      map[k]! += velocity[k]!;
    }
    measure(chunk);
  }

  function measure(chunk: number): void {
    for (let d = 0; d < dims; d++) {
      let low = Infinity;
      let high = -Infinity;
      for (let i = chunks.from(chunk); i < chunks.to(chunk); i++) {
        low = Math.min(low, map[i * dims + d]!);
        high = Math.max(high, map[i * dims + d]!);
      }
      boxes[(chunk * dims + d) * 2] = low;
      boxes[(chunk * dims + d) * 2 + 1] = high;
    }
  }

  team.share(chunks.count, (chunk) => {
    gain.fill(1, chunks.from(chunk) * dims, chunks.to(chunk) * dims);
    measure(chunk);
  });
  let iteration = 0;
  while (iteration < iterations && stopped[0] === 0) {
    const early = iteration < exaggerated;
    const normaliser = differentiate();
    iteration++;
    team.share(chunks.count + 1, (task) => {
      if (task > 0) move(task - 1, early ? EXAGGERATION : 1, early ? 0.5 : 0.8, learningRate, normaliser);
      else if (options.isStopped?.(iteration) === true) stopped[0] = 1;
    });
    if (team.leads) options.onIteration?.(iteration);
  }

  const normaliser = differentiate();
  // Not into the sums of the normaliser: another member may still be adding these up.
  const divergences = floats(chunks.count);
  team.share(chunks.count, (chunk) => {
    for (let i = chunks.from(chunk); i < chunks.to(chunk); i++)
      divergences[chunk]! += divergenceOf(i, joint, map, dims);
  });
  const divergence = total(divergences) + Math.log(normaliser);
  return { iterations: iteration, learningRate, repulsion: repulsion.name, divergence };
}

/** Σj p log(p (1 + d²)), to which the logarithm of the normaliser belongs once. */
function divergenceOf(i: number, { starts, columns, values }: Affinities, map: Float64Array, dims: number): number {
  let sum = 0;
  for (let entry = starts[i]!; entry < starts[i + 1]!; entry++) {
    let square = 0;
    for (let d = 0; d < dims; d++) square += (map[i * dims + d]! - map[columns[entry]! * dims + d]!) ** 2;
    const p = values[entry]!;
    if (p > 0) sum += p * Math.log(p * (1 + square));
  }
  return sum;
}

function around(boxes: Float64Array, dims: number): Bounds {
  const low = Array.from({ length: dims }, () => Infinity);
  const high = Array.from({ length: dims }, () => -Infinity);
  for (let k = 0; k < boxes.length; k += 2) {
    const d = (k / 2) % dims;
    low[d] = Math.min(low[d]!, boxes[k]!);
    high[d] = Math.max(high[d]!, boxes[k + 1]!);
  }
  return { low, high };
}

function total(sums: Float64Array): number {
  let sum = 0;
  for (const part of sums) sum += part;
  return sum;
}
