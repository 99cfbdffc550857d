/** How well scores tell the positive examples from the others, over all thresholds. Examples with equal scores stand at one threshold. */
import { GraftError } from "../../shared/graftError";
import { requireFinite, requireSameLength, requireSome } from "./checkedInput";

/** Where everything from a score on is called positive. */
interface Threshold {
  readonly score: number;
  readonly truePositives: number;
  readonly falsePositives: number;
}

/** What a screening test does at one threshold. */
export interface OperatingPoint {
  /** Part of the positive examples that are found, in [0, 1]. */
  readonly sensitivity: number;
  /** Part of the others that are passed over, at least what was asked. */
  readonly specificity: number;
  /** Call positive from this score on; `Infinity` when nothing may be. */
  readonly threshold: number;
}

/** Mann-Whitney's U over the number of pairs: a tie counts one half. */
export function rocAuc(scores: ArrayLike<number>, positives: ArrayLike<boolean | number>): number | undefined {
  const thresholds = thresholdsOf(scores, positives);
  const { truePositives, falsePositives } = thresholds.at(-1)!;
  if (truePositives === 0 || falsePositives === 0) return undefined;
  let area = 0;
  let before = { truePositives: 0, falsePositives: 0 };
  for (const point of thresholds) {
    const width = point.falsePositives - before.falsePositives;
    area += (width * (point.truePositives + before.truePositives)) / 2;
    before = point;
  }
  return area / (truePositives * falsePositives);
}

/** Σ (recall step) · precision, without interpolation. */
export function averagePrecision(
  scores: ArrayLike<number>,
  positives: ArrayLike<boolean | number>,
): number | undefined {
  const thresholds = thresholdsOf(scores, positives);
  const all = thresholds.at(-1)!.truePositives;
  if (all === 0) return undefined;
  let sum = 0;
  let found = 0;
  for (const { truePositives, falsePositives } of thresholds) {
    sum += ((truePositives - found) / all) * (truePositives / (truePositives + falsePositives));
    found = truePositives;
  }
  return sum;
}

/** The lowest threshold whose specificity is at least the one wanted. */
export function sensitivityAtSpecificity(
  scores: ArrayLike<number>,
  positives: ArrayLike<boolean | number>,
  specificity: number,
): OperatingPoint | undefined {
  if (!(specificity >= 0 && specificity <= 1)) {
    throw new GraftError({
      code: "metrics/specificity",
      expected: "a specificity in [0, 1]",
      found: String(specificity),
      remedy: "For example 0.95: at most one in twenty of the others is called positive",
    });
  }
  const thresholds = thresholdsOf(scores, positives);
  const { truePositives: all, falsePositives: others } = thresholds.at(-1)!;
  if (all === 0 || others === 0) return undefined;
  // Counts, because 1 - 1/20 of a hundred is not exactly 95 in floating point.
  const allowed = Math.floor((1 - specificity) * others + 1e-9);
  const last = thresholds.findLast(({ falsePositives }) => falsePositives <= allowed);
  if (last === undefined) return { sensitivity: 0, specificity: 1, threshold: Infinity };
  const { score, truePositives, falsePositives } = last;
  return { sensitivity: truePositives / all, specificity: 1 - falsePositives / others, threshold: score };
}

/** From the highest score down, one for each different score. */
function thresholdsOf(scores: ArrayLike<number>, positives: ArrayLike<boolean | number>): Threshold[] {
  requireSameLength(scores.length, positives.length, ["scores", "positives"]);
  requireSome(scores.length);
  requireFinite(scores, "scores");
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const thresholds: Threshold[] = [];
  let truePositives = 0;
  let falsePositives = 0;
  order.forEach((index, place) => {
    if (positives[index]) truePositives++;
    else falsePositives++;
    const score = scores[index]!;
    const next = order[place + 1];
    if (next === undefined || scores[next] !== score) thresholds.push({ score, truePositives, falsePositives });
  });
  return thresholds;
}
