import { GraftError } from "../../shared/graftError";

/** 97.5 % quantile of the normal distribution. */
const Z = 1.959963984540054;

/** Wilson 1927. */
export function accuracyInterval(right: number, examples: number): readonly [low: number, high: number] {
  if (!(Number.isInteger(examples) && examples > 0 && Number.isInteger(right) && right >= 0 && right <= examples)) {
    throw new GraftError({
      code: "metrics/counts",
      expected: "how many examples there are, at least one, and how many of them are right",
      found: `${right} of ${examples}`,
      remedy: "Pass whole numbers: metrics.accuracyInterval(93, 100)",
    });
  }
  const part = right / examples;
  const scale = 1 + Z ** 2 / examples;
  const middle = (part + Z ** 2 / (2 * examples)) / scale;
  const half = (Z * Math.sqrt((part * (1 - part)) / examples + Z ** 2 / (4 * examples ** 2))) / scale;
  return [right === 0 ? 0 : middle - half, right === examples ? 1 : middle + half];
}
