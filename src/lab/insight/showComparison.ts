import type { ComparisonRow } from "../../shared/figure";
import { labHost } from "../../shared/labHost";
import { figureBundle } from "./figureBundle";
import { liveFigure } from "./liveFigure";

const TITLE = "Strategies compared";

/** Shows strategies side by side: a dot plot with 95 % intervals over the number of labels, and the table. */
export function showComparison(rows: readonly ComparisonRow[], title = TITLE): void {
  labHost().display(figureBundle({ kind: "comparison", title, rows, live: false }));
}

export interface LiveComparison {
  update(rows: readonly ComparisonRow[]): void;
  /** Call it also when the comparison was stopped early. */
  finish(rows: readonly ComparisonRow[]): void;
}

/** A comparison under the running cell to which rows are added as they become known. */
export function liveComparison(title = TITLE): LiveComparison {
  const live = liveFigure();
  return {
    update: (rows) => live.update(() => ({ kind: "comparison", title, rows, live: true })),
    finish: (rows) => live.finish({ kind: "comparison", title, rows, live: false }),
  };
}
