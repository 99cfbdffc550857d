/** Training curves, of one run or of several over the same steps. Each run's steps are counted from 1 over all of its phases. */
export interface CurvesFigure {
  readonly kind: "curves";
  readonly title: string;
  /** None before the first step. */
  readonly runs: readonly CurveRun[];
  /** Where the runs' configurations differ, in words; none of a single run. */
  readonly differences: readonly CurveDifference[];
  /** How it is drawn; default: as it was measured, on linear scales. */
  readonly view?: CurvesView;
  /** True while training still appends to this figure. */
  readonly live: boolean;
}

export interface CurveRun {
  readonly name: string;
  readonly series: readonly CurveSeries[];
  readonly phases: readonly CurvePhase[];
  /** The epoch with the lowest loss on validation data, without these on training data; absent before the first epoch. */
  readonly best?: BestEpoch;
  /** Wall-clock. */
  readonly seconds: number;
}

/** `x` of step series is the step, of epoch series the step at the epoch's end. */
export interface CurveSeries {
  readonly metric: "loss" | "accuracy" | "learningRate";
  readonly split: "train" | "validation";
  readonly per: "step" | "epoch";
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Of a series that was thinned to its extremes: the means between them, which are what is smoothed. */
  readonly means?: { readonly x: readonly number[]; readonly y: readonly number[] };
}

/**
 * A stretch of training with one set of frozen layers, e.g. `head` then `last 2 layers`. Phases tile the step axis: the
 * first starts at 0, each next one where the one before it ended.
 */
export interface CurvePhase {
  readonly name: string;
  readonly fromStep: number;
  readonly toStep: number;
  readonly trainableLayers: readonly string[];
  readonly frozenLayers: readonly string[];
  readonly status: "training" | "finished" | "interrupted" | "failed";
  /** What else a reader has to know, as sentences. */
  readonly notes?: readonly string[];
}

export interface BestEpoch {
  readonly split: "train" | "validation";
  readonly phase: string;
  /** Within the phase, from 1. */
  readonly epoch: number;
  readonly step: number;
  readonly loss: number;
  readonly accuracy?: number;
}

export interface CurveDifference {
  /** Of the option: `"learningRate"`. */
  readonly option: string;
  /** One for each run. */
  readonly values: readonly string[];
}

export interface CurvesView {
  /** Weight of what came before in TensorBoard's moving average, in [0, 1); 0: not smoothed. */
  readonly smoothing: number;
  readonly logLoss: boolean;
  /** Keys of `curveEntries` that are not drawn. */
  readonly hidden: readonly string[];
}
