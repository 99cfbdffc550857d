/**
 * Early stopping as Keras' `EarlyStopping` with `restore_best_weights`. All that it remembers is the best epoch, which a snapshot has
 * anyway, so that a run that is taken up again stops where it would have stopped.
 */
import { GraftError } from "../../shared/graftError";

/** When a training ends before its last epoch; as Keras' `EarlyStopping` with `restore_best_weights`. */
export interface EarlyStopping {
  /** Epochs without a better validation loss after which the training ends. At least 1. */
  readonly patience: number;
  /** A validation loss counts as better when it is lower by more than this. Default 0. */
  readonly minDelta?: number;
}

/** Whether the loss is better than that of the best epoch so far. A loss that is no number is not. */
export function improves(stopping: EarlyStopping | undefined, loss: number, best: number | undefined): boolean {
  return loss + (stopping?.minDelta ?? 0) < (best ?? Infinity);
}

/** @param bestEpoch From 1; undefined where no epoch had a loss that is a number. */
export function stopsEarly(
  stopping: EarlyStopping | undefined,
  epochs: number,
  bestEpoch: number | undefined,
): boolean {
  return stopping !== undefined && epochs - (bestEpoch ?? 0) >= stopping.patience;
}

/** @throws GraftError `engine/early-stopping` when its numbers make no sense, `engine/early-stopping-validation` without validation. */
export function checkEarlyStopping(stopping: EarlyStopping | undefined, hasValidation: boolean): void {
  if (stopping === undefined) return;
  const { patience, minDelta = 0 } = stopping;
  if (!Number.isInteger(patience) || patience < 1 || !Number.isFinite(minDelta) || minDelta < 0) {
    throw new GraftError({
      code: "engine/early-stopping",
      expected: "a patience of whole epochs, at least 1, and a minDelta of at least 0",
      found: `patience ${patience}, minDelta ${minDelta}`,
      remedy: "For example { patience: 3 }",
    });
  }
  if (hasValidation) return;
  throw new GraftError({
    code: "engine/early-stopping-validation",
    expected: "validation examples, whose loss early stopping watches",
    found: "none",
    remedy: "Pass validation, for example from train.split({ validation: 0.2 }), or leave earlyStopping out",
  });
}
