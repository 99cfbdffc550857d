import type { ConfusionFigure } from "./figures/confusionFigure";
import type { CurvesFigure } from "./figures/curvesFigure";
import type { DriftFigure } from "./figures/driftFigure";
import type { EmbeddingFigure } from "./figures/embeddingFigure";
import type { ExamplesFigure } from "./figures/examplesFigure";
import type { LayersFigure } from "./figures/layersFigure";
import type { LinesFigure } from "./figures/linesFigure";
import type { LrFinderFigure } from "./figures/lrFinderFigure";
import type { ReconstructionsFigure } from "./figures/reconstructionsFigure";
import type { ReportFigure } from "./figures/reportFigure";
import type { TopLossesFigure } from "./figures/topLossesFigure";

/**
 * What a figure says, as data: the lab makes these, the renderer draws them, the demo reads numbers out of them.
 * Payloads are complete (a saved notebook shows them without a kernel) and readonly; numbers are already rounded for
 * small, diff-friendly notebooks.
 */
export type Figure =
  | CurvesFigure
  | EmbeddingFigure
  | ComparisonFigure
  | ExplanationFigure
  | ConfusionFigure
  | ReportFigure
  | TopLossesFigure
  | ExamplesFigure
  | ReconstructionsFigure
  | LayersFigure
  | DriftFigure
  | LinesFigure
  | LrFinderFigure;

/** Strategies side by side over seeds: the table of `compareStrategies`. */
export interface ComparisonFigure {
  readonly kind: "comparison";
  readonly title: string;
  /** Default `"strategies"`. Of runs the accuracy is the one on validation data, and numbers of labels, gain and trunk passes are not known. */
  readonly of?: "strategies" | "runs";
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
