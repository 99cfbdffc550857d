import type { CurvePhase, CurveSeries, CurvesFigure } from "../../shared/figure";
import type { EpochRecord, TrainingHistory, TrainingPhase } from "../train/history";
import { decimate } from "./decimate";
import { significant } from "./round";

/** More points than this in one line are invisible on a screen and only make the notebook heavy. */
const MAXIMUM_POINTS = 600;

/** The curves of a training so far. Long step series are thinned; peaks and dips stay. */
export function curvesFigure(title: string, history: TrainingHistory, live: boolean): CurvesFigure {
  const steps = history.phases.flatMap((phase) => phase.steps);
  const epochs = history.phases.flatMap((phase) => phase.epochs);
  const rates = steps.flatMap(({ step, learningRate }) => (learningRate === undefined ? [] : [{ step, learningRate }]));
  const series = [
    stepSeries(
      "loss",
      steps.map(({ step }) => step),
      steps.map(({ loss }) => loss),
    ),
    epochSeries("loss", "train", epochs, ({ trainLoss }) => trainLoss),
    epochSeries("loss", "validation", epochs, ({ validationLoss }) => validationLoss),
    epochSeries("accuracy", "train", epochs, ({ trainAccuracy }) => trainAccuracy),
    epochSeries("accuracy", "validation", epochs, ({ validationAccuracy }) => validationAccuracy),
    stepSeries(
      "learningRate",
      rates.map(({ step }) => step),
      rates.map(({ learningRate }) => learningRate),
    ),
  ].filter(({ x }) => x.length > 0);
  return { kind: "curves", title, series, phases: curvePhases(history.phases), live };
}

function stepSeries(metric: "loss" | "learningRate", x: readonly number[], y: readonly number[]): CurveSeries {
  const kept = decimate(y, MAXIMUM_POINTS);
  return {
    metric,
    split: "train",
    per: "step",
    x: kept.map((index) => x[index]!),
    y: kept.map((index) => significant(y[index]!, 4)),
  };
}

function epochSeries(
  metric: "loss" | "accuracy",
  split: "train" | "validation",
  epochs: readonly EpochRecord[],
  value: (epoch: EpochRecord) => number | undefined,
): CurveSeries {
  const known = epochs.flatMap((epoch) => {
    const y = value(epoch);
    return y === undefined ? [] : [{ x: epoch.step, y: significant(y, 4) }];
  });
  return { metric, split, per: "epoch", x: known.map(({ x }) => x), y: known.map(({ y }) => y) };
}

function curvePhases(phases: readonly TrainingPhase[]): CurvePhase[] {
  let end = 0;
  return phases.map(({ name, trainableLayers, frozenLayers, steps, epochs, status, notes }) => {
    const fromStep = end;
    end = Math.max(end, steps.at(-1)?.step ?? 0, epochs.at(-1)?.step ?? 0);
    const said = notes.length > 0 ? { notes } : {};
    return { name, fromStep, toStep: end, trainableLayers, frozenLayers, status, ...said };
  });
}
