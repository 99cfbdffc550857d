import type { CurvePhase, CurveSeries, CurvesFigure } from "./figure";
import type { FigureTheme } from "./figureTheme";
import type { PlotlyFigure, PlotlyObject, PlotlyOptions } from "./plotlyFigure";
import { baseAxis, baseLayout, label, plain } from "./plotlyLayout";

const PANELS = [
  { metric: "loss", title: "Loss", format: ".3~f", ticks: "~g" },
  { metric: "accuracy", title: "Accuracy", format: ".1%", ticks: ".1~%" },
] as const;

/** Narrower than this, the panels stand one below the other. */
const SIDE_BY_SIDE_PX = 620;
const PANEL_HEIGHT_PX = 250;
const PHASE_LABEL_PX = 96;

interface Panel {
  readonly definition: (typeof PANELS)[number];
  readonly series: readonly CurveSeries[];
  /** `""` or `"2"`, as Plotly numbers its axes. */
  readonly axis: string;
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
  readonly range: readonly [number, number];
  readonly widthPx: number;
}

/** Loss and accuracy over the same steps, phases behind them, lines named at their ends. */
export function plotlyCurves(figure: CurvesFigure, { theme, width }: PlotlyOptions): PlotlyFigure {
  const present = PANELS.filter(({ metric }) => figure.series.some((series) => series.metric === metric));
  const sideBySide = width >= SIDE_BY_SIDE_PX;
  const margin = { l: 46, r: 76, t: 48, b: 42 };
  const panels = present.map((definition, index): Panel => {
    const series = figure.series.filter(({ metric }) => metric === definition.metric);
    const columns = sideBySide ? present.length : 1;
    const gap = columns > 1 ? 110 / Math.max(1, width - margin.l - margin.r) : 0;
    const cell = (1 - gap * (columns - 1)) / columns;
    const from = sideBySide ? index * (cell + gap) : 0;
    const rows = sideBySide ? 1 : present.length;
    const top = sideBySide ? 1 : 1 - index * (1 / rows) - (index > 0 ? 0.09 : 0);
    return {
      definition,
      series,
      axis: index === 0 ? "" : String(index + 1),
      xDomain: [from, from + cell],
      yDomain: [sideBySide ? 0 : Math.max(0, 1 - (index + 1) / rows + (index + 1 < rows ? 0.09 : 0)), top],
      range: valueRange(definition.metric, series),
      widthPx: cell * (width - margin.l - margin.r),
    };
  });
  const lastStep = Math.max(1, ...figure.phases.map(({ toStep }) => toStep), ...figure.series.flatMap(({ x }) => x));

  return {
    data: panels.flatMap((panel) => panel.series.flatMap((series) => traces(series, panel, figure.live, theme))),
    layout: {
      ...baseLayout(theme),
      height: margin.t + margin.b + PANEL_HEIGHT_PX * (sideBySide ? 1 : panels.length) + (sideBySide ? 0 : 40),
      margin,
      hovermode: "x unified",
      ...Object.fromEntries(panels.flatMap((panel) => axes(panel, lastStep, theme))),
      shapes: panels.flatMap((panel) => [...phaseShapes(figure.phases, panel, theme), ...epochTicks(panel, theme)]),
      annotations: panels.flatMap((panel) => [
        panelTitle(panel, theme),
        ...phaseLabels(figure.phases, panel, lastStep, theme),
        ...endLabels(panel, lastStep, theme),
      ]),
    },
  };
}

function traces(series: CurveSeries, { axis, definition }: Panel, live: boolean, theme: FigureTheme): PlotlyObject[] {
  const perStep = series.per === "step";
  const colour = theme[series.split];
  const name = perStep ? "train, each step" : series.split;
  const axisNames = { xaxis: `x${axis}`, yaxis: `y${axis}` };
  const line: PlotlyObject = {
    type: "scatter",
    mode: perStep ? "lines" : "lines+markers",
    name,
    x: series.x,
    y: series.y,
    ...axisNames,
    line: { color: colour, width: perStep ? 1.25 : theme.strong ? 3 : 2.25, shape: "linear" },
    marker: { color: colour, size: 6, symbol: series.split === "validation" ? "diamond" : "circle" },
    opacity: perStep && !theme.strong ? 0.42 : 1,
    hovertemplate: `%{y:${definition.format}}<extra>${name}</extra>`,
  };
  if (!live || !perStep) return [line];
  const dot: PlotlyObject = {
    type: "scatter",
    mode: "markers",
    name: "now",
    x: series.x.slice(-1),
    y: series.y.slice(-1),
    ...axisNames,
    marker: { color: colour, size: 8, line: { color: colour, width: 0 } },
    hoverinfo: "skip",
  };
  const halo: PlotlyObject = { ...dot, marker: { color: colour, size: 18 }, opacity: 0.25 };
  return [line, halo, dot];
}

