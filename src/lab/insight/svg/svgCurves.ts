import { curvesTable } from "../../../shared/curvesTable";
import {
  curveColour,
  curveEnds,
  type DrawnCurve,
  drawnCurves,
  lastStep,
  plainView,
  sharedPhases,
  valueRange,
} from "../../../shared/drawnCurves";
import type { CurvesFigure } from "../../../shared/figures/curvesFigure";
import { figureCaption } from "../../../shared/figureCaption";
import { spreadApart } from "../../../shared/spreadApart";
import { decimate } from "../decimate";
import { dots, line, polyline, type Scale, scale, text, theme, ticks, titled, WIDTH } from "./svgParts";

const PANELS = [
  { metric: "loss", title: "Loss", height: 150, ticks: 6, tick: (value: number) => String(value) },
  {
    metric: "accuracy",
    title: "Accuracy",
    height: 118,
    ticks: 5,
    tick: (value: number) => `${Math.round(100 * value)}%`,
  },
  {
    metric: "learningRate",
    title: "Learning rate",
    height: 46,
    ticks: 2,
    tick: (value: number) => value.toExponential(0),
  },
] as const;

const LEFT = 48;
const FIRST_TOP = 44;
const GAP = 30;
/** A static line as wide as the figure needs no more. */
const MAXIMUM_POINTS = 300;
const MAXIMUM_NAME = 22;
const ROW = 20;
const LETTER = 6.2;
/** How much wider the letters of a header are. */
const BOLD = 1.15;

interface Panel {
  readonly definition: (typeof PANELS)[number];
  readonly lines: readonly DrawnCurve[];
  readonly top: number;
  readonly bottom: number;
  readonly y: Scale;
  readonly log: boolean;
}

/** Loss, accuracy and learning rate over one axis of steps; of several runs the table under them. */
export function svgCurves(figure: CurvesFigure): string {
  const names = figure.runs.length > 1 ? figure.runs.map(({ name }) => shortName(name)) : ["validation"];
  const right = WIDTH - 16 - LETTER * 1.05 * Math.max(...names.map(({ length }) => length));
  const x = scale([0, lastStep(figure)], [LEFT, right]);
  const panels = placedPanels(figure);
  const bottom = panels.at(-1)?.bottom ?? FIRST_TOP;
  const table = tableParts(figure, bottom + 56);
  const body = [
    ...panels.flatMap((panel, index) => [
      ...phases(figure, x, panel, index === 0),
      ...grid(x, panel),
      text(LEFT, panel.top - (index === 0 ? 28 : 8), titleOf(panel), {
        ...{ size: 12.5, weight: 600, fill: theme.foreground },
      }),
      ...panel.lines.flatMap((one) => curve(figure, one, x, panel)),
      ...rings(figure, x, panel),
      ...endLabels(figure, panel, right + 8),
    ]),
    ...ticks(x.domain, 8).map((value) => text(x(value), bottom + 16, String(value), { anchor: "middle" })),
    text((LEFT + right) / 2, bottom + 31, "step", { anchor: "middle" }),
    ...table,
  ];
  const height = bottom + 40 + (table.length > 0 ? ROW * (figure.runs.length + 1) + 8 : 0);
  return titled(figure.title, figureCaption(figure), height, body);
}

function placedPanels(figure: CurvesFigure): Panel[] {
  const lines = drawnCurves(figure);
  const { view = plainView } = figure;
  let top = FIRST_TOP;
  return PANELS.filter(({ metric }) =>
    figure.runs.some(({ series }) => series.some((one) => one.metric === metric)),
  ).map((definition): Panel => {
    const { metric } = definition;
    const own = lines.filter((one) => one.metric === metric);
    const log = metric === "learningRate" || (metric === "loss" && view.logLoss);
    const bottom = top + definition.height;
    const y = scale(valueRange(metric, own, log), [bottom, top]);
    const panel = { definition, lines: own, top, bottom, y, log };
    top = bottom + GAP;
    return panel;
  });
}

function titleOf({ definition, log }: Panel): string {
  return log && definition.metric === "loss" ? `${definition.title}, logarithmic` : definition.title;
}

function height({ y, log }: Panel, value: number): number {
  return y(log ? Math.log10(value) : value);
}

function phases(figure: CurvesFigure, x: Scale, { top, bottom }: Panel, isFirst: boolean): string[] {
  return sharedPhases(figure).flatMap(({ name, fromStep, toStep, frozenLayers }, index) => {
    const width = x(toStep) - x(fromStep);
    const words = `${name} · ${frozenLayers.length} frozen`;
    const fitting = isFirst ? [words, name].find((candidate) => candidate.length * 6 < width) : undefined;
    return [
      ...(index % 2 === 1
        ? [
            `<rect x="${x(fromStep)}" y="${top}" width="${width.toFixed(1)}" height="${bottom - top}" fill="${theme.band}"/>`,
          ]
        : []),
      ...(index > 0 ? [line(x(fromStep), top, x(fromStep), bottom, theme.muted, ' stroke-dasharray="2 3"')] : []),
      ...(fitting === undefined ? [] : [text(x(fromStep) + 2, top - 6, fitting)]),
    ];
  });
}

