/** What a model makes of labelled examples: the numbers behind every verdict figure. */
import { GraftError } from "../../shared/graftError";
import type { Tensor } from "../backbone/layerGraph";
import { largestIndex, softmax } from "../head/softmaxScore";
import { requireFinite } from "../metrics/checkedInput";
import { requireClasses } from "../train/requireFit";
import type { PicturedExamples } from "./pictureOf";

/** As TypeScript's own `NoInfer`, which the TypeScript of cells is too old for: what the data are is told by the dataset alone, as models may take other things too. */
export type Told<Data> = [Data][Data extends unknown ? 0 : never];

/** What can be judged: a `Model`. */
export interface Classifier<Data> {
  readonly classes: readonly string[];
  readonly history: { readonly phases: readonly unknown[] };
  /** `[n, classes]`, before softmax. */
  readonly logits: (data: Data) => Promise<Tensor>;
}

/** Labelled images or texts: a `Dataset`. */
export interface JudgedExamples extends PicturedExamples {
  readonly classes: readonly string[];
  /** `[size]`, indices into `classes`. */
  readonly labels: ArrayLike<number>;
}

export interface Judgement {
  readonly classes: readonly string[];
  readonly labels: ArrayLike<number>;
  /** `[n, classes]`, each row summing to 1. */
  readonly probabilities: Tensor;
  /** `[n]`, class indices. */
  readonly predictions: Int32Array;
  /** `[n]`, nats: from the logits, so that a probability of almost 0 does not become infinite. */
  readonly losses: Float64Array;
}

/** Throws `show/untrained`, `train/classes`, `show/empty`, `metrics/not-finite`, and what the model's `logits` throws. */
export async function judge<Data extends JudgedExamples>(
  model: Classifier<Told<Data>>,
  dataset: Data,
): Promise<Judgement> {
  const { classes } = model;
  requireTrained(model);
  requireClasses(dataset, classes);
  requireExamples(dataset);
  const logits = await model.logits(dataset);
  requireFinite(logits.data, "logits");
  const row = (values: Tensor, i: number) => values.data.subarray(i * classes.length, (i + 1) * classes.length);
  const rows = Array.from({ length: dataset.size }, (_, i) => row(logits, i));
  return {
    classes,
    labels: dataset.labels,
    probabilities: softmax(logits),
    predictions: Int32Array.from(rows, largestIndex),
    losses: Float64Array.from(rows, (values, i) => crossEntropy(values, dataset.labels[i]!)),
  };
}

/** Of one example, from its logits. */
function crossEntropy(logits: Float32Array, label: number): number {
  const largest = logits[largestIndex(logits)]!;
  const sum = logits.reduce((total, value) => total + Math.exp(value - largest), 0);
  return largest + Math.log(sum) - logits[label]!;
}

function requireTrained({ history }: Pick<Classifier<never>, "history">): void {
  if (history.phases.length > 0) return;
  throw new GraftError({
    code: "show/untrained",
    expected: "a model that has been trained",
    found: "a head with random weights",
    remedy: "Train it first: await model.trainHead(train)",
  });
}

/** Throws `show/empty`. */
export function requireExamples({ size }: PicturedExamples): void {
  if (size > 0) return;
  throw new GraftError({
    code: "show/empty",
    expected: "a dataset with at least one example",
    found: "none",
    remedy: "Check how it was split off: a part of a small dataset can round to nothing",
  });
}

/** Throws `show/count`. */
export function requireCount(count: number, maximum: number): number {
  if (Number.isInteger(count) && count >= 1 && count <= maximum) return count;
  throw new GraftError({
    code: "show/count",
    expected: `a whole number of examples from 1 to ${maximum}`,
    found: String(count),
    remedy: "Leave count out for as many as fit",
  });
}
