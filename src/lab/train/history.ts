/**
 * What happened while a model trained, as data: phases (head, last 2 layers, …), each with its steps and epochs. Curves
 * are drawn from this, `compareStrategies` and checkpoints read it. Records are only ever appended.
 */
export interface TrainingHistory {
  readonly phases: readonly TrainingPhase[];
}

/** A history that tells when it has grown. */
export interface LiveHistory extends TrainingHistory {
  /** The last step of all phases so far; 0 before the first. */
  readonly steps: number;
  /**
   * Calls `listener` after every record of a step, an epoch or a phase. Returns the function that ends this.
   *
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   * const { train } = await datasets.mnist();
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * let records = 0;
   * const stop = model.history.onChange(() => records++);
   * await model.trainHead(train.sample({ labels: 50, seed: 7 }), { plot: false });
   * stop();
   * console.log(records);
   * ```
   */
  onChange(listener: () => void): () => void;
}

/** A stretch of training with one set of frozen layers. */
export interface TrainingPhase {
  /** `"head"`, `"last 2 layers"` or `"from scratch"`. */
  readonly name: string;
  /** Names of the layers that trained, from input to head. */
  readonly trainableLayers: readonly string[];
  /** Names of the layers with weights that stayed as they were. */
  readonly frozenLayers: readonly string[];
  /** How many numbers the training changes by their gradients; absent in histories of earlier Graft. */
  readonly trainableParameters?: number | undefined;
  /** Id of the dataset; absent in histories of earlier Graft. */
  readonly trainedOn?: string | undefined;
  /** Of a gradient descent, as they were used: batch size, optimizer, schedule, seed, … */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  readonly steps: readonly StepRecord[];
  readonly epochs: readonly EpochRecord[];
  readonly status: "training" | "finished" | "interrupted" | "failed";
  /** What else a reader has to know, as sentences: defaults that were taken for want of a number, why it ended before its last epoch. */
  readonly notes: readonly string[];
  /** Wall-clock seconds so far. */
  readonly seconds: number;
}

/** What was measured at a step of the optimizer. */
export interface StepRecord {
  /** Counted over all phases, from 1. */
  readonly step: number;
  readonly loss: number;
  /** Absent where the solver has none (the convex solve of the head chooses its own step length). */
  readonly learningRate?: number;
}

/** What was measured at the end of an epoch: the mean loss (of a classifier cross-entropy in nats), accuracy in [0, 1]. */
export interface EpochRecord {
  /** Within the phase, from 1. */
  readonly epoch: number;
  /** The step at its end, counted over all phases. */
  readonly step: number;
  readonly trainLoss: number;
  /** Absent where there are no labels to be right about. */
  readonly trainAccuracy?: number;
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
}
