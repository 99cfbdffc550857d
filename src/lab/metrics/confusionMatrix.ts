import { GraftError } from "../../shared/graftError";
import { requireLabels, requireSameLength, requireSome } from "./checkedInput";

/** `matrix[truth][prediction]`: how often a class was taken for which. */
export type ConfusionMatrix = readonly (readonly number[])[];

export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
): ConfusionMatrix {
  requireSameLength(labels.length, predictions.length, ["labels", "predictions"]);
  requireSome(labels.length);
  requireLabels(labels, classes);
  requireLabels(predictions, classes, "predictions");
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) matrix[labels[i]!]![predictions[i]!]!++;
  return matrix;
}

/** Throws `metrics/matrix`. */
export function requireMatrix(matrix: ConfusionMatrix): void {
  const square = matrix.every((row) => row.length === matrix.length && row.every((count) => count >= 0));
  if (square && total(matrix) > 0) return;
  throw new GraftError({
    code: "metrics/matrix",
    expected: "a square matrix of counts, matrix[truth][prediction], with at least one example",
    found: `${matrix.length} rows of ${matrix.map((row) => row.length).join(", ")} numbers`,
    remedy: "Make it with metrics.confusionMatrix(labels, predictions, classes)",
  });
}

export function total(matrix: ConfusionMatrix): number {
  return matrix.reduce((sum, row) => sum + rowSum(row), 0);
}

export function rowSum(row: readonly number[]): number {
  return row.reduce((sum, count) => sum + count, 0);
}

export function columnSums(matrix: ConfusionMatrix): number[] {
  return matrix.map((_, column) => matrix.reduce((sum, row) => sum + row[column]!, 0));
}
