import type { EmbeddingFigure } from "./figure";
import { classColour, type FigureTheme } from "./figureTheme";
import type { PlotlyFigure, PlotlyObject, PlotlyOptions } from "./plotlyFigure";
import { baseLayout, plain } from "./plotlyLayout";

/** Once the colours are used up, the next round of classes gets another symbol. */
const SYMBOLS = ["circle", "diamond", "square", "triangle-up", "cross", "star"];
/** More names than this would cover the points. */
const MAXIMUM_NAMES = 20;

/** One trace a class, so that the legend can hide it, and the class's name on its own middle. Axes would mean nothing. */
export function plotlyEmbedding(figure: EmbeddingFigure, { theme, width }: PlotlyOptions): PlotlyFigure {
  const members = figure.classes.map((name, index) => {
    const points = figure.labels.flatMap((label, point) => (label === index ? [point] : []));
    return { name: plain(name), index, x: points.map((p) => figure.x[p]!), y: points.map((p) => figure.y[p]!), points };
  });
  const size = figure.x.length > 1200 ? 5 : figure.x.length > 400 ? 6 : 7.5;
  const dots = members.map(({ name, index, x, y, points }): PlotlyObject => ({
    type: "scatter",
    mode: "markers",
    name: `${name}  (${points.length})`,
    legendgroup: name,
    x,
    y,
    customdata: points,
    marker: {
      color: classColour(theme, index),
      symbol: SYMBOLS[Math.floor(index / theme.classes.length) % SYMBOLS.length],
      size,
      opacity: theme.strong ? 1 : 0.82,
      line: { width: 0 },
    },
    hovertemplate: `<b>${name}</b><br>example %{customdata}<extra></extra>`,
  }));
  const names =
    members.length > MAXIMUM_NAMES
      ? []
      : members.filter(({ x }) => x.length > 0).map(({ name, x, y }) => className(name, median(x), median(y), theme));
  const legendBelow = width < 520;
  return {
    data: [...dots, ...names],
    layout: {
      ...baseLayout(theme),
      height: Math.round(Math.min(560, Math.max(360, width * 0.62))),
      // The buttons that appear on hover stand above the legend, not over it.
      margin: { l: 8, r: 8, t: 32, b: 8 },
      hovermode: "closest",
      dragmode: "pan",
      xaxis: { visible: false },
      yaxis: { visible: false, scaleanchor: "x", scaleratio: 1 },
      showlegend: true,
      legend: {
        ...(legendBelow ? { orientation: "h", x: 0, y: 0, yanchor: "top" } : { x: 1.01, y: 1, xanchor: "left" }),
        bgcolor: "rgba(0,0,0,0)",
        font: { size: 12, color: theme.foreground },
        itemsizing: "constant",
        groupclick: "togglegroup",
        tracegroupgap: 2,
      },
    },
  };
}

function className(name: string, x: number, y: number, theme: FigureTheme): PlotlyObject {
  const halo = theme.background === "rgba(0,0,0,0)" ? "none" : haloOf(theme.background);
  return {
    type: "scatter",
    mode: "text",
    legendgroup: name,
    showlegend: false,
    hoverinfo: "skip",
    x: [x],
    y: [y],
    text: [`<b>${name}</b>`],
    textfont: { size: 14, color: theme.foreground, shadow: halo },
  };
}

/** Drawn several times, because one blurred shadow is too faint to keep text readable over points. */
function haloOf(colour: string): string {
  return Array.from({ length: 4 }, () => `0px 0px 3px ${colour}`).join(", ");
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
