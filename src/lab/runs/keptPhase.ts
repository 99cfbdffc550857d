/** A phase as a run keeps it: its curves, not each of thousands of steps. */
import { type StoredPhase, storedPhase, restoredPhase } from "../checkpoint/checkpoint";
import { decimate } from "../insight/decimate";
import type { EpochRecord, TrainingPhase } from "../train/history";

/** Steps, and epochs, of a phase that are kept. */
export const mostRecords = 2000;
const digits = 6;

/** JSON. Of many steps and epochs the highest and lowest losses stay. */
export function keptPhase(phase: TrainingPhase): StoredPhase {
  const stored = storedPhase(phase);
  const { step, loss, learningRate } = stored.steps;
  const steps = decimate(loss, mostRecords);
  const epochs = decimate(stored.epochs.map(lossOf), mostRecords);
  return {
    ...stored,
    steps: {
      step: steps.map((i) => step[i]!),
      loss: steps.map((i) => Number(loss[i]!.toPrecision(digits))),
      learningRate: steps.map((i) => learningRate[i] ?? null),
    },
    epochs: epochs.map((i) => stored.epochs[i]!),
  };
}

/** JSON has no number for a loss that has diverged: it is NaN again. */
export function phaseFromFile(stored: StoredPhase): TrainingPhase {
  const { steps, epochs } = stored;
  return restoredPhase({
    ...stored,
    steps: { ...steps, loss: steps.loss.map(numberOf) },
    epochs: epochs.map((epoch) => ({ ...epoch, trainLoss: numberOf(epoch.trainLoss) })),
  });
}

function lossOf({ validationLoss, trainLoss }: EpochRecord): number {
  return validationLoss ?? trainLoss;
}

function numberOf(value: number | null): number {
  return value ?? Number.NaN;
}
