/**
 * What a figure says, as data: the lab makes these, the renderer draws them, the demo reads numbers out of them.
 * Payloads are complete (a saved notebook shows them without a kernel) and readonly; numbers are already rounded for
 * small, diff-friendly notebooks.
 */
export type Figure = CurvesFigure | EmbeddingFigure | ComparisonFigure | ExplanationFigure;

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
  /** What else a reader has to know, as sentences. */
  readonly notes?: readonly string[];
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

/** One strategy with one number of labels, over all seeds. */
export interface ComparisonRow {
  /** `"scratch"`, `"head"`, `"last 2 layers"`, …; each strategy of a comparison has its own. */
  readonly strategy: string;
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
  /** Mean wall-clock seconds of one training, without features from before. */
  readonly seconds: number;
  /** How many times a training image crossed a frozen trunk, on average; 0 where nothing comes before the first trained layer. */
  readonly trunkPasses: number;
}

/** Images beside themselves with a heat map: where what speaks for a class is. */
export interface ExplanationFigure {
  readonly kind: "explanation";
  readonly title: string;
  readonly method: "gradCam" | "occlusion";
  /** Whose maps Grad-CAM has read. */
  readonly layer?: string;
  readonly examples: readonly ExplainedExample[];
  readonly live: boolean;
}

export interface ExplainedExample {
  /** In the dataset. */
  readonly index: number;
  /** Of the image as the model takes it, in pixels. */
  readonly height: number;
  readonly width: number;
  /** `data:image/png;base64,…`. */
  readonly image: string;
  /** The same of the heat: a colour with its opacity, to lie over the image. */
  readonly heat: string;
  /** Row and column, from 0, of the pixel that speaks most for the class; absent when none does. */
  readonly warmest?: readonly [number, number];
  /** The class that is explained, its probability in [0, 1], and the class that the example is labelled with. */
  readonly name: string;
  readonly probability: number;
  readonly labelled: string;
}
