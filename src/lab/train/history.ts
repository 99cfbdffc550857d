/**
 * What happened while a model trained, as data: phases (head, last 2 layers, …), each with its steps and epochs. Curves
 * are drawn from this, `compareStrategies` and checkpoints read it. Records are only ever appended.
 */
export interface TrainingHistory {
  readonly phases: readonly TrainingPhase[];
}

/** A stretch of training with one set of frozen layers. */
export interface TrainingPhase {
  /** `"head"`, `"last 2 layers"` or `"from scratch"`. */
  readonly name: string;
  /** Names of the layers that trained, from input to head. */
  readonly trainableLayers: readonly string[];
  /** Names of the layers with weights that stayed as they were. */
  readonly frozenLayers: readonly string[];
  readonly steps: readonly StepRecord[];
  readonly epochs: readonly EpochRecord[];
  readonly status: "training" | "finished" | "interrupted" | "failed";
  /** Wall-clock seconds so far. */
  readonly seconds: number;
}

export interface StepRecord {
  /** Counted over all phases, from 1. */
  readonly step: number;
  readonly loss: number;
  /** Absent where the solver has none (the convex solve of the head chooses its own step length). */
  readonly learningRate?: number;
}

export interface EpochRecord {
  /** Within the phase, from 1. */
  readonly epoch: number;
  /** The step at its end, counted over all phases. */
  readonly step: number;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
}
