import { columnSums, type ConfusionMatrix, requireMatrix, rowSum, total } from "./confusionMatrix";

/** How well one class is found. What would be a division by zero is undefined. */
export interface ClassScore {
  /** Part of the examples taken for the class that are of it; undefined where none was taken for it. */
  readonly precision: number | undefined;
  /** Part of the class's examples that were found (sensitivity); undefined where there is none. */
  readonly recall: number | undefined;
  /** Harmonic mean of the two; undefined where there is no example of the class and none was taken for it. */
  readonly f1: number | undefined;
  /** Number of examples of the class. */
  readonly support: number;
}

/** Means over classes. */
export type AverageScore = Readonly<Record<"precision" | "recall" | "f1", number>>;

/** Scores of each class and their means. */
export interface ClassificationReport {
  readonly classes: readonly ClassScore[];
  /** Each class counts the same. */
  readonly macro: AverageScore;
  /** Each class counts by its support. */
  readonly weighted: AverageScore;
  /** Part of all examples whose class was predicted. */
  readonly accuracy: number;
}

/** As scikit-learn's: what is undefined counts as 0, and a class that is neither there nor predicted counts in no mean. */
export function classificationReport(matrix: ConfusionMatrix): ClassificationReport {
  requireMatrix(matrix);
  const predicted = columnSums(matrix);
  const classes = matrix.map((row, c): ClassScore => {
    const hits = row[c]!;
    const support = rowSum(row);
    return {
      precision: ratio(hits, predicted[c]!),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, support + predicted[c]!),
      support,
    };
  });
  const all = total(matrix);
  const present = classes.filter(({ f1 }) => f1 !== undefined);
  return {
    classes,
    macro: average(present, () => 1 / present.length),
    weighted: average(present, ({ support }) => support / all),
    accuracy: matrix.reduce((sum, row, c) => sum + row[c]!, 0) / all,
  };
}

/** Mean recall of the classes that are there: accuracy as it were if all had as many examples. */
export function balancedAccuracy(matrix: ConfusionMatrix): number {
  const recalls = classificationReport(matrix).classes.flatMap(({ recall }) => (recall === undefined ? [] : [recall]));
  return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
}

/** Undefined where agreement by chance is certain: all examples of one class, and all taken for it. */
export function cohenKappa(matrix: ConfusionMatrix): number | undefined {
  requireMatrix(matrix);
  const all = total(matrix);
  const predicted = columnSums(matrix);
  const agreed = matrix.reduce((sum, row, c) => sum + row[c]!, 0) / all;
  const byChance = matrix.reduce((sum, row, c) => sum + (rowSum(row) / all) * (predicted[c]! / all), 0);
  return byChance >= 1 ? undefined : (agreed - byChance) / (1 - byChance);
}

function average(scores: readonly ClassScore[], weight: (score: ClassScore) => number): AverageScore {
  const of = (name: keyof AverageScore) => scores.reduce((sum, score) => sum + weight(score) * (score[name] ?? 0), 0);
  return { precision: of("precision"), recall: of("recall"), f1: of("f1") };
}

function ratio(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}