function axes(panel: Panel, lastStep: number, theme: FigureTheme): [string, PlotlyObject][] {
  const { axis, xDomain, yDomain, range, definition } = panel;
  const x = {
    ...baseAxis(theme),
    domain: xDomain,
    anchor: `y${axis}`,
    // A little room, so that the last markers are not cut.
    range: [0, lastStep * 1.015],
    showgrid: false,
    showspikes: false,
    unifiedhovertitle: { text: "step %{x}" },
    nticks: Math.max(3, Math.floor(panel.widthPx / 80)),
    title: { text: "step", font: { size: 11, color: theme.muted }, standoff: 8 },
    ...(axis === "" ? {} : { matches: "x" }),
  };
  const y = { ...baseAxis(theme), domain: yDomain, anchor: `x${axis}`, range, tickformat: definition.ticks, nticks: 6 };
  return [
    [`xaxis${axis}`, x],
    [`yaxis${axis}`, y],
  ];
}

function valueRange(metric: "loss" | "accuracy", series: readonly CurveSeries[]): [number, number] {
  const values = series.flatMap(({ y }) => y).filter(Number.isFinite);
  if (values.length === 0) return [0, 1];
  const low = Math.min(...values);
  const high = Math.max(...values);
  const span = high - low || Math.abs(high) || 1;
  if (metric === "accuracy") return [Math.max(0, low - 0.12 * span), Math.min(1, high + 0.1 * span) + 0.004];
  return [low < 0.4 * high ? 0 : low - 0.1 * span, high + 0.06 * span];
}

function phaseShapes(phases: readonly CurvePhase[], { axis, yDomain }: Panel, theme: FigureTheme): PlotlyObject[] {
  const frame = { xref: `x${axis}`, yref: "paper", y0: yDomain[0], y1: yDomain[1], layer: "below" };
  return phases.flatMap(({ fromStep, toStep }, index) => [
    ...(index % 2 === 1
      ? [{ type: "rect", x0: fromStep, x1: toStep, ...frame, fillcolor: theme.band, line: { width: 0 } }]
      : []),
    ...(index > 0
      ? [{ type: "line", x0: fromStep, x1: fromStep, ...frame, line: { color: theme.muted, width: 1, dash: "dot" } }]
      : []),
  ]);
}

/** A short stroke on the axis where each epoch ends. */
function epochTicks({ series, axis, yDomain, widthPx }: Panel, theme: FigureTheme): PlotlyObject[] {
  const ends = [...new Set(series.filter(({ per }) => per === "epoch").flatMap(({ x }) => x))];
  if (ends.length > widthPx / 6) return [];
  return ends.map((x) => ({
    type: "line",
    xref: `x${axis}`,
    yref: "paper",
    x0: x,
    x1: x,
    y0: yDomain[0],
    y1: yDomain[0] + 0.022 * (yDomain[1] - yDomain[0]),
    line: { color: theme.muted, width: 1 },
  }));
}

function panelTitle({ definition, xDomain, yDomain }: Panel, theme: FigureTheme): PlotlyObject {
  return label(
    definition.title,
    { xref: "paper", yref: "paper", x: xDomain[0], y: yDomain[1], yanchor: "bottom", yshift: 24, xshift: -2 },
    { size: 13, color: theme.foreground, weight: 600 },
  );
}

/** Above the panel, where the phase is wide enough; the caption names all of them. */
function phaseLabels(
  phases: readonly CurvePhase[],
  { axis, yDomain, widthPx }: Panel,
  lastStep: number,
  theme: FigureTheme,
): PlotlyObject[] {
  return phases.flatMap(({ name, fromStep, toStep, frozenLayers }) => {
    const phasePx = ((toStep - fromStep) / lastStep) * widthPx;
    if (phasePx < PHASE_LABEL_PX) return [];
    const text = phasePx < 1.8 * PHASE_LABEL_PX ? plain(name) : `${plain(name)} · ${frozenLayers.length} frozen`;
    return [
      label(
        text,
        { xref: `x${axis}`, yref: "paper", x: fromStep, y: yDomain[1], yanchor: "bottom", yshift: 4 },
        { size: 11, color: theme.muted },
      ),
    ];
  });
}

/** `train` and `validation` at the right edge, as high as their lines end, moved apart where these meet. */
function endLabels({ series, axis, range }: Panel, lastStep: number, theme: FigureTheme): PlotlyObject[] {
  const ends = (["train", "validation"] as const)
    .flatMap((split) => {
      const own = series.filter((one) => one.split === split && one.x.length > 0);
      const line = own.find(({ per }) => per === "epoch") ?? own[0];
      return line === undefined ? [] : [{ split, y: line.y.at(-1)! }];
    })
    .sort((a, b) => b.y - a.y);
  const [first, second] = ends;
  const apartPx =
    first === undefined || second === undefined
      ? Infinity
      : ((first.y - second.y) / (range[1] - range[0])) * PANEL_HEIGHT_PX;
  const shift = Math.max(0, (15 - apartPx) / 2);
  return ends.map(({ split, y }, index) =>
    label(
      split,
      {
        xref: `x${axis}`,
        yref: `y${axis}`,
        x: lastStep * 1.015,
        y,
        yanchor: "middle",
        xshift: 8,
        yshift: index === 0 ? shift : -shift,
      },
      { size: 12, color: theme[split], weight: 500 },
    ),
  );
}
