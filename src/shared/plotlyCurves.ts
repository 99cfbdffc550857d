import {
  curveColour,
  curveEnds,
  type DrawnCurve,
  drawnCurves,
  lastStep,
  plainView,
  sharedPhases,
  valueRange,
} from "./drawnCurves";
import type { CurvePhase, CurvesFigure } from "./figures/curvesFigure";
import type { FigureTheme } from "./figureTheme";
import type { PlotlyFigure, PlotlyObject, PlotlyOptions } from "./plotlyFigure";
import { baseAxis, baseLayout, label, plain } from "./plotlyLayout";
import { spreadApart } from "./spreadApart";

/** From top to bottom, over one axis of steps, so that hovering reads all of them at once. */
const PANELS = [
  { metric: "loss", title: "Loss", format: ".3~g", ticks: "~g", heightPx: 196, nticks: 6 },
  { metric: "accuracy", title: "Accuracy", format: ".1%", ticks: ".1~%", heightPx: 150, nticks: 5 },
  { metric: "learningRate", title: "Learning rate", format: ".2~e", ticks: "~e", heightPx: 58, nticks: 3 },
] as const;

const MARGIN = { l: 54, t: 46, b: 42 };
/** Between panels: the title of the lower one stands in it. */
const GAP_PX = 34;
const PHASE_LABEL_PX = 96;
const LETTER_PX = 7.2;
const MAXIMUM_NAME = 20;

interface Panel {
  readonly definition: (typeof PANELS)[number];
  readonly lines: readonly DrawnCurve[];
  /** `""` or `"2"`, as Plotly numbers its axes. */
  readonly axis: string;
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
  readonly log: boolean;
}

/** Loss, accuracy and learning rate over the same steps, phases behind them, lines named at their ends. */
export function plotlyCurves(figure: CurvesFigure, { theme, width }: PlotlyOptions): PlotlyFigure {
  const panels = placedPanels(figure);
  const heightPx = panelsHeight(panels.map(({ definition }) => definition));
  const names = figure.runs.length > 1 ? figure.runs.map(({ name }) => shortName(name)) : ["validation"];
  const margin = { ...MARGIN, r: 18 + Math.ceil(LETTER_PX * Math.max(...names.map(({ length }) => length))) };
  const last = lastStep(figure);
  const phases = sharedPhases(figure);
  const widthPx = Math.max(1, width - margin.l - margin.r);

  return {
    data: [
      ...panels.flatMap((panel) => panel.lines.flatMap((line) => traces(figure, line, panel, theme))),
      ...panels.flatMap((panel) => bestEpochs(figure, panel, theme)),
      ...panels.slice(0, 1).flatMap((panel) => phaseWords(phases, panel)),
    ],
    layout: {
      ...baseLayout(theme),
      height: margin.t + margin.b + heightPx,
      margin,
      hovermode: "x unified",
      hoversubplots: "axis",
      xaxis: {
        ...baseAxis(theme),
        anchor: `y${panels.at(-1)?.axis ?? ""}`,
        // A little room, so that the last markers are not cut.
        range: [0, last * 1.012],
        showgrid: false,
        showspikes: true,
        spikemode: "across",
        spikesnap: "hovered data",
        spikethickness: 1,
        spikedash: "solid",
        spikecolor: theme.muted,
        unifiedhovertitle: { text: "step %{x}" },
        nticks: Math.max(3, Math.floor(widthPx / 80)),
        title: { text: "step", font: { size: 11, color: theme.muted }, standoff: 8 },
      },
      ...Object.fromEntries(panels.map((panel) => [`yaxis${panel.axis}`, yAxis(panel, theme)])),
      shapes: panels.flatMap((panel) => [
        ...phaseShapes(phases, panel, theme),
        ...(phases.length > 0 ? [] : phaseStarts(figure, panel, theme)),
        ...epochTicks(panel, widthPx, theme),
      ]),
      annotations: [
        ...panels.map((panel, index) => panelTitle(panel, index === 0 && phases.length > 0, theme)),
        ...panels.slice(0, 1).flatMap((panel) => phaseLabels(phases, panel, widthPx / last, theme)),
        ...panels.flatMap((panel) => endLabels(figure, panel, theme)),
        ...panels.slice(0, 1).flatMap((panel) => bestLabel(figure, panel, last, theme)),
      ],
    },
  };
}

