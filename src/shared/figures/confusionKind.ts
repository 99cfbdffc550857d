import { count } from "../count";
import type { FigureKind } from "../figureKind";
import { percent } from "../percent";
import { plotlyConfusion } from "../plotlyConfusion";
import type { ConfusedPair, ConfusionFigure } from "./confusionFigure";

const NAMED_PAIRS = 3;

export const confusionKind: FigureKind<ConfusionFigure> = {
  caption(figure) {
    const { accuracy, examples, confused, notes } = figure;
    const most = confused.slice(0, NAMED_PAIRS).map((pair) => pairWords(figure, pair));
    return [
      `${percent(accuracy)} of ${count(examples, "example")} are right.`,
      "Each row has the examples of a class, each column those taken for it; blue is right, orange is wrong, the stronger the larger its part of the row.",
      most.length === 0 ? "No class is taken for another." : `Most confused: ${most.join("; ")}.`,
      ...notes,
    ];
  },
  plotly: plotlyConfusion,
  table: ({ classes, counts }) => ({
    header: ["truth", ...classes],
    rows: counts.map((row, truth) => [classes[truth], ...row]),
  }),
  progress: () => "",
};

/** `"four for nine, 12 of 98 (12.2 %)"`. */
export function pairWords({ classes, support }: ConfusionFigure, { truth, prediction, count }: ConfusedPair): string {
  const all = support[truth]!;
  return `${classes[truth]!} for ${classes[prediction]!}, ${count} of ${all} (${percent(count / all)})`;
}
