/** What every metric asks of its input: told before anything is computed. */
import { GraftError } from "../../shared/graftError";
import type { Tensor } from "../backbone/layerGraph";

/** Throws `metrics/empty`. */
export function requireSome(size: number): void {
  if (size > 0) return;
  throw new GraftError({
    code: "metrics/empty",
    expected: "at least one example",
    found: "none",
    remedy: "Check how the dataset was split off: a part of a small one can round to nothing",
  });
}

/** Throws `metrics/lengths`. `names`: what the two are, in the plural. */
export function requireSameLength(a: number, b: number, names: readonly [string, string]): void {
  if (a === b) return;
  throw new GraftError({
    code: "metrics/lengths",
    expected: `as many ${names[1]} as ${names[0]}, ${a}`,
    found: String(b),
    remedy: "Compute both from the same dataset",
  });
}

/** Throws `metrics/label` for what is no class index. */
export function requireLabels(labels: ArrayLike<number>, classes: number, what = "labels"): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new GraftError({
      code: "metrics/label",
      expected: `${what} from 0 to ${classes - 1}, for ${classes} classes`,
      found: `${label} at example ${i}`,
      remedy: "Pass class indices, as dataset.labels has them",
    });
  }
}

/** Throws `metrics/not-finite`. */
export function requireFinite(values: ArrayLike<number>, what: string): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new GraftError({
      code: "metrics/not-finite",
      expected: `finite ${what}`,
      found: `${values[i]} at index ${i}`,
      remedy: "The weights have probably diverged in training: train again with a smaller learning rate",
    });
  }
}

/** Rows and classes of `[n, classes]` probabilities that belong to `labels`. Throws the above and `metrics/probabilities`. */
export function requireProbabilities(
  { shape, data }: Tensor,
  labels: ArrayLike<number>,
): { readonly rows: number; readonly classes: number } {
  const [rows = 0, classes = 0] = shape;
  if (shape.length !== 2 || rows * classes !== data.length) {
    throw notProbabilities("a tensor [n, classes]", `one of shape [${shape.join(", ")}] with ${data.length} numbers`);
  }
  requireSameLength(rows, labels.length, ["rows of probabilities", "labels"]);
  requireSome(rows);
  requireLabels(labels, classes);
  requireFinite(data, "probabilities");
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    let low = 0;
    for (let c = 0; c < classes; c++) {
      sum += data[row * classes + c]!;
      low = Math.min(low, data[row * classes + c]!);
    }
    if (low < 0 || Math.abs(sum - 1) > 1e-3) {
      throw notProbabilities("rows of numbers that are at least 0 and sum to 1", `a sum of ${sum} in row ${row}`);
    }
  }
  return { rows, classes };
}

function notProbabilities(expected: string, found: string): GraftError {
  return new GraftError({
    code: "metrics/probabilities",
    expected,
    found,
    remedy: "Pass metrics.softmax(await model.logits(dataset))",
  });
}
