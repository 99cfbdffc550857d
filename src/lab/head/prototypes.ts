/**
 * Class prototypes (Snell et al. 2017, arXiv:1703.05175): the class whose mean feature is nearest. Squared Euclidean distances to the
 * means are, up to a term that all classes share, a linear map of the features (their equation 8), so this is a linear head.
 */
import type { LabelledFeatures } from "./linearProbe";
import { fitStandardisation, type LinearHead, standardise, unstandardise } from "./standardisation";

/**
 * Logits are minus squared distances, in units of the mean squared distance between two prototypes, times this. It leaves the
 * order of the classes as it is and makes their probabilities honest; found on held-out digits of the shipped pool.
 */
const SHARPNESS = 10;

/** Of a class without examples: it is never the nearest. */
const NEVER = -1e4;

export function prototypeHead({ features, labels }: LabelledFeatures, classes: number): LinearHead {
  const standardisation = fitStandardisation(features);
  const { shape, data } = standardise(features, standardisation);
  const width = shape[1]!;
  const counts = new Float64Array(classes);
  const means = Array.from({ length: classes }, () => new Float64Array(width));
  labels.forEach((label, row) => {
    counts[label]!++;
    const mean = means[label]!;
    for (let j = 0; j < width; j++) mean[j]! += data[row * width + j]!;
  });
  means.forEach((mean, label) => {
    if (counts[label]! > 0) for (let j = 0; j < width; j++) mean[j]! /= counts[label]!;
  });
  const unit = SHARPNESS / (meanSquaredDistance(means.filter((_, label) => counts[label]! > 0)) || SHARPNESS);
  const kernel = new Float32Array(width * classes);
  const bias = new Float32Array(classes);
  means.forEach((mean, label) => {
    for (let j = 0; j < width; j++) kernel[j * classes + label] = 2 * unit * mean[j]!;
    bias[label] = counts[label]! > 0 ? -unit * squaredLength(mean) : NEVER;
  });
  const head = { kernel: { shape: [width, classes], data: kernel }, bias: { shape: [classes], data: bias } };
  return unstandardise(head, standardisation);
}

/** Over all pairs: twice the mean squared distance from their centre, times n / (n - 1). */
function meanSquaredDistance(points: readonly Float64Array[]): number {
  const n = points.length;
  const centre = points[0]!.map((_, j) => points.reduce((sum, point) => sum + point[j]!, 0) / n);
  const squares = points.reduce((sum, point) => sum + squaredLength(point.map((value, j) => value - centre[j]!)), 0);
  return (2 * squares) / (n - 1);
}

function squaredLength(vector: Float64Array): number {
  return vector.reduce((sum, value) => sum + value * value, 0);
}