function placedPanels(figure: CurvesFigure): Panel[] {
  const { view = plainView } = figure;
  const lines = drawnCurves(figure);
  const present = PANELS.filter(({ metric }) =>
    figure.runs.some(({ series }) => series.some((one) => one.metric === metric)),
  );
  const heightPx = panelsHeight(present);
  let topPx = 0;
  return present.map((definition, index): Panel => {
    const { metric } = definition;
    const own = lines.filter((line) => line.metric === metric);
    const log = metric === "learningRate" || (metric === "loss" && view.logLoss);
    const domain = [1 - (topPx + definition.heightPx) / heightPx, 1 - topPx / heightPx].map((share) =>
      Math.min(1, Math.max(0, share)),
    ) as [number, number];
    topPx += definition.heightPx + GAP_PX;
    return {
      ...{ definition, lines: own, axis: index === 0 ? "" : String(index + 1), domain, log },
      range: valueRange(metric, own, log),
    };
  });
}

function panelsHeight(panels: readonly { readonly heightPx: number }[]): number {
  return Math.max(
    1,
    panels.reduce((sum, { heightPx }) => sum + heightPx + GAP_PX, -GAP_PX),
  );
}

function yAxis({ definition, domain, range, log }: Panel, theme: FigureTheme): PlotlyObject {
  return {
    ...baseAxis(theme),
    ...{ domain, range, anchor: "x", tickformat: definition.ticks, nticks: definition.nticks },
    type: log ? "log" : "linear",
    // What was enlarged on one scale means nothing on the other.
    uirevision: log ? "log" : "linear",
    ...(log ? { dtick: decadeTicks(range) } : {}),
  };
}

/** One, two and five of each power of ten where these are few, else the powers alone. */
function decadeTicks([low, high]: readonly [number, number]): string | number {
  if (high - low > 2.5) return Math.max(1, Math.ceil((high - low) / 5));
  return high - low > 0.7 ? "D2" : "D1";
}

function traces(figure: CurvesFigure, line: DrawnCurve, panel: Panel, theme: FigureTheme): PlotlyObject[] {
  const { metric, split, per, run, strong, smoothed, x, y } = line;
  const colour = curveColour(figure, line, theme);
  const several = figure.runs.length > 1;
  const epochs = per === "epoch" && !smoothed;
  const pale = several ? 0.28 : 0.42;
  const trace: PlotlyObject = {
    type: "scatter",
    // Redraws find the line again by this, though others come and go. Plotly looks for it as a CSS class: no spaces.
    uid: [run, metric, split, per, smoothed].join("-"),
    mode: epochs ? "lines+markers" : "lines",
    name: traceName(figure, line),
    ...{ x, y, xaxis: "x", yaxis: `y${panel.axis}` },
    line: {
      ...{
        color: colour,
        width: lineWidth(line, theme),
        dash: isDotted(figure, line) ? "dot" : "solid",
      },
      shape: metric === "learningRate" ? "hv" : "linear",
    },
    ...(epochs ? { marker: { color: colour, size: 6, symbol: split === "validation" ? "diamond" : "circle" } } : {}),
    opacity: strong ? 1 : theme.strong ? 0.55 : pale,
    ...(several && !strong
      ? { hoverinfo: "skip" }
      : {
          hovertemplate: `%{y:${panel.definition.format}}${epochs ? " at step %{x}" : ""}<extra>${traceName(figure, line)}</extra>`,
        }),
  };
  const grows = figure.live && metric === "loss" && per === "step" && !smoothed;
  return grows ? [trace, ...nowDots(line, colour, panel)] : [trace];
}

function lineWidth({ metric, per, strong, smoothed }: DrawnCurve, theme: FigureTheme): number {
  if (metric === "learningRate") return theme.strong ? 2.5 : 1.75;
  if (!strong) return per === "epoch" ? 1.5 : 1.25;
  return (theme.strong ? 3 : 2.25) + (smoothed ? 0.25 : 0);
}

/** Of several runs, whose colours tell them apart, training from validation. */
function isDotted({ runs }: CurvesFigure, { metric, split, strong }: DrawnCurve): boolean {
  return runs.length > 1 && metric !== "learningRate" && split === "train" && strong;
}

function traceName({ runs }: CurvesFigure, { metric, split, per, run, smoothed }: DrawnCurve): string {
  const kind = per === "step" ? "each step" : split;
  const words = metric === "learningRate" ? "learning rate" : `${metric}, ${kind}${smoothed ? ", smoothed" : ""}`;
  return runs.length > 1 ? `${plain(shortName(runs[run]!.name))} · ${words}` : words;
}

