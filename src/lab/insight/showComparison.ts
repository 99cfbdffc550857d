import type { ComparisonRow } from "../../shared/figure";
import { GraftError } from "../../shared/graftError";
import { labHost } from "../../shared/labHost";
import { type ComparableRun, rowsOfRuns } from "../compare/compareRuns";
import { figureBundle } from "./figureBundle";
import { liveFigure } from "./liveFigure";

const TITLE = "Strategies compared";

/** Shows strategies or runs side by side: a dot plot with 95 % intervals, and the table. Throws `show/nothing-to-compare`. */
export function showComparison(compared: readonly ComparisonRow[] | readonly ComparableRun[], title?: string): void {
  requireSome(compared);
  const figure = areRuns(compared)
    ? { title: title ?? "Runs compared", of: "runs" as const, rows: rowsOfRuns(compared) }
    : { title: title ?? TITLE, rows: compared };
  labHost().display(figureBundle({ kind: "comparison", ...figure, live: false }));
}

function areRuns(compared: readonly ComparisonRow[] | readonly ComparableRun[]): compared is readonly ComparableRun[] {
  return "history" in compared[0]!;
}

function requireSome({ length }: readonly unknown[]): void {
  if (length > 0) return;
  throw new GraftError({
    code: "show/nothing-to-compare",
    expected: "rows of compareStrategies, or runs",
    found: "none",
    remedy: "Compare strategies with compareStrategies, or train first: show.compare(runs.list())",
  });
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
