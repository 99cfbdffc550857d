import type { Tensor } from "../backbone/layerGraph";
import { requireProbabilities } from "./checkedInput";

/** The step of float32 at 1: a probability of 0 counts as this, as in scikit-learn, so that one such answer does not make the mean infinite. */
const SMALLEST = 2 ** -23;

/** Mean of -ln of the probability of the true class, in nats. */
export function logLoss(probabilities: Tensor, labels: ArrayLike<number>): number {
  const { rows, classes } = requireProbabilities(probabilities, labels);
  let sum = 0;
  for (let row = 0; row < rows; row++) sum -= Math.log(clipped(probabilities.data[row * classes + labels[row]!]!));
  return sum / rows;
}

/** Mean squared distance of the probabilities from the truth as 0s and a 1 (Brier 1950), summed over the classes: in [0, 2]. */
export function brierScore(probabilities: Tensor, labels: ArrayLike<number>): number {
  const { rows, classes } = requireProbabilities(probabilities, labels);
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < classes; c++) {
      sum += (probabilities.data[row * classes + c]! - (labels[row] === c ? 1 : 0)) ** 2;
    }
  }
  return sum / rows;
}

function clipped(probability: number): number {
  return Math.min(1 - SMALLEST, Math.max(SMALLEST, probability));
}