/** Where the training is now. */
function nowDots({ run, x, y }: DrawnCurve, colour: string, { axis }: Panel): PlotlyObject[] {
  const dot = {
    ...{ type: "scatter", mode: "markers", name: "now", hoverinfo: "skip" },
    ...{ x: x.slice(-1), y: y.slice(-1), xaxis: "x", yaxis: `y${axis}` },
  };
  return [
    { ...dot, uid: `${run}-halo`, marker: { color: colour, size: 18 }, opacity: 0.25 },
    { ...dot, uid: `${run}-now`, marker: { color: colour, size: 8, line: { color: colour, width: 0 } } },
  ];
}

/** A ring around the best epoch of each run. */
function bestEpochs(figure: CurvesFigure, { definition, lines, axis }: Panel, theme: FigureTheme): PlotlyObject[] {
  if (definition.metric === "learningRate") return [];
  const several = figure.runs.length > 1;
  return figure.runs.flatMap(({ best, name }, run): PlotlyObject[] => {
    const y = definition.metric === "loss" ? best?.loss : best?.accuracy;
    const isShown = lines.some((line) => line.run === run && line.split === best?.split && line.per === "epoch");
    if (best === undefined || y === undefined || !isShown) return [];
    const colour = several ? curveColour(figure, { metric: "loss", run, split: best.split }, theme) : theme.foreground;
    const of = several ? `${plain(shortName(name))} · ` : "";
    const ring = {
      ...{ type: "scatter", mode: "markers", uid: `${run}-${definition.metric}-best`, name: "best epoch" },
      ...{ x: [best.step], y: [y], xaxis: "x", yaxis: `y${axis}` },
      marker: {
        ...{ symbol: "circle-open", size: several ? 12 : 14, color: colour },
        line: { color: colour, width: theme.strong ? 3 : 2 },
      },
    };
    if (definition.metric !== "loss") return [{ ...ring, hoverinfo: "skip" }];
    return [{ ...ring, hovertemplate: `epoch ${best.epoch} of ${plain(best.phase)}<extra>${of}best epoch</extra>` }];
  });
}

/** Beside the ring, of one run; of several the table says it. */
function bestLabel(
  { runs, view = plainView }: CurvesFigure,
  { definition, axis, log }: Panel,
  last: number,
  theme: FigureTheme,
): PlotlyObject[] {
  const best = runs.length === 1 ? runs[0]!.best : undefined;
  if (best === undefined || definition.metric !== "loss" || view.hidden.includes(best.split)) return [];
  const isLate = best.step > 0.85 * last;
  return [
    label(
      `best: epoch ${best.epoch}`,
      {
        ...{ xref: "x", yref: `y${axis}`, x: best.step, y: log ? Math.log10(best.loss) : best.loss },
        ...{ xanchor: isLate ? "right" : "center", xshift: isLate ? 8 : 0, yanchor: "bottom", yshift: 9 },
      },
      { size: 11, color: theme.foreground },
    ),
  ];
}

/** Lines that are not seen: over every point they tell its phase, and what is frozen in it. */
function phaseWords(phases: readonly CurvePhase[], { lines, range, axis, log }: Panel): PlotlyObject[] {
  const steps = (lines.find(({ per }) => per === "step") ?? lines[0])?.x ?? [];
  const y = log ? 10 ** range[0] : range[0];
  return phases.flatMap(({ name, fromStep, toStep, frozenLayers }, index) => {
    const x = steps.filter((step) => step > fromStep && step <= toStep);
    if (x.length === 0) return [];
    const frozen =
      frozenLayers.length === 0 ? "nothing frozen" : `${frozenLayers.length} frozen: ${fewNames(frozenLayers)}`;
    return [
      {
        ...{ type: "scatter", mode: "lines", uid: `phase-${index}`, name: plain(name) },
        ...{ x, y: x.map(() => y), xaxis: "x", yaxis: `y${axis}`, opacity: 0, line: { width: 0 } },
        hovertemplate: `${frozen}<extra>${plain(name)}</extra>`,
      },
    ];
  });
}

/** In lines that keep the box narrow. */
function fewNames(names: readonly string[]): string {
  const few = names.length <= 8 ? names : [...names.slice(0, 3), "…", ...names.slice(-3)];
  const lines = [few.slice(0, 4), few.slice(4)].filter(({ length }) => length > 0);
  return lines.map((line) => line.map(plain).join(", ")).join(",<br>");
}

