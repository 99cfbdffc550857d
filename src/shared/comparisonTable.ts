import { percent } from "./percent";
import type { ComparisonFigure, ComparisonRow } from "./figure";

/** What people call the strategies. Most are named by their own detail: `last 2 layers`. */
export function strategyName({ strategy, detail }: Pick<ComparisonRow, "strategy" | "detail">): string {
  switch (strategy) {
    case "scratch":
      return "from scratch";
    case "head":
      return "new head";
    default:
      return detail.split(":")[0]!.trim() || strategy;
  }
}

interface Column {
  readonly name: string;
  readonly of: (row: ComparisonRow) => string;
  /** Known of the rows of `compareStrategies` alone. */
  readonly isOfStrategies?: boolean;
}

const columns: readonly Column[] = [
  { name: "Labels", of: ({ labels }) => String(labels), isOfStrategies: true },
  { name: "Strategy", of: strategyName },
  { name: "Accuracy", of: ({ accuracy }) => percent(accuracy) },
  { name: "95 % interval", of: intervalText },
  { name: "Gain over scratch", of: gainText, isOfStrategies: true },
  { name: "Seconds", of: ({ seconds }) => secondsText(seconds) },
  { name: "Trunk passes", of: ({ trunkPasses }) => String(Number(trunkPasses.toFixed(2))), isOfStrategies: true },
  { name: "Seeds", of: ({ seeds }) => String(seeds) },
];

/** The comparison as a table of texts; first row by fewest labels, strategies in the order they came. */
export function comparisonTable(figure: Pick<ComparisonFigure, "rows" | "of">): {
  header: string[];
  cells: string[][];
} {
  const shown = columns.filter(({ isOfStrategies }) => figure.of !== "runs" || isOfStrategies !== true);
  const ordered = [...figure.rows].sort((a, b) => a.labels - b.labels);
  return { header: shown.map(({ name }) => name), cells: ordered.map((row) => shown.map(({ of }) => of(row))) };
}

function intervalText({ interval: [low, high], seeds }: ComparisonRow): string {
  return seeds === 1 && low === high ? "–" : `${percent(low)} – ${percent(high)}`;
}

function gainText({ gain }: ComparisonRow): string {
  return gain === undefined ? "–" : `${points(gain.mean)} (${points(gain.interval[0])} … ${points(gain.interval[1])})`;
}

function secondsText(seconds: number): string {
  return seconds.toPrecision(2).includes("e") ? String(Math.round(seconds)) : seconds.toPrecision(2);
}

/** Percentage points, always with a sign. */
function points(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(100 * value).toFixed(1)}`;
}
