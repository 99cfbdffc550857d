/** What the demo says about the comparison of strategies in an executed notebook. */
import type { Notebook } from "../src/cli/notebook";
import type { ComparisonFigure, ComparisonRow, Figure } from "../src/shared/figure";
import { FIGURE_MIME } from "../src/shared/mimeBundle";

/** The last finished comparison among the outputs. */
export function findComparison(notebook: Notebook): ComparisonFigure | undefined {
  return notebook.cells
    .flatMap((cell) => cell.outputs ?? [])
    .map(
      (output) => (output.data as Readonly<Record<string, unknown>> | undefined)?.[FIGURE_MIME] as Figure | undefined,
    )
    .filter((figure) => figure?.kind === "comparison")
    .findLast((figure) => !figure.live);
}

const percent = (fraction: number) => (100 * fraction).toFixed(1);
const signed = (fraction: number) => `${fraction < 0 ? "-" : "+"}${percent(Math.abs(fraction))}`;

/** Aligned columns, accuracies and gains in percent and percentage points with their 95 % intervals. */
export function comparisonTable({ rows }: ComparisonFigure): string {
  const header = ["strategy", "labels", "test accuracy %", "gain over scratch", "seconds", "trained"];
  const lines = [header, ...rows.map(cellsOf)];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const isText = (column: number) => column === 0 || column === header.length - 1;
  return lines
    .map((line) =>
      line
        .map((text, column) => (isText(column) ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cellsOf({ strategy, labels, accuracy, interval, gain, seconds, detail }: ComparisonRow): string[] {
  return [
    strategy,
    String(labels),
    `${percent(accuracy)} [${percent(interval[0])}, ${percent(interval[1])}]`,
    gain === undefined ? "" : `${signed(gain.mean)} [${signed(gain.interval[0])}, ${signed(gain.interval[1])}]`,
    seconds.toFixed(2),
    detail,
  ];
}

const rounded = (value: number) => Number(value.toFixed(4));

/** One line: `{"rows":[{"strategy","labels","seeds","accuracy","interval","gain"?,"seconds"}]}`, with four decimals. */
export function comparisonJson({ rows }: ComparisonFigure): string {
  return JSON.stringify({
    rows: rows.map(({ strategy, labels, seeds, accuracy, interval, gain, seconds }) => ({
      ...{ strategy, labels, seeds, accuracy: rounded(accuracy), interval: interval.map(rounded) },
      ...(gain === undefined ? {} : { gain: { mean: rounded(gain.mean), interval: gain.interval.map(rounded) } }),
      seconds: rounded(seconds),
    })),
  });
}
