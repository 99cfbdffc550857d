import { GraftError } from "../../shared/graftError";
import type { Tensor } from "../backbone/layerGraph";
import { largestIndex } from "../head/softmaxScore";
import { requireProbabilities } from "./checkedInput";

/** How the examples are put into bins by the probability of the predicted class. */
export interface CalibrationOptions {
  /** Default 15. */
  readonly bins?: number;
  /** `"width"` (default): bins of equal width. `"mass"`: bins with equally many examples, which differ by at most one. */
  readonly equal?: "width" | "mass";
}

/** Examples that a model was about equally sure of. */
export interface CalibrationBin {
  /** The probabilities that belong here: above `low` up to `high`, the first from 0 on; of equal mass, those that are there. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Mean probability of the predicted class. */
  readonly confidence: number;
  /** Part of them whose class was predicted. */
  readonly accuracy: number;
}

/** Whether a model that is 80 % sure is right in 80 % of the cases. */
export interface Calibration {
  /** Those with examples, from unsure to sure. */
  readonly bins: readonly CalibrationBin[];
  /** Expected calibration error: mean of |accuracy - confidence| over all examples. 0 is best. */
  readonly error: number;
  /** The largest |accuracy - confidence| of a bin. */
  readonly maximumError: number;
}

/** Guo et al. 2017 (arXiv:1706.04599), section 2; equal mass as Nixon et al. 2019 (arXiv:1904.01685). */
export function calibration(
  probabilities: Tensor,
  labels: ArrayLike<number>,
  options: CalibrationOptions = {},
): Calibration {
  const { bins: wanted = 15, equal = "width" } = options;
  const { rows, classes } = requireProbabilities(probabilities, labels);
  requireBins(wanted, equal);
  const answers = Array.from({ length: rows }, (_, row) => {
    const values = probabilities.data.subarray(row * classes, (row + 1) * classes);
    const predicted = largestIndex(values);
    return { confidence: Math.min(1, values[predicted]!), right: predicted === labels[row] };
  }).sort((a, b) => a.confidence - b.confidence);
  const placeOf =
    equal === "mass"
      ? (_: number, rank: number) => Math.floor((rank * wanted) / rows)
      : (confidence: number) => Math.min(wanted - 1, Math.max(0, Math.ceil(confidence * wanted) - 1));
  const groups = Array.from({ length: wanted }, () => [] as typeof answers);
  answers.forEach((answer, rank) => groups[placeOf(answer.confidence, rank)]!.push(answer));
  const bins = groups.flatMap((members, place): CalibrationBin[] => {
    if (members.length === 0) return [];
    const count = members.length;
    const low = equal === "mass" ? members[0]!.confidence : place / wanted;
    const high = equal === "mass" ? members.at(-1)!.confidence : (place + 1) / wanted;
    const confidence = members.reduce((sum, member) => sum + member.confidence, 0) / count;
    return [{ low, high, count, confidence, accuracy: members.filter(({ right }) => right).length / count }];
  });
  const gaps = bins.map(({ accuracy, confidence }) => Math.abs(accuracy - confidence));
  return {
    bins,
    error: bins.reduce((sum, { count }, i) => sum + (count / rows) * gaps[i]!, 0),
    maximumError: Math.max(...gaps),
  };
}

function requireBins(bins: number, equal: string): void {
  if (Number.isInteger(bins) && bins >= 1 && bins <= 1000 && (equal === "width" || equal === "mass")) return;
  throw new GraftError({
    code: "metrics/bins",
    expected: 'a whole number of bins from 1 to 1000, of equal "width" or "mass"',
    found: `${bins} of equal "${equal}"`,
    remedy: "15 bins of equal width are usual",
  });
}
