import { SMALLEST_LENGTH } from "../backbone/kinds/nearestNeighbors";
import type { Weights } from "../backbone/layerGraph";
import { GraftError } from "../../shared/graftError";
import type { LabelledFeatures } from "./linearProbe";

/** Among 3 to 40 the best or within noise of it with 5 and 25 labels a class, on held-out digits of the shipped pool. */
const DEFAULT_NEIGHBOURS = 10;

/** @throws GraftError `train/neighbours` when there are not so many examples. */
export function requireNeighbours(neighbours: number | undefined, examples: number): number {
  if (neighbours === undefined) return Math.min(DEFAULT_NEIGHBOURS, examples);
  if (Number.isInteger(neighbours) && neighbours >= 1 && neighbours <= examples) return neighbours;
  throw new GraftError({
    code: "train/neighbours",
    expected: `a whole number of neighbours from 1 to ${examples}, the number of training examples`,
    found: String(neighbours),
    remedy: "Ask for fewer, or for none: the default is 10, and fewer where there are fewer examples",
  });
}

/** The weights of the `NearestNeighbors` layer with this name. */
export function nearestWeights(
  layer: string,
  { features, labels }: LabelledFeatures,
  classWeights: readonly number[],
): Weights {
  const [rows, width] = features.shape as [number, number];
  const centre = new Float64Array(width);
  for (let i = 0; i < features.data.length; i++) centre[i % width]! += features.data[i]! / rows;
  const examples = new Float32Array(features.data.length);
  for (let row = 0; row < rows; row++) {
    const centred = centre.map((mean, j) => features.data[row * width + j]! - mean);
    const length = Math.max(Math.hypot(...centred), SMALLEST_LENGTH);
    centred.forEach((value, j) => (examples[row * width + j] = value / length));
  }
  return new Map([
    [`${layer}/examples`, { shape: [rows, width], data: examples }],
    [`${layer}/labels`, { shape: [rows], data: Float32Array.from(labels) }],
    [`${layer}/centre`, { shape: [width], data: Float32Array.from(centre) }],
    [`${layer}/class_weights`, { shape: [classWeights.length], data: Float32Array.from(classWeights) }],
  ]);
}
