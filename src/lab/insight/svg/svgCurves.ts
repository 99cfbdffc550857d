import type { CurveSeries, CurvesFigure } from "../../../shared/figure";
import { figureCaption } from "../../../shared/figureCaption";
import { decimate } from "../decimate";
import { dots, line, polyline, type Scale, scale, text, theme, ticks, titled, WIDTH } from "./svgParts";

const PLOT_HEIGHT = 268;
const TOP = 44;
const BOTTOM = 232;
const MARGIN_LEFT = 42;
const MARGIN_RIGHT = 70;
/** A static line of half a figure's width needs no more. */
const MAXIMUM_POINTS = 240;

const PANELS = [
  { metric: "loss", title: "Loss", tick: (value: number) => String(value) },
  { metric: "accuracy", title: "Accuracy", tick: (value: number) => `${Math.round(100 * value)}%` },
] as const;

export function svgCurves(figure: CurvesFigure): string {
  const present = PANELS.filter(({ metric }) => figure.series.some((series) => series.metric === metric));
  const lastStep = Math.max(1, ...figure.phases.map(({ toStep }) => toStep), ...figure.series.flatMap(({ x }) => x));
  const cell = WIDTH / Math.max(1, present.length);
  const body = present.flatMap((panel, index) => {
    const x = scale([0, lastStep], [index * cell + MARGIN_LEFT, (index + 1) * cell - MARGIN_RIGHT]);
    const series = figure.series.filter(({ metric }) => metric === panel.metric);
    const values = series.flatMap(({ y }) => y).filter(Number.isFinite);
    const y = scale(valueRange(values), [BOTTOM, TOP]);
    return [
      ...phases(figure, x),
      ...axes(x, y, panel.tick),
      text(x(0), 16, panel.title, { size: 12.5, weight: 600, fill: theme.foreground }),
      ...series.flatMap((one) => curve(one, x, y)),
      ...endLabels(series, x(lastStep) + 8, y),
    ];
  });
  return titled(figure.title, figureCaption(figure), PLOT_HEIGHT, body);
}

function valueRange(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  const low = Math.min(...values);
  const high = Math.max(...values);
  const pad = 0.06 * (high - low || Math.abs(high) || 1);
  return [low >= 0 && low < 0.4 * high ? 0 : low - pad, high + pad];
}

function phases(figure: CurvesFigure, x: Scale): string[] {
  return figure.phases.flatMap(({ name, fromStep, toStep, frozenLayers }, index) => {
    const width = x(toStep) - x(fromStep);
    const words = `${name} · ${frozenLayers.length} frozen`;
    const fitting = [words, name].find((candidate) => candidate.length * 6 < width);
    return [
      ...(index % 2 === 1
        ? [
            `<rect x="${x(fromStep)}" y="${TOP}" width="${width.toFixed(1)}" height="${BOTTOM - TOP}" fill="${theme.band}"/>`,
          ]
        : []),
      ...(index > 0 ? [line(x(fromStep), TOP, x(fromStep), BOTTOM, theme.muted, ' stroke-dasharray="2 3"')] : []),
      ...(fitting === undefined ? [] : [text(x(fromStep) + 2, TOP - 6, fitting)]),
    ];
  });
}

function axes(x: Scale, y: Scale, format: (value: number) => string): string[] {
  const [from, to] = x.domain;
  return [
    ...ticks(y.domain, 7).flatMap((value) => [
      line(x(from), y(value), x(to), y(value), theme.grid),
      text(x(from) - 6, y(value) + 4, format(value), { anchor: "end" }),
    ]),
    ...ticks(x.domain, 5).map((value) => text(x(value), BOTTOM + 16, String(value), { anchor: "middle" })),
    text((x(from) + x(to)) / 2, BOTTOM + 31, "step", { anchor: "middle" }),
  ];
}

function curve({ split, per, x: steps, y: values }: CurveSeries, x: Scale, y: Scale): string[] {
  const points = decimate(values, MAXIMUM_POINTS).map((index) => [x(steps[index]!), y(values[index]!)] as const);
  const colour = theme[split];
  if (per === "step") return [polyline(points, colour, ' stroke-opacity="0.45"')];
  return [polyline(points, colour, ' stroke-width="2"'), dots(points, 5.5, colour)];
}

function endLabels(series: readonly CurveSeries[], x: number, y: Scale): string[] {
  const ends = (["train", "validation"] as const)
    .flatMap((split) => {
      const own = series.filter((one) => one.split === split && one.y.length > 0);
      const chosen = own.find(({ per }) => per === "epoch") ?? own[0];
      return chosen === undefined ? [] : [{ split, at: y(chosen.y.at(-1)!) }];
    })
    .sort((a, b) => a.at - b.at);
  const [first, second] = ends;
  const overlap = first === undefined || second === undefined ? 0 : Math.max(0, 14 - (second.at - first.at)) / 2;
  return ends.map(({ split, at }, index) =>
    text(x, at + 4 + (index === 0 ? -overlap : overlap), split, { size: 11.5, weight: 500, fill: theme[split] }),
  );
}
