import type { RunMetrics } from "../../shared/sessionState";
import type { EpochRecord, TrainingPhase } from "../train/history";

/** What a run came to, and what its best epoch was; empty where no epoch was measured or all have diverged. */
export function runMetrics(phases: readonly TrainingPhase[]): {
  readonly final?: RunMetrics;
  readonly best?: RunMetrics;
} {
  const measured = phases.flatMap(({ name, epochs }) =>
    epochs.flatMap((epoch) => (Number.isFinite(epoch.trainLoss) ? [metricsOf(name, epoch)] : [])),
  );
  const validated = measured.filter(({ validationLoss }) => validationLoss !== undefined);
  const final = measured.at(-1);
  const best =
    validated.length > 0
      ? lowest(validated, ({ validationLoss }) => validationLoss!)
      : lowest(measured, ({ trainLoss }) => trainLoss);
  return { ...(final && { final }), ...(best && { best }) };
}

function metricsOf(phase: string, epoch: EpochRecord): RunMetrics {
  const { trainLoss, trainAccuracy, validationLoss, validationAccuracy } = epoch;
  return {
    ...{ phase, epoch: epoch.epoch, trainLoss },
    ...(trainAccuracy !== undefined && { trainAccuracy }),
    ...(validationLoss !== undefined && Number.isFinite(validationLoss) && { validationLoss }),
    ...(validationAccuracy !== undefined && { validationAccuracy }),
  };
}

/** The first of the lowest. */
function lowest(all: readonly RunMetrics[], loss: (metrics: RunMetrics) => number): RunMetrics | undefined {
  return all.reduce<RunMetrics | undefined>(
    (best, metrics) => (best === undefined || loss(metrics) < loss(best) ? metrics : best),
    undefined,
  );
}
