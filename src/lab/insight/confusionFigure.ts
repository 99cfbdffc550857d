import type { ConfusedPair, ConfusionFigure } from "../../shared/figures/confusionFigure";
import { GraftError } from "../../shared/graftError";
import { type ConfusionMatrix, confusionMatrix, rowSum } from "../metrics/confusionMatrix";
import type { Judgement } from "./judgement";
import { picturedExample, type PicturedExamples } from "./pictureOf";

/** How `show.confusion` orders the classes. */
export interface ConfusionOptions {
  /**
   * `"classes"` (default): as the dataset has them. `"recall"`: the worst recognised first. `"confused"`: classes that are taken for each other
   * side by side.
   */
  readonly sort?: "classes" | "recall" | "confused";
  /** Default "Confusion". */
  readonly title?: string;
}

/** More classes than this make a matrix that nobody reads: those with the most errors are shown. */
const MAXIMUM_CLASSES = 40;
const PAIRS = 8;
const EXAMPLES_PER_PAIR = 6;

export function confusionFigure(
  judgement: Judgement,
  dataset: PicturedExamples,
  { sort = "classes", title = "Confusion" }: ConfusionOptions,
): ConfusionFigure {
  const { classes, labels, predictions } = judgement;
  const matrix = confusionMatrix(labels, predictions, classes.length);
  const shown = sorted(matrix, mostErrors(matrix), sort);
  const right = matrix.reduce((sum, row, c) => sum + row[c]!, 0);
  const left = classes.length - shown.length;
  return {
    kind: "confusion",
    title,
    classes: shown.map((c) => classes[c]!),
    counts: shown.map((truth) => shown.map((prediction) => matrix[truth]![prediction]!)),
    support: shown.map((c) => rowSum(matrix[c]!)),
    accuracy: Number((right / labels.length).toFixed(4)),
    examples: labels.length,
    confused: confusedPairs(matrix, shown).map((pair) => ({
      ...pair,
      examples: examplesOf(pair, shown, judgement, dataset),
    })),
    notes: left === 0 ? [] : [`The ${shown.length} classes with the most errors; ${left} are not shown.`],
    live: false,
  };
}

function mostErrors(matrix: ConfusionMatrix): number[] {
  const errors = matrix.map((row, c) => rowSum(row) - 2 * row[c]! + matrix.reduce((sum, other) => sum + other[c]!, 0));
  return matrix
    .map((_, c) => c)
    .sort((a, b) => errors[b]! - errors[a]! || a - b)
    .slice(0, MAXIMUM_CLASSES)
    .sort((a, b) => a - b);
}

function sorted(matrix: ConfusionMatrix, shown: number[], sort: string): number[] {
  switch (sort) {
    case "classes":
      return shown;
    case "recall": {
      const recall = (c: number) => (rowSum(matrix[c]!) === 0 ? 2 : matrix[c]![c]! / rowSum(matrix[c]!));
      return shown.toSorted((a, b) => recall(a) - recall(b) || a - b);
    }
    case "confused":
      return chain(matrix, shown);
    default:
      throw new GraftError({
        code: "show/sort",
        expected: '"classes", "recall" or "confused"',
        found: `"${sort}"`,
        remedy: "Leave sort out for the order of the dataset's classes",
      });
  }
}

/** From the most confused class on, each time the one that is confused most with the class before it. */
function chain(matrix: ConfusionMatrix, shown: readonly number[]): number[] {
  const between = (a: number, b: number) => matrix[a]![b]! + matrix[b]![a]!;
  const left = new Set(shown);
  const order: number[] = [];
  let next = largest(shown, (c) => Math.max(...shown.filter((other) => other !== c).map((other) => between(c, other))));
  while (left.size > 0) {
    const last = next;
    order.push(last);
    left.delete(last);
    next = largest([...left], (c) => between(c, last));
  }
  return order;
}

function largest(candidates: readonly number[], value: (c: number) => number): number {
  return candidates.reduce((best, c) => (value(c) > value(best) ? c : best), candidates[0]!);
}

function confusedPairs(matrix: ConfusionMatrix, shown: readonly number[]): Omit<ConfusedPair, "examples">[] {
  return shown
    .flatMap((truth, row) =>
      shown.map((prediction, column) => ({ truth: row, prediction: column, count: matrix[truth]![prediction]! })),
    )
    .filter(({ truth, prediction, count }) => truth !== prediction && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, PAIRS);
}

/** The ones that it was surest of. */
function examplesOf(
  pair: Omit<ConfusedPair, "examples">,
  shown: readonly number[],
  { labels, predictions, probabilities, classes }: Judgement,
  dataset: PicturedExamples,
) {
  const [truth, prediction] = [shown[pair.truth]!, shown[pair.prediction]!];
  const sureness = (i: number) => probabilities.data[i * classes.length + prediction]!;
  return [...predictions.keys()]
    .filter((i) => labels[i] === truth && predictions[i] === prediction)
    .sort((a, b) => sureness(b) - sureness(a))
    .slice(0, EXAMPLES_PER_PAIR)
    .map((i) => picturedExample(dataset, i));
}
