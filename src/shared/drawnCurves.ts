import { extent } from "./extent";
import type { CurveRun, CurveSeries, CurvesFigure, CurvesView } from "./figures/curvesFigure";
import type { FigureTheme } from "./figureTheme";
import { movingAverage } from "./movingAverage";

export const plainView: CurvesView = { smoothing: 0, logLoss: false, hidden: [] };

/** One line as it is drawn, by whatever draws it. */
export interface DrawnCurve extends Pick<CurveSeries, "metric" | "split" | "per" | "x" | "y"> {
  /** Place of its run. */
  readonly run: number;
  /** What is read first, or what stands pale behind it. */
  readonly strong: boolean;
  readonly smoothed: boolean;
}

/** The lines that are not hidden; those that stand behind others come first. */
export function drawnCurves({ runs, view = plainView }: CurvesFigure): DrawnCurve[] {
  const lines = runs.flatMap((run, place) =>
    run.series
      .filter((series) => !keysOf(series, place).some((key) => view.hidden.includes(key)))
      .flatMap((series) => linesOf(series, run, place, view.smoothing)),
  );
  return [...lines.filter(({ strong }) => !strong), ...lines.filter(({ strong }) => strong)];
}

function linesOf(series: CurveSeries, run: CurveRun, place: number, smoothing: number): DrawnCurve[] {
  const { metric, split, per, x, y } = series;
  const line = { metric, split, per, run: place, x, y };
  if (metric === "learningRate") return [{ ...line, strong: true, smoothed: false }];
  if (smoothing === 0) return [{ ...line, strong: per === "epoch", smoothed: false }];
  const raw = { ...line, strong: false, smoothed: false };
  const finest = run.series.find((other) => other.metric === metric && other.split === split);
  if (series !== finest) return [raw];
  const { x: at, y: values } = series.means ?? series;
  const smoothed = movingAverage(at, values, smoothing, spacing(run.series));
  return [raw, { ...line, x: at, y: smoothed, strong: true, smoothed: true }];
}

/** Steps between two points of the run's finest series: to this the weight of the smoothing refers. */
function spacing([finest]: readonly CurveSeries[]): number {
  const { x } = finest!.means ?? finest!;
  return Math.max(1, (x.at(-1)! - x[0]!) / Math.max(1, x.length - 1));
}

/** What can be hidden on its own: runs where there are several, and each kind of line. */
export interface CurveEntry {
  readonly key: string;
  readonly name: string;
  readonly colour: string;
  readonly kind: "run" | CurveSeries["split"] | "step";
}

export function curveEntries({ runs }: CurvesFigure, theme: FigureTheme): CurveEntry[] {
  const several = runs.length > 1;
  const kinds = new Set(
    runs.flatMap(({ series }) => series.filter(({ metric }) => metric !== "learningRate").map(kindOf)),
  );
  return [
    ...(several
      ? runs.map(({ name }, place) => ({
          key: runKey(place),
          name,
          colour: runColour(theme, place),
          kind: "run" as const,
        }))
      : []),
    ...(["train", "validation", "step"] as const)
      .filter((kind) => kinds.has(kind))
      .map((kind) => ({
        key: kind,
        name: kind === "step" ? "each step" : kind,
        colour: several ? theme.muted : theme[kind === "step" ? "train" : kind],
        kind,
      })),
  ];
}

export function curveColour(
  figure: CurvesFigure,
  line: Pick<DrawnCurve, "metric" | "run" | "split">,
  theme: FigureTheme,
): string {
  if (figure.runs.length > 1) return runColour(theme, line.run);
  return line.metric === "learningRate" ? theme.muted : theme[line.split];
}

/** The last value of each line that has a name at its end: train and validation of one run, or each of several runs. */
export function curveEnds(
  figure: CurvesFigure,
  lines: readonly DrawnCurve[],
  theme: FigureTheme,
): { readonly name: string; readonly colour: string; readonly y: number }[] {
  const ended = lines.flatMap((line) => {
    const y = line.y.findLast(Number.isFinite);
    return y === undefined ? [] : [{ ...line, y }];
  });
  const strongest = (own: typeof ended) => own.find(({ strong }) => strong) ?? own[0];
  const named =
    figure.runs.length > 1
      ? figure.runs.map(({ name }, place) => {
          const own = ended.filter(({ run }) => run === place);
          const validation = own.filter(({ split }) => split === "validation");
          return { name, line: strongest(validation) ?? strongest(own) };
        })
      : (["train", "validation"] as const).map((split) => ({
          name: split,
          line: strongest(ended.filter((line) => line.split === split)),
        }));
  return named.flatMap(({ name, line }) =>
    line === undefined ? [] : [{ name, colour: curveColour(figure, line, theme), y: line.y }],
  );
}

/** From the first step to the last of all runs. */
export function lastStep({ runs }: CurvesFigure): number {
  const ends = runs.flatMap(({ phases, series }) => [
    ...phases.map(({ toStep }) => toStep),
    ...series.map(({ x }) => x.at(-1) ?? 0),
  ]);
  return Math.max(1, ...ends);
}

/** The values that the lines of a panel need, with a little room; of a logarithmic panel in powers of ten. */
export function valueRange(
  metric: CurveSeries["metric"],
  lines: readonly DrawnCurve[],
  log: boolean,
): [number, number] {
  const values = lines.map(({ y }) => (log ? y.map((value) => (value > 0 ? Math.log10(value) : NaN)) : y));
  const found = extent(values);
  if (found === undefined) return [0, 1];
  const [low, high] = found;
  if (log) {
    const room = Math.max(0.06 * (high - low), 0.08);
    return [low - room, high + room];
  }
  const span = high - low || Math.abs(high) || 1;
  if (metric === "accuracy") return [Math.max(0, low - 0.12 * span), Math.min(1, high + 0.1 * span) + 0.004];
  return [low >= 0 && low < 0.4 * high ? 0 : low - 0.1 * span, high + 0.06 * span];
}

/** The phases behind the lines: none where runs have different ones. */
export function sharedPhases({ runs }: CurvesFigure): CurveRun["phases"] {
  const [first, ...others] = runs;
  if (first === undefined) return [];
  const bounds = ({ phases }: CurveRun) => JSON.stringify(phases.map(({ name, toStep }) => [name, toStep]));
  return others.every((run) => bounds(run) === bounds(first)) ? first.phases : [];
}

/** The first of the strategies' colours is the grey of training from scratch; runs take it last. */
function runColour({ strategies }: FigureTheme, place: number): string {
  return strategies[(place + 1) % strategies.length]!;
}

function kindOf({ per, split }: CurveSeries): "step" | CurveSeries["split"] {
  return per === "step" ? "step" : split;
}

function runKey(place: number): string {
  return `run ${place}`;
}

function keysOf(series: CurveSeries, place: number): string[] {
  return series.metric === "learningRate" ? [runKey(place)] : [runKey(place), kindOf(series)];
}
