import type { Weights } from "../backbone/layerGraph";

/**
 * A training as it stands between two steps: plain data, to be kept in a checkpoint and handed to `TrainRequest.resume`. Going
 * on from it gives the same bits as never having stopped.
 */
export interface TrainingSnapshot {
  /** JSON: step, epoch, place in the epoch, sums of the epoch so far, states of the random streams, schedule and best epoch. */
  readonly progress: TrainingProgress;
  /** Weights and statistics of the tail, by `layer/weight`. */
  readonly weights: Weights;
  /** Everything else that is numbers: optimizer slots, averaged and best weights, by names of their own. */
  readonly slots: Weights;
}

export interface TrainingProgress {
  /** Updates so far. */
  readonly step: number;
  /** Whole epochs so far. */
  readonly epoch: number;
  readonly [detail: string]: unknown;
}
