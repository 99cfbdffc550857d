/** What a dataset is made from, and whether it belongs together. */
import { GraftError } from "../../shared/graftError";

/** What examples of every kind come with. */
export interface LabelledParts {
  /** `[n]`, indices into `classes`. */
  readonly labels: ArrayLike<number>;
  readonly classes: readonly string[];
  /** `[n]`, what belongs together: the patient, the lesion, the mail thread. `split` and `folds` divide no group. */
  readonly groups?: ArrayLike<string | number>;
}

/** Labelled images as plain arrays. */
export interface DatasetParts extends LabelledParts {
  /** `[n, height, width, channels]`, bytes 0 … 255. */
  readonly images: Uint8Array;
  /** `[height, width, channels]`. */
  readonly imageShape: readonly number[];
}

/** Labelled texts as plain arrays. */
export interface TextParts extends LabelledParts {
  readonly texts: readonly string[];
}

export interface Labelled {
  readonly labels: Int32Array;
  readonly classes: readonly string[];
  readonly groups: readonly string[] | undefined;
}

/** @throws GraftError `data/label-count`, `data/unknown-label`, `data/group-count`. */
export function requireLabelled(parts: LabelledParts, size: number, items: "images" | "texts"): Labelled {
  const { classes, groups } = parts;
  if (parts.labels.length !== size) {
    throw new GraftError({
      code: "data/label-count",
      expected: `one label for each of ${size} ${items}`,
      found: `${parts.labels.length} labels`,
      remedy:
        items === "images"
          ? "Give the label file that belongs to the image file (train with train, t10k with t10k)"
          : "Give a label for each text, in their order",
    });
  }
  const labels = Int32Array.from(parts.labels);
  const stray = labels.findIndex((label) => label < 0 || label >= classes.length);
  if (stray >= 0) {
    throw new GraftError({
      code: "data/unknown-label",
      expected: `labels from 0 to ${classes.length - 1}, for the ${classes.length} classes`,
      found: `label ${labels[stray]!} at example ${stray}`,
      remedy: "Name all classes, in the order of their labels",
    });
  }
  if (groups !== undefined && groups.length !== size) {
    throw new GraftError({
      code: "data/group-count",
      expected: `one group for each of ${size} ${items}`,
      found: `${groups.length} groups`,
      remedy: "Give for each example what it belongs to, or leave groups out",
    });
  }
  return { labels, classes: [...classes], groups: groups && Array.from(groups, String) };
}

/** @throws GraftError `data/image-bytes`. */
export function requireWholeImages({ images, imageShape }: Pick<DatasetParts, "images" | "imageShape">): number {
  const imageBytes = imageShape.reduce((product, side) => product * side, 1);
  const size = images.length / imageBytes;
  if (Number.isInteger(size)) return size;
  throw new GraftError({
    code: "data/image-bytes",
    expected: `a multiple of ${imageBytes} bytes for images of ${imageShape.join(" x ")}`,
    found: `${images.length} bytes`,
    remedy: "Check the image shape",
  });
}

/** @throws GraftError `data/index`. */
export function requireIndex(index: number, size: number): number {
  if (Number.isInteger(index) && index >= 0 && index < size) return index;
  throw new GraftError({
    code: "data/index",
    expected: `indices from 0 to ${size - 1}`,
    found: String(index),
    remedy: "Choose among the examples that this dataset has",
  });
}
