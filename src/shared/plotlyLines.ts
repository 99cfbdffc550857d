import { shortened } from "./cardLayout";
import type { Line, LinesFigure } from "./figures/linesFigure";
import { strategyColour } from "./figureTheme";
import type { PlotlyFigure, PlotlyObject, PlotlyOptions } from "./plotlyFigure";
import { baseAxis, baseLayout, label, plain } from "./plotlyLayout";
import { spreadApart } from "./spreadApart";

const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "cross", "x", "star", "hexagon"] as const;
const NAME_COLUMNS = 26;
/** Of a letter of a line's name, at 12 px. */
const LETTER_PX = 6.6;
const LINE_PX = 15;

/** From the lowest number with its interval to the highest, with a little room. */
export function linesRange(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = 0.08 * (high - low || Math.abs(high) || 1);
  return [low - pad, high + pad];
}

export function heights(line: Line): number[] {
  return line.points.flatMap(({ y, interval = [y, y] }) => [y, ...interval]);
}

/** Where the lines' names stand, in pixels above the axis' zero: beside their ends, or as near as the others let them. */
export function nameHeights(lines: readonly Line[], pixelsPerUnit: number, apart: number): number[] {
  const wanted = lines.map(({ points }) => points.at(-1)!.y * pixelsPerUnit);
  const order = [...wanted.keys()].sort((a, b) => wanted[b]! - wanted[a]!);
  const spread = spreadApart(
    order.map((at) => wanted[at]!),
    apart,
  );
  return wanted.map((_, at) => spread[order.indexOf(at)]!);
}

/** One colour and symbol a line, its name at its end. */
export function plotlyLines(figure: LinesFigure, { theme, width }: PlotlyOptions): PlotlyFigure {
  const { lines, logX } = figure;
  const [low, high] = linesRange(lines.flatMap(heights));
  const place = (x: number) => (logX ? Math.log10(x) : x);
  const xs = lines.flatMap(({ points }) => points.map(({ x }) => place(x)));
  const [left, right] = linesRange(xs);
  const height = Math.round(Math.min(380, Math.max(280, width * 0.4)));
  const margin = { l: 56, r: 20, t: 32, b: 44 };
  const names = lines.map(({ name }) => shortened(name, NAME_COLUMNS));
  const nameWidth = 18 + LETTER_PX * Math.max(...names.map(({ length }) => length));
  const pixels = (height - margin.t - margin.b) / (high - low);
  const ends = lines.map(({ points }) => points.at(-1)!.y);
  const namesAt = nameHeights(lines, pixels, LINE_PX);
  return {
    data: lines.map(({ name, points }, at): PlotlyObject => {
      const color = strategyColour(theme, at + 1);
      return {
        ...{ type: "scatter", mode: "lines+markers", name: plain(name) },
        x: points.map(({ x }) => x),
        y: points.map(({ y }) => y),
        error_y: {
          ...{ type: "data", symmetric: false, color, thickness: theme.strong ? 2.5 : 1.5, width: 0 },
          array: points.map(({ y, interval }) => (interval === undefined ? 0 : interval[1] - y)),
          arrayminus: points.map(({ y, interval }) => (interval === undefined ? 0 : y - interval[0])),
        },
        line: { color, width: theme.strong ? 3 : 2 },
        marker: { color, size: 8, symbol: SYMBOLS[at % SYMBOLS.length]! },
        customdata: points.map(({ y, interval = [y, y] }) => interval),
        hovertemplate: `<b>${plain(name)}</b><br>${plain(figure.x)} %{x}: %{y:.4~g}<br>%{customdata[0]:.4~g} – %{customdata[1]:.4~g}<extra></extra>`,
      };
    }),
    layout: {
      ...baseLayout(theme),
      height,
      margin: { ...margin, r: margin.r + nameWidth },
      hovermode: "closest",
      xaxis: {
        ...baseAxis(theme),
        ...{ type: logX ? "log" : "linear", range: [left, right] },
        ...(logX ? { dtick: 1 } : xTicks(xs)),
        title: { text: plain(figure.x), font: { size: 11, color: theme.muted }, standoff: 8 },
      },
      yaxis: { ...baseAxis(theme), range: [low, high], nticks: 8 },
      annotations: [
        label(
          plain(figure.y),
          { xref: "paper", yref: "paper", x: 0, y: 1, yanchor: "bottom", yshift: 6, xshift: -2 },
          { size: 13, color: theme.foreground, weight: 600 },
        ),
        ...names.map((name, at) =>
          label(
            plain(name),
            {
              ...{ xref: "paper", x: 1, xshift: 8, y: ends[at]!, yanchor: "middle" },
              yshift: namesAt[at]! - ends[at]! * pixels,
            },
            { size: 12, color: strategyColour(theme, at + 1), weight: 500 },
          ),
        ),
      ],
    },
  };
}

/** Few numbers are all named. */
function xTicks(xs: readonly number[]): PlotlyObject {
  const distinct = [...new Set(xs)];
  return distinct.length <= 10 ? { tickvals: distinct } : { nticks: 8 };
}
