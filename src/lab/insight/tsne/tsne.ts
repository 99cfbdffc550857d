/**
 * t-SNE in two dimensions: attraction by near neighbours, exact repulsion, today's defaults (Kobak & Berens 2019; Belkina
 * et al. 2019): PCA to 50, PCA initialisation, early exaggeration 12. Time grows with n², so it is meant for up to a few
 * thousand rows. It never touches threads or displays, and the same request gives the same bits.
 */
import { Rng } from "../../../shared/rng";
import { affinities } from "./affinities";
import type { Matrix } from "./matrix";
import { pca } from "./pca";
import { type FlatMap, tsneObjective } from "./tsneObjective";

const PCA_DIMENSIONS = 50;
const EXAGGERATION = 12;
const EXAGGERATED_ITERATIONS = 250;
const INITIAL_DEVIATION = 1e-4;
/** Beside the initial spread: keeps equal rows from staying on one spot. */
const JITTER = 0.01;
const MINIMUM_GAIN = 0.01;

export interface TsneOptions {
  /** Effective number of neighbours, below `rows / 3`. */
  readonly perplexity: number;
  /** 250 of them are spent on early exaggeration, or a third where there are fewer than 750. */
  readonly iterations: number;
  readonly seed: number;
  /** Called after each iteration (from 1) with the map as it is; answer false to stop there. */
  readonly onIteration?: (iteration: number, map: FlatMap) => boolean;
}

export interface TsneResult {
  readonly map: FlatMap;
  /** How many iterations ran: fewer than asked for when `onIteration` stopped it. */
  readonly iterations: number;
  readonly divergence: number;
}

export function tsne(input: Matrix, { perplexity, iterations, seed, onIteration }: TsneOptions): TsneResult {
  const n = input.rows;
  const wide = input.columns > PCA_DIMENSIONS;
  const reduced = wide ? pca(input, PCA_DIMENSIONS, seed) : input;
  const objective = tsneObjective(affinities(reduced, perplexity));
  const map = initialMap(wide ? reduced : pca(input, 2, seed), seed);
  const descend = descent(map, objective.gradient);
  // The usual n / exaggeration is for a gradient without its factor 4, which is here.
  const learningRate = Math.max(n / EXAGGERATION / 4, 50);
  const exaggerated = Math.min(EXAGGERATED_ITERATIONS, Math.floor(iterations / 3));

  let iteration = 0;
  while (iteration < iterations) {
    const early = iteration < exaggerated;
    objective.differentiate(map, early ? EXAGGERATION : 1);
    descend(learningRate, early ? 0.5 : 0.8);
    centre(map);
    iteration++;
    if (onIteration?.(iteration, map) === false) break;
  }
  return { map, iterations: iteration, divergence: objective.divergence(map) };
}

/** The first two principal components, scaled so that the first has the standard deviation 1e-4. */
function initialMap({ rows, columns, data }: Matrix, seed: number): FlatMap {
  const rng = new Rng(seed);
  let variance = 0;
  for (let i = 0; i < rows; i++) variance += data[i * columns]! ** 2 / rows;
  const scale = variance > 0 ? INITIAL_DEVIATION / Math.sqrt(variance) : 0;
  const map = new Float64Array(2 * rows);
  for (let i = 0; i < rows; i++) {
    map[2 * i] = scale * data[i * columns]! + JITTER * INITIAL_DEVIATION * rng.normal();
    map[2 * i + 1] = scale * data[i * columns + 1]! + JITTER * INITIAL_DEVIATION * rng.normal();
  }
  return map;
}

/** Momentum with a gain for each coordinate that grows while it keeps its direction (Jacobs 1988). */
function descent(position: Float64Array, gradient: Float64Array): (learningRate: number, momentum: number) => void {
  const velocity = new Float64Array(position.length);
  const gain = new Float64Array(position.length).fill(1);
  return (learningRate, momentum) => {
    for (let i = 0; i < position.length; i++) {
      const onward = gradient[i]! * velocity[i]! < 0;
      gain[i] = Math.max(MINIMUM_GAIN, onward ? gain[i]! + 0.2 : gain[i]! * 0.8);
      velocity[i] = momentum * velocity[i]! - learningRate * gain[i]! * gradient[i]!;
      position[i]! += velocity[i]!;
    }
  };
}

function centre(map: FlatMap): void {
  let x = 0;
  let y = 0;
  for (let i = 0; i < map.length; i += 2) {
    x += map[i]!;
    y += map[i + 1]!;
  }
  x /= map.length / 2;
  y /= map.length / 2;
  for (let i = 0; i < map.length; i += 2) {
    map[i]! -= x;
    map[i + 1]! -= y;
  }
}
