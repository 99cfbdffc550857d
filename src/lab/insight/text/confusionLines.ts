import type { ConfusionFigure } from "../../../shared/figures/confusionFigure";
import { pairWords } from "../../../shared/figures/confusionKind";
import { percent } from "../../../shared/percent";
import { tableLines } from "./tableLines";

/** A wider table would break in a terminal. */
const MAXIMUM_CLASSES = 12;

export function confusionLines(figure: ConfusionFigure): string[] {
  const { classes, counts, support, confused } = figure;
  if (classes.length > MAXIMUM_CLASSES) return confused.map((pair) => `  ${pairWords(figure, pair)}`);
  const recall = (truth: number) => (support[truth] === 0 ? "–" : percent(counts[truth]![truth]! / support[truth]!));
  return tableLines(
    ["truth", ...classes, "recall"],
    counts.map((row, truth) => [
      classes[truth]!,
      ...row.map((count) => (count === 0 ? "·" : String(count))),
      recall(truth),
    ]),
  );
}
