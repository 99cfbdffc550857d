import type { ComparisonRow } from "./figure";

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

/** The comparison as a table of texts; first row by fewest labels, strategies in the order they came. */
export function comparisonTable(rows: readonly ComparisonRow[]): { header: string[]; cells: string[][] } {
  const header = [
    "Labels",
    "Strategy",
    "Accuracy",
    "95 % interval",
    "Gain over scratch",
    "Seconds",
    "Trunk passes",
    "Seeds",
  ];
  const ordered = [...rows].sort((a, b) => a.labels - b.labels);
  const cells = ordered.map((row) => [
    String(row.labels),
    strategyName(row),
    percent(row.accuracy),
    `${percent(row.interval[0])} – ${percent(row.interval[1])}`,
    row.gain === undefined
      ? "–"
      : `${points(row.gain.mean)} (${points(row.gain.interval[0])} … ${points(row.gain.interval[1])})`,
    row.seconds.toPrecision(2).includes("e") ? String(Math.round(row.seconds)) : row.seconds.toPrecision(2),
    String(Number(row.trunkPasses.toFixed(2))),
    String(row.seeds),
  ]);
  return { header, cells };
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

/** Percentage points, always with a sign. */
function points(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(100 * value).toFixed(1)}`;
}
