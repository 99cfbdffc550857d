import type { Dataset } from "../data/dataset";
import type { TrainingSnapshot } from "../engine/trainingSnapshot";
import { GraftError } from "../../shared/graftError";
import type { TrainingPlan } from "./fineTuneOptions";

/** A fine-tuning that was interrupted, or whose kernel died: what it takes to go on as if nothing had happened. */
export interface UnfinishedTraining {
  readonly plan: TrainingPlan;
  readonly snapshot: TrainingSnapshot;
  /** Ids of the datasets: going on with other data would not be going on. */
  readonly trainedOn: string;
  readonly validatedOn?: string;
}

/** The training to go on with. Throws `train/nothing-to-resume`, `train/other-data`. */
export function requireUnfinished(
  unfinished: UnfinishedTraining | undefined,
  train: Dataset,
  validation: Dataset | undefined,
): UnfinishedTraining {
  if (unfinished === undefined) {
    throw new GraftError({
      code: "train/nothing-to-resume",
      expected: "a model whose fine-tuning was interrupted, or was restored from a checkpoint taken while it trained",
      found: "one without unfinished training",
      remedy: "Start a new one with fineTune",
    });
  }
  const { trainedOn, validatedOn } = unfinished;
  if (trainedOn !== train.id || validatedOn !== validation?.id) {
    const other = trainedOn === train.id ? "validation" : "training";
    throw new GraftError({
      code: "train/other-data",
      expected: `the ${other} data that the training was begun with (${(other === "training" ? trainedOn : validatedOn) ?? "none"})`,
      found: `other data (${(other === "training" ? train.id : validation?.id) ?? "none"})`,
      remedy: "Load and split the data as before, with the same seed, or start anew with fineTune",
    });
  }
  return unfinished;
}

/** `"training of 3 layers, 2 of 5 epochs done"`. */
export function inWords(unfinished: UnfinishedTraining | undefined): string | undefined {
  if (unfinished === undefined) return undefined;
  const { plan, snapshot } = unfinished;
  return `training of ${plan.layers.length} layers, ${snapshot.progress.epoch} of ${plan.epochs} epochs done`;
}
