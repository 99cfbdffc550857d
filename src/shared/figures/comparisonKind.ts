import { strategyName } from "../comparisonTable";
import type { ComparisonFigure } from "../figure";
import type { FigureKind } from "../figureKind";
import { plotlyComparison } from "../plotlyComparison";

export const comparisonKind: FigureKind<ComparisonFigure> = {
  caption: ({ of }) => [
    of === "runs"
      ? "Last validation accuracy, where several runs differ in their seed alone as their mean with its 95 % interval; seconds are of one run."
      : "Mean test accuracy over seeds with its 95 % interval; gain is the paired difference to training from scratch.",
  ],
  plotly: plotlyComparison,
  table: ({ rows }) => ({
    header: [
      ...["labels", "strategy", "detail", "accuracy", "accuracy low", "accuracy high"],
      ...["gain", "gain low", "gain high", "seconds", "trunk passes", "seeds"],
    ],
    rows: rows.map((row) => [
      ...[row.labels, strategyName(row), row.detail, row.accuracy, ...row.interval],
      ...[row.gain?.mean, row.gain?.interval[0], row.gain?.interval[1], row.seconds, row.trunkPasses, row.seeds],
    ]),
  }),
  progress: ({ rows }) => `${rows.length} done`,
};
