/** Which bars a drift figure has: statistics that have not moved are left out, and of a large network long unchanged stretches are folded. */
import type { DriftFigure, DriftRow } from "./figures/driftFigure";

export interface DriftBar {
  /** `"conv1"`, `"bn1 statistics"` or `"conv1 … bn9"`. */
  readonly name: string;
  readonly row: DriftRow;
}

const ALL_SHOWN = 32;
/** Shorter stretches take no more room than the words that say that they are folded. */
const SHORTEST_FOLD = 3;

export function driftBars({ rows }: DriftFigure): DriftBar[] {
  const shown = rows.filter((row) => row.of === "weights" || row.drift.some((value) => value !== null && value > 0));
  if (shown.length <= ALL_SHOWN) return shown.map(barOf);
  return stretches(shown).flatMap((stretch) =>
    isUnchanged(stretch[0]!) && stretch.length >= SHORTEST_FOLD
      ? [{ name: `${stretch[0]!.layer} … ${stretch.at(-1)!.layer}`, row: stretch[0]! }]
      : stretch.map(barOf),
  );
}

/** `"0"`, `"0.021"`, `"new"`. */
export function driftText(drift: number | null): string {
  return drift === null ? "new" : String(Number(drift.toPrecision(2)));
}

export function isUnchanged({ drift }: DriftRow): boolean {
  return drift.every((value) => value === 0);
}

function barOf(row: DriftRow): DriftBar {
  return { name: row.of === "weights" ? row.layer : `${row.layer} statistics`, row };
}

/** Neighbours that are unchanged together, all others alone. */
function stretches(rows: readonly DriftRow[]): DriftRow[][] {
  const result: DriftRow[][] = [];
  for (const row of rows) {
    const last = result.at(-1);
    if (last !== undefined && isUnchanged(last[0]!) && isUnchanged(row)) last.push(row);
    else result.push([row]);
  }
  return result;
}
