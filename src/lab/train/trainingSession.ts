import type { CutGraph } from "../backbone/cutGraph";
import type { Weights } from "../backbone/layerGraph";
import type { Divergence } from "../engine/engine";
import type { PhaseLog } from "./historyLog";
import type { TrainingPhase } from "./history";
import type { Progress } from "./progressReport";
import type { UnfinishedTraining } from "./unfinishedTraining";

/** What a training works with: the cut that its frozen layers allow, and where it tells how far it got. */
export interface TrainingSession {
  readonly cut: CutGraph;
  readonly log: PhaseLog;
  readonly progress: Progress;
  /** Wants the weights of the whole model after each epoch but the last; absent where nobody does. */
  readonly watch?: (weights: Weights) => void;
}

/** What came of it. */
export interface TrainedPart {
  /** Of the layers that trained, and perhaps of others that did not change. */
  readonly weights: Weights;
  readonly interrupted: boolean;
  readonly best?: BestWeights;
  readonly unfinished?: UnfinishedTraining;
  readonly diverged?: Divergence;
}

export interface BestWeights {
  /** From 1. */
  readonly epoch: number;
  /** Of the whole model. */
  readonly weights: Weights;
}

/** In words, for whoever is offered the checkpoint: `"last 3 layers, epoch 4 of 20"`. */
export function reached({ name, epochs, status }: TrainingPhase, planned?: number): string {
  const epoch = planned === undefined ? "" : `, epoch ${epochs.length} of ${planned}`;
  return `${name}${epoch}${status === "interrupted" ? ", interrupted" : ""}`;
}

/** Tells the progress of features that are computed. */
export function crossed(progress: Progress): (done: number, total: number) => void {
  return (done, total) => progress.update(0, `features ${done}/${total}`);
}
