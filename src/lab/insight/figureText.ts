import type { ComparisonFigure, CurvesFigure, EmbeddingFigure, Figure } from "../../shared/figure";
import { sparkline } from "./sparkline";

/** How people write the names of the methods. */
const METHOD_NAMES = { tsne: "t-SNE" } as const satisfies Record<EmbeddingFigure["method"], string>;

/** The figure for a terminal: a sparkline a curve, a table, or a map's size and quality. */
export function figureText(figure: Figure): string {
  switch (figure.kind) {
    case "curves":
      return curvesText(figure);
    case "embedding":
      return embeddingText(figure);
    case "comparison":
      return comparisonText(figure);
  }
}

function curvesText({ title, series, phases }: CurvesFigure): string {
  const lines = series
    .filter(({ metric }) => metric !== "learningRate")
    .map(({ metric, split, per, y }) => {
      const name = per === "step" ? `${metric} per step` : `${metric}, ${split}`;
      return `  ${name.padEnd(22)} ${sparkline(y, 32)}  ${format(y[0]!)} → ${format(y.at(-1)!)}`;
    });
  const trained = phases.map(
    ({ name, fromStep, toStep, frozenLayers, status }) =>
      `  ${name}: ${toStep - fromStep} steps, ${frozenLayers.length} layers frozen${status === "finished" ? "" : `, ${status}`}`,
  );
  return [title, ...trained, ...lines].join("\n");
}

function embeddingText({ title, method, x, classes, parameters, quality, notes }: EmbeddingFigure): string {
  const { layer, perplexity, seed } = parameters;
  const measured =
    quality === undefined
      ? []
      : [
          `  trustworthiness ${format(quality.trustworthiness)}, neighbour recall ${format(quality.neighbourRecall)} (k = ${quality.neighbours})`,
        ];
  return [
    title,
    `  ${METHOD_NAMES[method]} of ${x.length} examples of ${classes.length} classes; layer ${layer}, perplexity ${perplexity}, seed ${seed}`,
    ...measured,
    ...notes.map((note) => `  ${note}`),
  ].join("\n");
}

function comparisonText({ title, rows }: ComparisonFigure): string {
  const header = ["strategy", "labels", "seeds", "accuracy", "95 % interval", "gain over scratch", "seconds"];
  const cells = rows.map(({ strategy, labels, seeds, accuracy, interval, gain, seconds }) => [
    strategy,
    String(labels),
    String(seeds),
    accuracy.toFixed(3),
    `${interval[0].toFixed(3)} … ${interval[1].toFixed(3)}`,
    gain === undefined ? "–" : `${signed(gain.mean)} (${signed(gain.interval[0])} … ${signed(gain.interval[1])})`,
    seconds.toFixed(1),
  ]);
  const widths = header.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]!.length)));
  const lines = [header, ...cells].map((row) =>
    `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ")}`.trimEnd(),
  );
  return [title, ...lines].join("\n");
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}

function format(value: number): string {
  return String(Number(value.toPrecision(3)));
}
