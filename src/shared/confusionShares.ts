import type { ConfusionFigure } from "./figures/confusionFigure";

/** The strongest orange stands for at least this part of a row, so that a single error among many does not shout. */
const SMALLEST_SCALE = 0.1;

/** Cells as parts of their rows, and the part that the strongest colour of an error stands for. */
export function confusionShares({ counts, support }: ConfusionFigure): {
  readonly share: (truth: number, prediction: number) => number;
  readonly worst: number;
} {
  const share = (truth: number, prediction: number) =>
    support[truth] === 0 ? 0 : counts[truth]![prediction]! / support[truth]!;
  const errors = counts.flatMap((row, truth) => row.map((_, c) => (truth === c ? 0 : share(truth, c))));
  return { share, worst: Math.max(SMALLEST_SCALE, ...errors) };
}
