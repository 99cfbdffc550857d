/**
 * Exact t-SNE in two dimensions with today's defaults (Kobak & Berens 2019; Belkina et al. 2019): PCA to 50, PCA
 * initialisation, early exaggeration 12. Time and memory grow with n², so it is meant for up to a few thousand rows.
 * It never touches threads or displays, and the same request gives the same bits.
 */
import { Rng } from "../../../shared/rng";
import { affinities } from "./affinities";
import type { Matrix } from "./matrix";
import { pca } from "./pca";
import { tsneObjective } from "./tsneObjective";

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
  /** At least 250 are spent on early exaggeration, or a third where there are fewer than 750. */
  readonly iterations: number;
  readonly seed: number;
  /** Called after each iteration (from 1) with the map as it is; answer false to stop there. */
  readonly onIteration?: (iteration: number, map: TsneMap) => boolean;
}

export interface TsneMap {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

export interface TsneResult extends TsneMap {
  /** How many iterations ran: fewer than asked for when `onIteration` stopped it. */
  readonly iterations: number;
  readonly divergence: number;
}

export function tsne(input: Matrix, { perplexity, iterations, seed, onIteration }: TsneOptions): TsneResult {
  const n = input.rows;
  const reduced = input.columns > PCA_DIMENSIONS ? pca(input, PCA_DIMENSIONS, seed) : input;
  const objective = tsneObjective(affinities(reduced, perplexity), n);
  const { x, y } = initialMap(input.columns > PCA_DIMENSIONS ? reduced : pca(input, 2, seed), seed);
  const descendX = descent(x, objective.gradientX);
  const descendY = descent(y, objective.gradientY);
  // The usual n / exaggeration for a gradient without its factor 4, which is here.
  const learningRate = Math.max(n / EXAGGERATION / 4, 50);
  const exaggerated = Math.min(EXAGGERATED_ITERATIONS, Math.floor(iterations / 3));

  let iteration = 0;
  while (iteration < iterations) {
    const early = iteration < exaggerated;
    objective.differentiate(x, y, early ? EXAGGERATION : 1);
    descendX(learningRate, early ? 0.5 : 0.8);
    descendY(learningRate, early ? 0.5 : 0.8);
    centre(x);
    centre(y);
    iteration++;
    if (onIteration?.(iteration, { x, y }) === false) break;
  }
  return { x, y, iterations: iteration, divergence: objective.divergence(x, y) };
}

/** The first two principal components, scaled so that the first has the standard deviation 1e-4. */
function initialMap({ rows, columns, data }: Matrix, seed: number): TsneMap {
  const rng = new Rng(seed);
  let variance = 0;
  for (let i = 0; i < rows; i++) variance += data[i * columns]! ** 2 / rows;
  const scale = variance > 0 ? INITIAL_DEVIATION / Math.sqrt(variance) : 0;
  const coordinate = (component: number) =>
    Float64Array.from(
      { length: rows },
      (_, i) => scale * data[i * columns + component]! + JITTER * INITIAL_DEVIATION * rng.normal(),
    );
  return { x: coordinate(0), y: coordinate(1) };
}

/** Momentum with a gain for each coordinate that grows while it keeps its direction (Jacobs 1988). */
function descent(position: Float64Array, gradient: Float64Array): (learningRate: number, momentum: number) => void {
  const velocity = new Float64Array(position.length);
  const gain = new Float64Array(position.length).fill(1);
  return (learningRate, momentum) => {
    for (let i = 0; i < position.length; i++) {
      const turned = gradient[i]! * velocity[i]! > 0;
      gain[i] = Math.max(MINIMUM_GAIN, turned ? gain[i]! * 0.8 : gain[i]! + 0.2);
      velocity[i] = momentum * velocity[i]! - learningRate * gain[i]! * gradient[i]!;
      position[i]! += velocity[i]!;
    }
  };
}

function centre(position: Float64Array): void {
  let mean = 0;
  for (const value of position) mean += value / position.length;
  for (let i = 0; i < position.length; i++) position[i]! -= mean;
}
