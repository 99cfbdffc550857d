/**
 * The jobs of an engine. Implementations promise: inputs are never changed, the calling thread stays free, an
 * interrupt stops training at a step boundary with the weights reached so far, and the same request with the same seed
 * gives the same bits on the same machine.
 */
import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";

export interface Engine {
  /** E.g. `"onnxruntime 1.30.0"`. */
  readonly name: string;
  /** Forward pass in inference mode over `input` of shape `[n, …graph.input.shape]`, in batches. */
  infer(graph: LayerGraph, weights: Weights, input: Tensor, options?: InferOptions): Promise<Tensor>;
  train(request: TrainRequest, observer?: TrainObserver): Promise<TrainResult>;
  /**
   * Solves a linear softmax head to its optimum, off the calling thread: multinomial logistic regression by L-BFGS in
   * float64. The objective is convex, so there is one answer and no learning rate.
   */
  solveHead(request: SolveHeadRequest, observer?: SolveHeadObserver): Promise<SolvedHead>;
  /** Ends worker threads. */
  dispose(): Promise<void>;
}

export interface InferOptions {
  /** Default 256. */
  readonly batchSize?: number;
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
  /** The objective is mean cross-entropy + `l2` / 2 · ‖kernel‖²; the bias is not penalised. */
  readonly l2: number;
  /** Default 500. */
  readonly maxIterations?: number;
  /** Converged when no component of the gradient is larger. Default 1e-6. */
  readonly tolerance?: number;
  /** Start from here, e.g. from the solution for a neighbouring `l2`. Default zeros. */
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
  /** Largest absolute component of the gradient. */
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

export interface LabelledFeatures {
  /** `[n, …graph.input.shape]`. */
  readonly features: Tensor;
  /** `[n]`, class indices from 0. */
  readonly labels: Int32Array;
}

export interface TrainRequest {
  /** The tail. Its output are logits, `[n, classes]`: the loss is softmax cross-entropy. */
  readonly graph: LayerGraph;
  readonly weights: Weights;
  /** Names of the layers to train. All others stay as they are to the bit, batch norm in inference mode. */
  readonly trainable: readonly string[];
  readonly train: LabelledFeatures;
  readonly validation?: LabelledFeatures;
  readonly epochs: number;
  /** The last, smaller batch of an epoch is trained with its true weight, never dropped. */
  readonly batchSize: number;
  readonly optimizer: {
    readonly name: "adam";
    readonly learningRate: number;
    /** Decoupled weight decay (AdamW, Loshchilov & Hutter 2019), on kernels only. Default 0. */
    readonly weightDecay?: number;
  };
  /** Learning rate over the run: constant, or half a cosine down to 0. Default `"constant"`. */
  readonly schedule?: "constant" | "cosine";
  readonly seed: number;
  readonly interruptFlag?: Int32Array<SharedArrayBuffer>;
  /** At most this often, and at the end of an epoch, the observer gets the weights. Default: never. */
  readonly weightsEveryMs?: number;
}

export interface TrainObserver {
  onStep?(step: StepReport): void;
  onEpoch?(epoch: EpochReport): void;
  /** Copies, after `onEpoch` of the same epoch. Not called after the last one, whose weights are the result. */
  onWeights?(weights: Weights): void;
}

export interface StepReport {
  /** From 1. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly learningRate: number;
}

export interface EpochReport {
  /** From 1. */
  readonly epoch: number;
  readonly step: number;
  /** Mean over the epoch's rows as they were trained on: dropout on, weights changing. */
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  /** In inference mode (no dropout, moving statistics), after the epoch. */
  readonly validationLoss?: number;
  readonly validationAccuracy?: number;
}

export interface TrainResult {
  readonly weights: Weights;
  readonly epochs: readonly EpochReport[];
  readonly steps: number;
  readonly interrupted: boolean;
  readonly seconds: number;
}
