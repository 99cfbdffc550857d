import type { LrFinderFigure } from "./figures/lrFinderFigure";
import { rateText } from "./rateText";
import type { FigureTheme } from "./figureTheme";
import type { PlotlyFigure, PlotlyObject, PlotlyOptions } from "./plotlyFigure";
import { baseAxis, baseLayout, label } from "./plotlyLayout";

/** The loss over the rate on a logarithmic axis; the suggested rate and the steepest are marked on the curve. */
export function plotlyLrFinder(figure: LrFinderFigure, { theme, width }: PlotlyOptions): PlotlyFigure {
  const { rates, losses, valley, steepest } = figure;
  const marks = [
    { name: "suggested (valley)", at: valley, symbol: "circle", colour: theme.validation },
    { name: "steepest", at: steepest, symbol: "diamond", colour: theme.muted },
  ];
  return {
    data: [
      {
        ...{ type: "scatter", mode: "lines", name: "loss", x: rates, y: losses },
        line: { color: theme.train, width: theme.strong ? 3 : 2 },
        hovertemplate: "rate %{x:.2~e}<br>loss %{y:.3~f}<extra></extra>",
      },
      ...marks.map(({ name, at, symbol, colour }): PlotlyObject => ({
        ...{ type: "scatter", mode: "markers", name, x: [at], y: [lossAt(figure, at)] },
        marker: { color: colour, size: 11, symbol, line: { width: 0 } },
        hovertemplate: `${name} ${rateText(at)}<br>loss %{y:.3~f}<extra></extra>`,
      })),
    ],
    layout: {
      ...baseLayout(theme),
      height: Math.round(Math.min(340, Math.max(260, width * 0.36))),
      margin: { l: 48, r: 24, t: 48, b: 44 },
      hovermode: "closest",
      xaxis: {
        ...baseAxis(theme),
        type: "log",
        dtick: 1,
        exponentformat: "e",
        title: { text: "learning rate", font: { size: 11, color: theme.muted }, standoff: 8 },
      },
      yaxis: { ...baseAxis(theme), nticks: 7 },
      shapes: marks.map(({ at, colour }) => line(at, colour, theme)),
      annotations: [
        label(
          "Loss",
          { xref: "paper", yref: "paper", x: 0, y: 1, yanchor: "bottom", yshift: 22, xshift: -2 },
          { size: 13, color: theme.foreground, weight: 600 },
        ),
        // Each name on its own side of its line: the two rates are often close.
        ...marks.map(({ name, at, colour }) => {
          const isLeft = at === Math.min(valley, steepest) && valley !== steepest;
          return label(
            `${name} ${rateText(at)}`,
            {
              ...{ x: Math.log10(at), yref: "paper", y: 1, yanchor: "bottom", yshift: at === steepest ? 16 : 3 },
              ...{ xanchor: isLeft ? "right" : "left", xshift: isLeft ? 3 : -3 },
            },
            { size: 11.5, color: colour, weight: 500 },
          );
        }),
      ],
    },
  };
}

/** On the curve, between two steps of the sweep. */
export function lossAt({ rates, losses }: LrFinderFigure, at: number): number {
  const after = Math.max(
    1,
    rates.findIndex((one) => one >= at),
  );
  const [left, right] = [Math.log(rates[after - 1]!), Math.log(rates[after]!)];
  const part = Math.min(1, Math.max(0, (Math.log(at) - left) / (right - left)));
  return losses[after - 1]! + part * (losses[after]! - losses[after - 1]!);
}

function line(at: number, color: string, theme: FigureTheme): PlotlyObject {
  return {
    ...{ type: "line", xref: "x", yref: "paper", x0: at, x1: at, y0: 0, y1: 1, layer: "below" },
    line: { color, width: theme.strong ? 2 : 1, dash: "dot" },
  };
}