function phaseShapes(phases: readonly CurvePhase[], { domain }: Panel, theme: FigureTheme): PlotlyObject[] {
  const frame = { xref: "x", yref: "paper", y0: domain[0], y1: domain[1], layer: "below" };
  return phases.flatMap(({ fromStep, toStep }, index) => [
    ...(index % 2 === 1
      ? [{ type: "rect", x0: fromStep, x1: toStep, ...frame, fillcolor: theme.band, line: { width: 0 } }]
      : []),
    ...(index > 0
      ? [{ type: "line", x0: fromStep, x1: fromStep, ...frame, line: { color: theme.muted, width: 1, dash: "dot" } }]
      : []),
  ]);
}

/** Where runs have phases of their own: a stroke in the run's colour where each but the first begins. */
function phaseStarts(figure: CurvesFigure, { domain, lines }: Panel, theme: FigureTheme): PlotlyObject[] {
  const shown = new Set(lines.map(({ run }) => run));
  return figure.runs.flatMap(({ phases }, run) =>
    (shown.has(run) ? phases.slice(1) : []).map(({ fromStep }) => ({
      ...{ type: "line", xref: "x", yref: "paper", x0: fromStep, x1: fromStep, y0: domain[0], y1: domain[1] },
      layer: "below",
      line: { color: curveColour(figure, { run, metric: "loss", split: "train" }, theme), width: 1, dash: "dot" },
    })),
  );
}

/** A short stroke on the axis where each epoch ends. */
function epochTicks({ lines, domain }: Panel, widthPx: number, theme: FigureTheme): PlotlyObject[] {
  const ends = [...new Set(lines.filter(({ per, smoothed }) => per === "epoch" && !smoothed).flatMap(({ x }) => x))];
  if (ends.length > widthPx / 12) return [];
  return ends.map((x) => ({
    ...{ type: "line", xref: "x", yref: "paper", x0: x, x1: x },
    ...{ y0: domain[0], y1: domain[0] + 0.022 * (domain[1] - domain[0]) },
    line: { color: theme.muted, width: 1 },
  }));
}

function panelTitle({ definition, domain, log }: Panel, belowIsPhase: boolean, theme: FigureTheme): PlotlyObject {
  const words = log && definition.metric === "loss" ? `${definition.title}, logarithmic` : definition.title;
  return label(
    words,
    {
      ...{ xref: "paper", yref: "paper", x: 0, y: domain[1], yanchor: "bottom" },
      ...{ yshift: belowIsPhase ? 22 : 5, xshift: -2 },
    },
    { size: 13, color: theme.foreground, weight: 600 },
  );
}

/** Above the first panel, where the phase is wide enough; the caption names all of them. */
function phaseLabels(
  phases: readonly CurvePhase[],
  { domain }: Panel,
  pxPerStep: number,
  theme: FigureTheme,
): PlotlyObject[] {
  return phases.flatMap(({ name, fromStep, toStep, frozenLayers }) => {
    const phasePx = (toStep - fromStep) * pxPerStep;
    if (phasePx < PHASE_LABEL_PX) return [];
    const text = phasePx < 1.8 * PHASE_LABEL_PX ? plain(name) : `${plain(name)} · ${frozenLayers.length} frozen`;
    return [
      label(
        text,
        { xref: "x", yref: "paper", x: fromStep, y: domain[1], yanchor: "bottom", yshift: 4 },
        { size: 11, color: theme.muted },
      ),
    ];
  });
}

/** At the right edge, as high as the lines end, moved apart where these meet. */
function endLabels(figure: CurvesFigure, panel: Panel, theme: FigureTheme): PlotlyObject[] {
  const { definition, lines, axis, range, log } = panel;
  if (definition.metric === "learningRate") return [];
  const pxPerUnit = definition.heightPx / (range[1] - range[0]);
  const ends = curveEnds(figure, lines, theme)
    .map((end) => ({ ...end, y: log ? Math.log10(end.y) : end.y }))
    .filter(({ y }) => Number.isFinite(y))
    .sort((a, b) => b.y - a.y);
  const heights = spreadApart(
    ends.map(({ y }) => (y - range[0]) * pxPerUnit),
    15,
  );
  return ends.map(({ name, colour, y }, index) =>
    label(
      plain(shortName(name)),
      {
        ...{ xref: "paper", yref: `y${axis}`, x: 1, y, yanchor: "middle" },
        ...{ xshift: 8, yshift: heights[index]! - (y - range[0]) * pxPerUnit },
      },
      { size: 12, color: colour, weight: 500 },
    ),
  );
}

function shortName(name: string): string {
  return name.length > MAXIMUM_NAME ? `${name.slice(0, MAXIMUM_NAME - 1)}…` : name;
}
