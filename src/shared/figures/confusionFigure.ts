import type { PicturedExample } from "./picture";

/** Which classes are taken for which. */
export interface ConfusionFigure {
  readonly kind: "confusion";
  readonly title: string;
  /** Those that are shown, in the order of rows and columns. */
  readonly classes: readonly string[];
  /** `counts[truth][prediction]`, in that order. */
  readonly counts: readonly (readonly number[])[];
  /** Examples of each class, those taken for a class that is not shown among them. */
  readonly support: readonly number[];
  /** Of all classes, in [0, 1], and the number of examples. */
  readonly accuracy: number;
  readonly examples: number;
  /** The most frequent errors first. */
  readonly confused: readonly ConfusedPair[];
  /** What else a reader has to know, as sentences: that classes are left out. */
  readonly notes: readonly string[];
  readonly live: false;
}

/** Examples of one class that were taken for another. */
export interface ConfusedPair {
  /** Indices into `classes`. */
  readonly truth: number;
  readonly prediction: number;
  readonly count: number;
  /** The ones that the model was surest of. */
  readonly examples: readonly PicturedExample[];
}
