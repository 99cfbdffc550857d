/** Curves of trainings that have been, one alone or several over the same steps. */
import { GraftError } from "../../shared/graftError";
import { labHost } from "../../shared/labHost";
import type { TrainingHistory, TrainingPhase } from "../train/history";
import { curvesFigure, type CurvesOfRun } from "./curvesFigure";
import { figureBundle } from "./figureBundle";

/** What has curves: a model, with all that it has been trained, or a run: one training. */
export interface Trained {
  readonly history: TrainingHistory | readonly TrainingPhase[];
  /** Of a run. */
  readonly name?: string;
  /** Of a run, as they were used. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/** How curves are shown at first; people change it in the figure. */
export interface CurvesOptions {
  /** Default `"Training"`. */
  readonly title?: string;
  /** Weight of what came before in the moving average of loss and accuracy, in [0, 1), as in TensorBoard. Default 0: as measured. The figure has a slider for it. */
  readonly smoothing?: number;
  /** Default false. The figure has a button for it. */
  readonly logLoss?: boolean;
}

/** What `show.curves` takes: a model, a run, a list of them, or several by name. */
export type CurvesSource = Trained | readonly Trained[] | Readonly<Record<string, Trained>>;

export function showCurves(source: CurvesSource, options: CurvesOptions = {}): void {
  const { title = "Training", smoothing = 0, logLoss = false } = options;
  if (!(smoothing >= 0 && smoothing < 1)) {
    throw new GraftError({
      code: "show/smoothing",
      expected: "smoothing from 0 (as measured) to below 1",
      found: String(smoothing),
      remedy: "Pass 0.6 for a little, 0.95 for much",
    });
  }
  const runs = namedRuns(source);
  requireDistinct(runs);
  const view = smoothing > 0 || logLoss ? { smoothing, logLoss, hidden: [] } : undefined;
  labHost().display(figureBundle(curvesFigure(title, runs.map(curvesOfRun), false, view)));
}

type Named = readonly [name: string, trained: Trained];

function namedRuns(source: CurvesSource): Named[] {
  if (isTrained(source)) return [[nameOf(source, 0), source]];
  const entries: readonly (readonly [string | undefined, unknown])[] = Array.isArray(source)
    ? (source as readonly unknown[]).map((trained) => [undefined, trained])
    : Object.entries(Object(source) as object);
  if (entries.length === 0) {
    throw new GraftError({
      code: "show/no-runs",
      expected: "a model, a list of models or runs, or an object with a name for each",
      found: "none",
      remedy: `Pass models that have been trained: show.curves({ "lr 1e-3": first, "lr 1e-4": second })`,
    });
  }
  const names = new Map<string, number>();
  return entries.map(([given, trained], place): Named => {
    if (!isTrained(trained)) throw notTrained(given ?? `the ${place + 1}. of them`, trained);
    const name = given ?? nameOf(trained, place);
    const before = names.get(name) ?? 0;
    names.set(name, before + 1);
    return [before === 0 ? name : `${name} (${before + 1})`, trained];
  });
}

function isTrained(value: unknown): value is Trained {
  if (typeof value !== "object" || value === null || !("history" in value)) return false;
  const { history } = value;
  return Array.isArray(history) || (typeof history === "object" && history !== null && "phases" in history);
}

function nameOf(trained: Trained, place: number): string {
  return trained.name ?? labHost().nameOf(trained) ?? `run ${place + 1}`;
}

function notTrained(name: string, value: unknown): GraftError {
  return new GraftError({
    code: "show/not-a-model",
    expected: "models, or runs, each with its history",
    found: `${name}: ${value === null ? "null" : typeof value}`,
    remedy: "Pass models as graft, fromScratch or models.load make them",
  });
}

/** The same run over itself would be one line that hides another. */
function requireDistinct(runs: readonly Named[]): void {
  runs.forEach(([name, trained], place) => {
    const same = runs.slice(0, place).find(([, other]) => other.history === trained.history);
    if (same === undefined) return;
    throw new GraftError({
      code: "show/same-run",
      expected: "each model or run once",
      found: `${same[0]} and ${name}, which are the same`,
      remedy: "Leave one out. A model's curves are all that it has been trained: train two models to compare two ways",
    });
  });
}

function curvesOfRun([name, { history, options }]: Named): CurvesOfRun {
  const phases = "phases" in history ? history.phases : history;
  if (!phases.some(({ steps, epochs }) => steps.length + epochs.length > 0)) {
    throw new GraftError({
      code: "show/untrained",
      expected: "a model that has been trained",
      found: `${name}, which has no step of training behind it`,
      remedy: "Train it first: await model.trainHead(train) or await model.fineTune(train, { lastLayers: 2 })",
    });
  }
  return { name, phases, options };
}
