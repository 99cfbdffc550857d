/**
 * What a figure says, as data: the lab makes these, the renderer draws them, the demo reads numbers out of them.
 * Payloads are complete (a saved notebook shows them without a kernel) and readonly; numbers are already rounded for
 * small, diff-friendly notebooks.
 */
export type Figure = CurvesFigure | EmbeddingFigure | ComparisonFigure;

/** Training curves. `x` of step series is the step number counted over all phases; of epoch series, the step at its end. */
export interface CurvesFigure {
  readonly kind: "curves";
  readonly title: string;
  readonly series: readonly CurveSeries[];
  readonly phases: readonly CurvePhase[];
  /** True while training still appends to this figure. */
  readonly live: boolean;
}

export interface CurveSeries {
  readonly metric: "loss" | "accuracy" | "learningRate";
  readonly split: "train" | "validation";
  readonly per: "step" | "epoch";
  readonly x: readonly number[];
  readonly y: readonly number[];
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
}

/** A two-dimensional map of features: one point an example. */
export interface EmbeddingFigure {
  readonly kind: "embedding";
  readonly title: string;
  readonly method: "tsne";
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Class index of each point, into `classes`. */
  readonly labels: readonly number[];
  readonly classes: readonly string[];
  readonly parameters: { readonly perplexity: number; readonly seed: number; readonly layer: string };
  readonly iteration: number;
  readonly iterations: number;
  /** What else a reader has to know, as sentences: that it is a sample, that it was stopped early. */
  readonly notes: readonly string[];
  /** Measured on the map as it is when it ends; each in [0, 1], 1 is best. */
  readonly quality?: {
    readonly trustworthiness: number;
    readonly neighbourRecall: number;
    readonly neighbours: number;
  };
  readonly live: boolean;
}

/** Strategies side by side over seeds: the table of `compareStrategies`. */
export interface ComparisonFigure {
  readonly kind: "comparison";
  readonly title: string;
  readonly rows: readonly ComparisonRow[];
  readonly live: boolean;
}

export interface ComparisonRow {
  readonly strategy: "scratch" | "head" | "lastN";
  /** What the strategy trained, in words: `"last 2 layers: conv4, head"`. */
  readonly detail: string;
  /** Labelled examples used for training. */
  readonly labels: number;
  readonly seeds: number;
  /** Mean test accuracy in [0, 1] with its 95 % interval over seeds (Student's t). */
  readonly accuracy: number;
  readonly interval: readonly [number, number];
  /** Paired difference to `scratch` with the same labels and seeds, with its 95 % interval; absent for scratch itself. */
  readonly gain?: { readonly mean: number; readonly interval: readonly [number, number] };
  /** Mean wall-clock seconds of one training. */
  readonly seconds: number;
}