function grid(x: Scale, { definition, y, log }: Panel): string[] {
  const [from, to] = x.domain;
  const values = log ? logTicks(y.domain) : ticks(y.domain, definition.ticks).map((value) => [value, value] as const);
  return values.flatMap(([value, at]) => [
    line(x(from), y(at), x(to), y(at), theme.grid),
    text(x(from) - 6, y(at) + 4, definition.tick(value), { anchor: "end" }),
  ]);
}

/** Powers of ten, with their doubles and fives where there are few of them. */
function logTicks([low, high]: readonly [number, number]): (readonly [value: number, at: number])[] {
  const steps = high - low > 1.5 ? [1] : [1, 2, 5];
  const every = Math.max(1, Math.ceil((high - low) / 4));
  const powers = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, i) => Math.floor(low) + i);
  return powers
    .filter((power) => power % every === 0)
    .flatMap((power) => steps.map((step) => Number(`${step}e${power}`)))
    .map((value) => [value, Math.log10(value)] as const)
    .filter(([, at]) => at >= low && at <= high);
}

function curve(figure: CurvesFigure, drawn: DrawnCurve, x: Scale, panel: Panel): string[] {
  const { x: steps, y: values, per, split, strong, smoothed } = drawn;
  const colour = curveColour(figure, drawn, theme);
  const points = decimate(values, MAXIMUM_POINTS).map(
    (index) => [x(steps[index]!), height(panel, values[index]!)] as const,
  );
  const several = figure.runs.length > 1;
  if (!strong) return [polyline(points, colour, ` stroke-opacity="${several ? 0.3 : 0.45}"`)];
  const dash =
    several && split === "train" && panel.definition.metric !== "learningRate" ? ' stroke-dasharray="2 3"' : "";
  const markers = per === "epoch" && !smoothed && points.length <= 60 ? [dots(points, several ? 4 : 5.5, colour)] : [];
  return [polyline(points, colour, ` stroke-width="${per === "epoch" || smoothed ? 2 : 1.5}"${dash}`), ...markers];
}

/** Around the best epoch of each run. */
function rings(figure: CurvesFigure, x: Scale, panel: Panel): string[] {
  const { metric } = panel.definition;
  if (metric === "learningRate") return [];
  return figure.runs.flatMap(({ best }, run) => {
    const value = metric === "loss" ? best?.loss : best?.accuracy;
    if (best === undefined || value === undefined) return [];
    const several = figure.runs.length > 1;
    const colour = several ? curveColour(figure, { metric, run, split: best.split }, theme) : theme.foreground;
    const [cx, cy] = [x(best.step), height(panel, value)];
    return [
      `<circle cx="${cx}" cy="${cy}" r="${several ? 5.5 : 6.5}" fill="none" stroke="${colour}" stroke-width="1.75"/>`,
      ...(metric === "loss" && !several
        ? [text(cx + 6, cy - 11, `best: epoch ${best.epoch}`, { anchor: "end", fill: theme.foreground })]
        : []),
    ];
  });
}

function endLabels(figure: CurvesFigure, panel: Panel, x: number): string[] {
  if (panel.definition.metric === "learningRate") return [];
  const ends = curveEnds(figure, panel.lines, theme)
    .map((end) => ({ ...end, at: height(panel, end.y) }))
    .filter(({ at }) => Number.isFinite(at))
    .sort((a, b) => a.at - b.at);
  // Heights grow upwards there, downwards here.
  const heights = spreadApart(
    ends.map(({ at }) => -at),
    14,
  );
  return ends.map(({ name, colour }, index) =>
    text(x, 4 - heights[index]!, shortName(name), { size: 11.5, weight: 500, fill: colour }),
  );
}

function tableParts(figure: CurvesFigure, top: number): string[] {
  const { header, cells } = curvesTable(figure);
  if (cells.length === 0) return [];
  const widths = header.map((name, column) =>
    Math.max(BOLD * shortName(name).length, ...cells.map((row) => shortName(row[column]!).length)),
  );
  const all = widths.reduce((sum, width) => sum + width, 0);
  const letter = Math.min(LETTER, (WIDTH - 8 - 14 * (widths.length - 1)) / all);
  const size = letter < LETTER ? Math.max(7, (11 * letter) / LETTER) : 11;
  const starts = widths.map(
    (_, column) => 4 + widths.slice(0, column).reduce((sum, width) => sum + width * letter + 14, 0),
  );
  return [
    ...header.map((name, column) => text(starts[column]!, top, shortName(name), { weight: 600, size })),
    line(4, top + 7, WIDTH - 8, top + 7, theme.grid),
    ...cells.flatMap((row, index) =>
      row.map((cell, column) =>
        text(starts[column]!, top + ROW * (index + 1) + 2, shortName(cell), {
          ...{
            fill:
              column === 0
                ? curveColour(figure, { run: index, metric: "loss", split: "train" }, theme)
                : theme.foreground,
            size,
          },
        }),
      ),
    ),
  ];
}

function shortName(name: string): string {
  return name.length > MAXIMUM_NAME ? `${name.slice(0, MAXIMUM_NAME - 1)}…` : name;
}
