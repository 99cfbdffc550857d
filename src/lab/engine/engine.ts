/**
 * The two jobs of an engine. Implementations promise: inputs are never changed, the calling thread stays free, an
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
}

export interface TrainObserver {
  onStep?(step: StepReport): void;
  onEpoch?(epoch: EpochReport): void;
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
  readonly trainLoss: number;
  readonly trainAccuracy: number;
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
