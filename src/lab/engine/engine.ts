/**
 * The jobs of an engine. Implementations promise: inputs are never changed, the calling thread stays free, an
 * interrupt stops training at a step boundary with the weights reached so far, and the same request with the same seed
 * gives the same bits on the same machine.
 */
import type { Layer, LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import type { Corruption } from "./corruption";
import type { EarlyStopping } from "./earlyStopping";
import type { LowRank } from "./lowRank";
import type { Optimizer } from "./optimizer";
import type { Schedule } from "./schedule";
import type { StoredRows } from "./storedRows";
import type { TrainingSnapshot } from "./trainingSnapshot";

export interface Engine {
  /** E.g. `"onnxruntime 1.30.0"`. */
  readonly name: string;
  /** The first layer of the graph that this engine cannot train; undefined when it can train all. */
  cannotTrain(graph: LayerGraph): Layer | undefined;
  /** Forward pass in inference mode over `input` of shape `[n, …graph.input.shape]`, in batches. */
  infer(graph: LayerGraph, weights: Weights, input: Features, options?: InferOptions): Promise<Tensor>;
  train(request: TrainRequest, observer?: TrainObserver): Promise<TrainResult>;
  /**
   * Solves a linear softmax head to its optimum, off the calling thread: multinomial logistic regression by L-BFGS, its
   * last steps, or all of a few rows', in float64. The objective is convex, so there is one answer and no learning rate.
   */
  solveHead(request: SolveHeadRequest, observer?: SolveHeadObserver): Promise<SolvedHead>;
  /** Ends worker threads. */
  dispose(): Promise<void>;
}

export interface InferOptions {
  /** Default 256. */
  readonly batchSize?: number;
  /** Names graph and weights, where the caller knows a hash of them; else the engine hashes them with each call. */
  readonly modelKey?: string;
  readonly interruptFlag?: Int32Array<SharedArrayBuffer>;
  /** Called after each batch with the number of rows done. */
  readonly onRows?: (done: number) => void;
}

export interface SolveHeadRequest {
  /** `[n, width]`. Standardise them first: the strength of `l2` depends on their scale. */
  readonly features: Tensor;
  /** `[n]`, class indices from 0. */
  readonly labels: Int32Array;
  readonly classes: number;
  /**
   * The objective is mean cross-entropy + `l2` / 2 · ‖kernel‖²; the bias is not penalised. scikit-learn's
   * `LogisticRegression` minimises `n` times the same with `C = 1 / (n · l2)`.
   */
  readonly l2: number;
  /** `[n]`, factors of the rows' losses, not negative: the mean is Σ weight · loss / n. Default 1. */
  readonly sampleWeights?: Float32Array;
  /** Moves this part of each target's probability to all classes alike. In [0, 1). Default 0. */
  readonly labelSmoothing?: number;
  /** Default 500. */
  readonly maxIterations?: number;
  /** Converged when no component of the gradient is larger. Default 1e-5, a tenth of scikit-learn's. */
  readonly tolerance?: number;
  /** Start from here, e.g. from the solution for a neighbouring `l2`; few rows are solved sooner from zeros. Default zeros. */
  readonly start?: { readonly kernel: Tensor; readonly bias: Tensor };
  readonly interruptFlag?: Int32Array<SharedArrayBuffer>;
}

export interface SolveHeadObserver {
  onIteration?(report: SolveIterationReport): void;
}

export interface SolveIterationReport {
  /** From 1. */
  readonly iteration: number;
  /** The whole objective, penalty included. */
  readonly objective: number;
  /** Mean cross-entropy without the penalty. */
  readonly loss: number;
  /** No component of the gradient is larger, in absolute value. */
  readonly gradient: number;
}

export interface SolvedHead {
  /** `[width, classes]`. */
  readonly kernel: Tensor;
  /** `[classes]`. */
  readonly bias: Tensor;
  readonly iterations: number;
  readonly loss: number;
  readonly objective: number;
  /** False: `maxIterations` was reached, or it was interrupted, before the gradient was small enough. */
  readonly converged: boolean;
  readonly interrupted: boolean;
}

/** Rows `[n, …shape]`: in memory, or in the files of a feature store, so that more than fits in memory can be trained on. */
export type Features = Tensor | StoredRows;

/** What a model is trained on and scored with. */
export interface Examples {
  /** `[n, …graph.input.shape]`. */
  readonly features: Features;
  readonly targets: Targets;
  /** `[n]`, factors of the rows' losses, not negative. Default 1. The mean loss is Σ weight · loss / n, as in Keras. */
  readonly sampleWeights?: Float32Array;
  /**
   * The rows are so many views of the same `n / views` examples, one behind the other; each epoch trains on the next view, so that it sees
   * the examples as no epoch before. Default 1. Validation has one.
   */
  readonly views?: number;
}

/**
 * Class indices from 0, `[n]`; values `[n, outputs]` for sigmoid cross-entropy (each in [0, 1]) and mean squared error; or token ids
 * `[n, steps]` for token cross-entropy.
 */
export type Targets = Int32Array | Tensor;

/** Of one row; a batch's loss is the mean over its rows. */
export type Loss =
  /** The output are logits `[n, classes]`; targets are class indices. */
  | { readonly name: "softmaxCrossEntropy"; readonly labelSmoothing?: number }
  /** The output are logits `[n, outputs]`, each a question of its own; mean over the outputs. */
  | { readonly name: "sigmoidCrossEntropy"; readonly labelSmoothing?: number }
  /** Mean over the outputs. */
  | { readonly name: "meanSquaredError" }
  /** The output are logits `[n, steps, vocabulary]`; targets are token ids, -1 where nothing is asked. Mean over the steps that are asked for. */
  | { readonly name: "tokenCrossEntropy" };

export interface TrainRequest {
  /** The tail. Its output is what the loss reads. */
  readonly graph: LayerGraph;
  readonly weights: Weights;
  /** Names of the layers to train. All others stay as they are to the bit, batch norm in inference mode. */
  readonly trainable: readonly string[];
  /**
   * Those of them that train by low-rank updates. `weights` then has the factors too, `layer/lora_kernel_a` and `layer/lora_kernel_b` (for
   * other weights with their names instead of `kernel`); so have the result and its snapshots, where W is as it came in.
   */
  readonly lowRank?: LowRank;
  readonly train: Examples;
  readonly validation?: Examples;
  /** Of the rows of `train.features`, drawn anew each time one is trained on; targets and validation stay clean. Default: none. */
  readonly corruption?: Corruption;
  /** Default softmax cross-entropy without label smoothing. */
  readonly loss?: Loss;
  readonly epochs: number;
  /** The last, smaller batch of an epoch is trained with its true weight, never dropped. */
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  /** Learning rate over the run. Default constant. */
  readonly schedule?: Schedule;
  /** Ends the run when the validation loss no longer falls; its weights are then those of the best epoch. Default: all epochs. */
  readonly earlyStopping?: EarlyStopping;
  /** Batches whose gradients are averaged (by their rows) before one update. Default 1. */
  readonly accumulateBatches?: number;
  /** Factors of the learning rate by layer; layers without one have 1. */
  readonly learningRateFactors?: ReadonlyMap<string, number>;
  /** Gradients are scaled down to this global norm where theirs is larger (Pascanu et al. 2013). Default: never. */
  readonly clipNorm?: number;
  /** Moving average of the weights, `average · decay + weights · (1 - decay)` after each update. Default: none. */
  readonly emaDecay?: number;
  /** Order of the examples, corruption and dropout. */
  readonly seed: number;
  readonly interruptFlag?: Int32Array<SharedArrayBuffer>;
  /** At most this often, and at the end of an epoch, the observer gets a snapshot. Default: never. */
  readonly snapshotEveryMs?: number;
  /** Goes on where this snapshot was taken, with the same request: same numbers as without the stop. */
  readonly resume?: TrainingSnapshot;
}

export interface TrainObserver {
  onStep?(step: StepReport): void;
  onEpoch?(epoch: EpochReport): void;
  /** A copy, after `onEpoch` of the same epoch. Not called after the last one, whose snapshot is in the result. */
  onSnapshot?(snapshot: TrainingSnapshot): void;
}

export interface StepReport {
  /** Updates so far, from 1. */
  readonly step: number;
  readonly steps: number;
  /** Mean over the rows of the step. */
  readonly loss: number;
  readonly learningRate: number;
}

export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  readonly step: number;
  /** Mean over the epoch's rows as they were trained on: dropout on, weights changing. */
  readonly trainLoss: number;
  /** Part of the rows whose largest logit is the label's; absent for other losses than softmax cross-entropy. */
  readonly trainAccuracy?: number;
  /** In inference mode (no dropout, moving statistics), after the epoch. With `emaDecay`, of the averaged weights. */
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
}

export interface TrainResult {
  /**
   * Those reached last; with `emaDecay` the averaged ones; after a divergence the last ones that were good. With `earlyStopping`, and
   * when it came to its end, those of the best epoch.
   */
  readonly weights: Weights;
  /** Those of the epoch with the lowest validation loss (by more than `minDelta`), where there is validation. */
  readonly best?: { readonly epoch: number; readonly weights: Weights };
  readonly epochs: readonly EpochReport[];
  readonly steps: number;
  readonly interrupted: boolean;
  /** True when `earlyStopping` ended it before the last epoch. */
  readonly stoppedEarly?: boolean;
  /** Set when loss or weights were no longer finite: training stopped there. */
  readonly diverged?: Divergence;
  /** For `resume`: everything that decides what comes next. */
  readonly snapshot: TrainingSnapshot;
  readonly seconds: number;
}

export interface Divergence {
  readonly step: number;
  readonly learningRate: number;
  /** The first layer, in order, whose value or weights are not finite; undefined when it is the loss itself. */
  readonly layer?: string;
  readonly what: "loss" | "value" | "weights" | "input";
}
