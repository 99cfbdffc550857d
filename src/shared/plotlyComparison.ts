import { strategyName } from "./comparisonTable";
import type { ComparisonFigure, ComparisonRow } from "./figure";
import { strategyColour } from "./figureTheme";
import type { PlotlyFigure, PlotlyObject, PlotlyOptions } from "./plotlyFigure";
import { baseAxis, baseLayout, label, plain } from "./plotlyLayout";

const SYMBOLS = ["square", "circle", "diamond", "cross", "triangle-up", "x", "star"] as const;
/** Between strategies with the same number of labels, in units of the distance between numbers of labels. */
const DODGE = 0.09;

/** Mean accuracy with its interval over the number of labels, one colour and symbol a strategy. */
export function plotlyComparison({ rows, of }: ComparisonFigure, { theme, width }: PlotlyOptions): PlotlyFigure {
  const labels = [...new Set(rows.map((row) => row.labels))].sort((a, b) => a - b);
  const present = [...new Set(rows.map((row) => row.strategy))];
  const lines = present.map((strategy, place) => {
    const own = rows.filter((row) => row.strategy === strategy).sort((a, b) => a.labels - b.labels);
    const offset = (place - (present.length - 1) / 2) * DODGE;
    const x = own.map((row) => labels.indexOf(row.labels) + offset);
    return { place, own, x, name: strategyName(own[0]!), colour: strategyColour(theme, place) };
  });
  const [low, high] = accuracyRange(rows);
  const longest = Math.max(0, ...lines.map(({ name }) => name.length));
  const margin = { l: 48, r: Math.min(150, 24 + 7 * longest), t: 28, b: 40 };
  return {
    data: lines.map(({ place, own, x, name, colour }): PlotlyObject => ({
      type: "scatter",
      mode: "lines+markers",
      name: plain(name),
      x,
      y: own.map((row) => row.accuracy),
      customdata: own.map((row) => [plain(row.detail), row.labels, row.interval[0], row.interval[1], row.seeds]),
      error_y: {
        type: "data",
        symmetric: false,
        array: own.map((row) => row.interval[1] - row.accuracy),
        arrayminus: own.map((row) => row.accuracy - row.interval[0]),
        color: colour,
        thickness: theme.strong ? 2.5 : 1.75,
        width: 0,
      },
      line: { color: colour, width: theme.strong ? 2 : 1, dash: "dot" },
      marker: { color: colour, size: 9, symbol: SYMBOLS[place % SYMBOLS.length]! },
      hovertemplate:
        `<b>%{customdata[0]}</b><br>${of === "runs" ? "" : "%{customdata[1]} labels: "}%{y:.1%}` +
        "<br>95 % interval %{customdata[2]:.1%} – %{customdata[3]:.1%}, %{customdata[4]} seeds<extra></extra>",
    })),
    layout: {
      ...baseLayout(theme),
      height: Math.round(Math.min(340, Math.max(260, width * 0.36))),
      margin,
      hovermode: "closest",
      xaxis: {
        ...baseAxis(theme),
        showgrid: false,
        tickvals: of === "runs" ? [] : labels.map((_, index) => index),
        ticktext: labels.map(String),
        range: [-0.35, labels.length - 0.65],
        title: { text: of === "runs" ? "" : "labelled examples", font: { size: 11, color: theme.muted }, standoff: 8 },
      },
      yaxis: { ...baseAxis(theme), tickformat: ".0%", range: [low, high], nticks: 8 },
      annotations: [
        label(
          of === "runs" ? "Validation accuracy" : "Test accuracy",
          { xref: "paper", yref: "paper", x: 0, y: 1, yanchor: "bottom", yshift: 6, xshift: -2 },
          { size: 13, color: theme.foreground, weight: 600 },
        ),
        ...endLabels(lines, [low, high]).map(({ name, x, y, shiftPx, colour }) =>
          label(
            plain(name),
            { x, y, yanchor: "middle", xshift: 12, yshift: shiftPx },
            { size: 12, color: colour, weight: 500 },
          ),
        ),
      ],
    },
  };
}

function accuracyRange(rows: readonly ComparisonRow[]): [number, number] {
  const low = Math.min(1, ...rows.map(({ interval }) => interval[0]));
  const high = Math.max(0, ...rows.map(({ interval }) => interval[1]));
  if (rows.length === 0) return [0, 1];
  const pad = 0.08 * Math.max(0.02, high - low);
  return [Math.max(0, low - pad), Math.min(1.01, high + pad)];
}

/** Names beside the last dots, at least a line's height apart. */
function endLabels(
  lines: readonly { own: readonly ComparisonRow[]; x: number[]; name: string; colour: string }[],
  [low, high]: readonly [number, number],
) {
  const pixelsPerUnit = 220 / (high - low);
  const right = Math.max(0, ...lines.flatMap(({ x }) => x));
  const last = Math.max(0, ...lines.flatMap(({ own }) => own.map((row) => row.labels)));
  let floorPx = -Infinity;
  return lines
    .map(({ own, x, name, colour }) => ({
      name,
      colour,
      x: own.at(-1)!.labels === last ? right : x.at(-1)!,
      y: own.at(-1)!.accuracy,
    }))
    .sort((a, b) => a.y - b.y)
    .map((end) => {
      const wantedPx = end.y * pixelsPerUnit;
      const atPx = Math.max(wantedPx, floorPx + 15);
      floorPx = atPx;
      return { ...end, shiftPx: atPx - wantedPx };
    });
}
