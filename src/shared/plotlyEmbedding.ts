import { drawnElsewhere, elsewhereNote, framePoints, pointIndices, pointLabels } from "./embeddingPoints";
import { classColour, type FigureTheme } from "./figureTheme";
import type { EmbeddingFigure } from "./figures/embeddingFigure";
import type { PlotlyFigure, PlotlyObject, PlotlyOptions } from "./plotlyFigure";
import { baseLayout, label as note, plain } from "./plotlyLayout";

/** Once the colours are used up, the next round of classes gets another symbol. */
const SYMBOLS = ["circle", "diamond", "square", "triangle-up", "cross", "star"];
/** Those that Plotly has in three dimensions. */
const SOLID_SYMBOLS = ["circle", "diamond", "square", "cross", "x", "circle-open"];
/** More names than this would cover the points. */
const MAXIMUM_NAMES = 20;

interface Members {
  readonly name: string;
  readonly index: number;
  readonly points: readonly number[];
  /** By dimension. */
  readonly places: readonly (readonly number[])[];
}

/**
 * The last frame for front ends other than VS Code: one trace a class, so that the legend can hide it, and the class's name on its own
 * middle. Axes would mean nothing.
 */
export function plotlyEmbedding(figure: EmbeddingFigure, { theme, width }: PlotlyOptions): PlotlyFigure {
  const members = membersOf(figure);
  const drawn = drawnElsewhere(figure.size).length;
  const size = drawn > 1200 ? 5 : drawn > 400 ? 6 : 7.5;
  const solid = figure.dims === 3;
  const symbols = solid ? SOLID_SYMBOLS : SYMBOLS;
  const dots = members.map(({ name, index, places, points }): PlotlyObject => ({
    type: solid ? "scatter3d" : "scatter",
    mode: "markers",
    name: `${name}  (${points.length})`,
    legendgroup: name,
    ...axes(places),
    customdata: points,
    marker: {
      color: classColour(theme, index),
      symbol: symbols[Math.floor(index / theme.classes.length) % symbols.length],
      size: solid ? size / 2 : size,
      opacity: theme.strong ? 1 : 0.82,
      line: { width: 0 },
    },
    hovertemplate: `<b>${name}</b><br>example %{customdata}<extra></extra>`,
  }));
  const names =
    members.length > MAXIMUM_NAMES
      ? []
      : members.filter(({ points }) => points.length > 0).map((member) => className(member, solid, theme));
  const legendBelow = width < 520;
  const elsewhere = elsewhereNote(figure.size);
  return {
    data: [...dots, ...names],
    layout: {
      ...baseLayout(theme),
      height: Math.round(Math.min(560, Math.max(360, width * 0.62))),
      // The buttons that appear on hover stand above the legend, not over it.
      margin: { l: 8, r: 8, t: 32, b: 8 },
      hovermode: "closest",
      dragmode: solid ? "orbit" : "pan",
      ...(solid
        ? {
            scene: {
              xaxis: { visible: false },
              yaxis: { visible: false },
              zaxis: { visible: false },
              aspectmode: "data",
            },
          }
        : { xaxis: { visible: false }, yaxis: { visible: false, scaleanchor: "x", scaleratio: 1 } }),
      showlegend: true,
      legend: {
        ...(legendBelow ? { orientation: "h", x: 0, y: 0, yanchor: "top" } : { x: 1.01, y: 1, xanchor: "left" }),
        bgcolor: "rgba(0,0,0,0)",
        font: { size: 12, color: theme.foreground },
        itemsizing: "constant",
        groupclick: "togglegroup",
        tracegroupgap: 2,
      },
      ...(elsewhere === undefined
        ? {}
        : {
            annotations: [
              note(
                elsewhere,
                { xref: "paper", yref: "paper", x: 0, y: 1, yanchor: "bottom" },
                { size: 12, color: theme.muted },
              ),
            ],
          }),
    },
  };
}

function membersOf(figure: EmbeddingFigure): Members[] {
  const { dims, classes, frames, size } = figure;
  const map = framePoints(frames.at(-1)!);
  const labels = pointLabels(figure);
  const indices = pointIndices(figure);
  const rows = classes.map((): number[] => []);
  for (const row of drawnElsewhere(size)) rows[labels[row]!]?.push(row);
  const round = rounding(map);
  return classes.map((name, index) => ({
    name: plain(name),
    index,
    points: rows[index]!.map((row) => indices[row]!),
    places: Array.from({ length: dims }, (_, d) => rows[index]!.map((row) => round(map[row * dims + d]!))),
  }));
}

/** Two decimals are finer than a pixel: a map is some tens of units wide. Others keep as many digits. */
function rounding(map: Float32Array): (value: number) => number {
  let extent = 1e-12;
  for (const value of map) extent = Math.max(extent, Math.abs(value));
  const digits = Math.min(100, Math.max(0, 3 - Math.floor(Math.log10(extent))));
  return (value) => Number(value.toFixed(digits));
}

function axes([x, y, z]: readonly (readonly number[])[]): PlotlyObject {
  return { x, y, ...(z === undefined ? {} : { z }) };
}

function className({ name, places }: Members, solid: boolean, theme: FigureTheme): PlotlyObject {
  const halo = theme.background === "rgba(0,0,0,0)" ? "none" : haloOf(theme.background);
  return {
    type: solid ? "scatter3d" : "scatter",
    mode: "text",
    legendgroup: name,
    showlegend: false,
    hoverinfo: "skip",
    ...axes(places.map((values) => [median(values)])),
    text: [`<b>${name}</b>`],
    textfont: { size: 14, color: theme.foreground, ...(solid ? {} : { shadow: halo }) },
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
