/** Whether a dataset fits a model: told before anything is computed. */
import { GraftError } from "../../shared/graftError";
import type { Dataset } from "../data/dataset";

/** `shape`: `[height, width, channels]` of the images that the backbone takes. Throws `train/input-shape`. */
export function requireShape(dataset: Dataset, shape: readonly number[], backbone: string): void {
  const expected = shape.join(" x ");
  const found = dataset.imageShape.join(" x ");
  if (expected === found) return;
  throw new GraftError({
    code: "train/input-shape",
    expected: `images of ${expected} (height x width x channels), as the backbone "${backbone}" takes them`,
    found: `images of ${found}`,
    remedy: "Resize or convert the images, or load a backbone for this size",
  });
}

/** Throws `train/classes`. */
export function requireClasses(dataset: Dataset, classes: readonly string[]): void {
  if (dataset.classes.join("\n") === classes.join("\n")) return;
  throw new GraftError({
    code: "train/classes",
    expected: `a dataset with the model's classes: ${classes.join(", ")}`,
    found: dataset.classes.join(", "),
    remedy: "Make the model with graft(backbone, { classes: dataset.classes })",
  });
}
