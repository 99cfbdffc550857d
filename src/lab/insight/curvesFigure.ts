import type {
  BestEpoch,
  CurvePhase,
  CurveRun,
  CurveSeries,
  CurvesFigure,
  CurvesView,
} from "../../shared/figures/curvesFigure";
import type { EpochRecord, TrainingPhase } from "../train/history";
import { configurationDifferences } from "./configurationDifferences";
import { decimate, stretchMeans } from "./decimate";
import { significant } from "./round";

/** More points than this in one line are invisible on a screen and only make the notebook heavy. */
const MAXIMUM_POINTS = 600;
/** Of all runs together, so that many of them are not heavy either. */
const MAXIMUM_POINTS_OF_ALL = 2400;
const MINIMUM_POINTS = 120;

/** A training to draw: a model with all of its phases, or some of them. */
export interface CurvesOfRun {
  readonly name: string;
  readonly phases: readonly TrainingPhase[];
  /** What was chosen beside the phases' own options. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/** The curves of trainings so far. Long series are thinned; peaks and dips stay. */
export function curvesFigure(
  title: string,
  runs: readonly CurvesOfRun[],
  live: boolean,
  view?: CurvesView,
): CurvesFigure {
  const share = Math.floor(MAXIMUM_POINTS_OF_ALL / Math.max(1, runs.length));
  const points = Math.max(MINIMUM_POINTS, Math.min(MAXIMUM_POINTS, share));
  return {
    ...{ kind: "curves", title, runs: runs.map((run) => curveRun(run, points)) },
    differences: configurationDifferences(runs),
    ...(view && { view }),
    live,
  };
}

function curveRun({ name, phases }: CurvesOfRun, points: number): CurveRun {
  // Of a model that had been trained before, some phases begin later than at the first step.
  const before = (phases.find(({ steps }) => steps.length > 0)?.steps[0]?.step ?? 1) - 1;
  const epochs = phases.flatMap((phase) =>
    phase.epochs.map((epoch) => ({ ...epoch, step: epoch.step - before, phase: phase.name })),
  );
  const best = bestEpoch(epochs);
  return {
    name,
    series: [...stepSeries(phases, before, points), ...epochsSeries(epochs, points)].filter(({ x }) => x.length > 0),
    phases: curvePhases(phases, before),
    ...(best && { best }),
    seconds: significant(
      phases.reduce((sum, phase) => sum + phase.seconds, 0),
      4,
    ),
  };
}

function stepSeries(phases: readonly TrainingPhase[], before: number, points: number): CurveSeries[] {
  const count = phases.reduce((sum, { steps }) => sum + steps.length, 0);
  const column = () => new Float64Array(count);
  const [x, loss, rateX, rates] = [column(), column(), column(), column()];
  let [at, rated] = [0, 0];
  for (const { steps } of phases) {
    for (const record of steps) {
      x[at] = record.step - before;
      loss[at++] = record.loss;
      if (record.learningRate === undefined) continue;
      rateX[rated] = record.step - before;
      rates[rated++] = record.learningRate;
    }
  }
  const common = { split: "train", per: "step" } as const;
  return [
    { metric: "loss", ...common, ...thinned(x, loss, points, true) },
    { metric: "learningRate", ...common, ...thinned(rateX.subarray(0, rated), rates.subarray(0, rated), points) },
  ];
}

function epochsSeries(epochs: readonly EpochRecord[], points: number): CurveSeries[] {
  const series = (
    metric: "loss" | "accuracy",
    split: "train" | "validation",
    value: (epoch: EpochRecord) => number | undefined,
  ): CurveSeries => {
    const known = epochs.flatMap((epoch) => {
      const y = value(epoch);
      return y === undefined ? [] : [{ x: epoch.step, y }];
    });
    const [x, y] = [known.map((one) => one.x), known.map((one) => one.y)];
    return { metric, split, per: "epoch", ...thinned(x, y, Math.floor(points / 2), true) };
  };
  return [
    series("loss", "train", ({ trainLoss }) => trainLoss),
    series("loss", "validation", ({ validationLoss }) => validationLoss),
    series("accuracy", "train", ({ trainAccuracy }) => trainAccuracy),
    series("accuracy", "validation", ({ validationAccuracy }) => validationAccuracy),
  ];
}

function thinned(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  limit: number,
  withMeans = false,
): Pick<CurveSeries, "x" | "y" | "means"> {
  const kept = decimate(y, limit);
  const points = { x: kept.map((index) => x[index]!), y: kept.map((index) => significant(y[index]!, 4)) };
  if (!withMeans || kept.length === y.length) return points;
  const means = stretchMeans(x, y, limit);
  return { ...points, means: { x: means.x, y: means.y.map((value) => significant(value, 4)) } };
}

function bestEpoch(epochs: readonly (EpochRecord & { readonly phase: string })[]): BestEpoch | undefined {
  const split = epochs.some(({ validationLoss }) => validationLoss !== undefined) ? "validation" : "train";
  const lossOf = (epoch: EpochRecord) => (split === "validation" ? epoch.validationLoss : epoch.trainLoss) ?? NaN;
  let best: (typeof epochs)[number] | undefined;
  for (const epoch of epochs) {
    if (Number.isFinite(lossOf(epoch)) && (best === undefined || lossOf(epoch) < lossOf(best))) best = epoch;
  }
  if (best === undefined) return undefined;
  const accuracy = split === "validation" ? best.validationAccuracy : best.trainAccuracy;
  return {
    ...{ split, phase: best.phase, epoch: best.epoch, step: best.step, loss: significant(lossOf(best), 4) },
    ...(accuracy !== undefined && { accuracy: significant(accuracy, 4) }),
  };
}

function curvePhases(phases: readonly TrainingPhase[], before: number): CurvePhase[] {
  let end = 0;
  return phases.map(({ name, trainableLayers, frozenLayers, steps, epochs, status, notes }) => {
    const fromStep = end;
    end = Math.max(end, (steps.at(-1)?.step ?? 0) - before, (epochs.at(-1)?.step ?? 0) - before);
    const said = notes.length > 0 ? { notes } : {};
    return { name, fromStep, toStep: end, trainableLayers, frozenLayers, status, ...said };
  });
}
