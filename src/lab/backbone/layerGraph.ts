/**
 * A network as data: layers in topological order, weights beside them. Read from a tfjs LayersModel, cut into trunk and
 * tail, compiled to ONNX for inference and for training. Nothing here knows an engine. Tensors are NHWC, kernels HWIO, as
 * Keras and tfjs keep them.
 */
export interface LayerGraph {
  /** Shape without the batch: `[28, 28, 1]`. */
  readonly input: { readonly name: string; readonly shape: readonly number[] };
  /** Topological order: every layer comes after the layers it reads. */
  readonly layers: readonly Layer[];
  /** Name of the layer whose value is the output. */
  readonly output: string;
}

export type Activation = "linear" | "relu" | "softmax";

export type Layer = LayerCommon &
  (
    | {
        readonly type: "Conv2D";
        readonly filters: number;
        readonly kernelSize: readonly [number, number];
        readonly strides: readonly [number, number];
        readonly padding: "same" | "valid";
        readonly useBias: boolean;
        readonly activation: Activation;
      }
    | { readonly type: "Dense"; readonly units: number; readonly useBias: boolean; readonly activation: Activation }
    | { readonly type: "BatchNormalization"; readonly epsilon: number; readonly momentum: number }
    | { readonly type: "Activation"; readonly activation: Activation }
    | {
        readonly type: "MaxPooling2D" | "AveragePooling2D";
        readonly poolSize: readonly [number, number];
        readonly strides: readonly [number, number];
        readonly padding: "same" | "valid";
      }
    | { readonly type: "GlobalAveragePooling2D" }
    | { readonly type: "Flatten" }
    | { readonly type: "Dropout"; readonly rate: number }
  );

interface LayerCommon {
  readonly name: string;
  /** Names of the layers (or of the graph's input) that this one reads. */
  readonly inputs: readonly string[];
}

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Weights by `layer/weight`: `conv1/kernel`, `conv1/bias`, `bn1/gamma`, `bn1/beta`, `bn1/moving_mean`,
 * `bn1/moving_variance`. Never changed in place: training returns a new map.
 */
export type Weights = ReadonlyMap<string, Tensor>;
