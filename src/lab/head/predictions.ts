import type { Tensor } from "../backbone/layerGraph";
import { largestIndex, softmax } from "./softmaxScore";

/** What a model takes an image for. */
export interface Prediction {
  /** Index into the model's classes. */
  readonly label: number;
  readonly name: string;
  /** Of this class, in [0, 1]. */
  readonly probability: number;
}

/** @param logits `[n, classes]`. */
export function predictionsOf(logits: Tensor, classes: readonly string[]): Prediction[] {
  const probabilities = softmax(logits);
  return Array.from({ length: logits.shape[0]! }, (_, row) => {
    const values = probabilities.data.subarray(row * classes.length, (row + 1) * classes.length);
    const label = largestIndex(values);
    return { label, name: classes[label]!, probability: values[label]! };
  });
}
