/**
 * A network as data: layers in topological order, weights beside them. Read from a tfjs LayersModel, cut into trunk and
 * tail, compiled to ONNX for inference and for training. Nothing here knows an engine. Tensors are NHWC, kernels HWIO, as
 * Keras and tfjs keep them.
 */
export interface LayerGraph {
  /** Shape without the batch: `[28, 28, 1]` for images, `[128]` for token ids or features. */
  readonly input: { readonly name: string; readonly shape: readonly number[] };
  /** Topological order: every layer comes after the layers it reads. */
  readonly layers: readonly Layer[];
  /** Name of the layer whose value is the output. */
  readonly output: string;
}

/**
 * `gelu` is the exact one (error function), `geluTanh` the approximation of Hendrycks & Gimpel 2016 that BERT and GPT-2 use. `elu` has the
 * alpha 1. `hardSigmoid` is relu6(x + 3) / 6, as Keras 3, PyTorch and MobileNetV3 have it, and `hardSwish` x times that.
 */
export type Activation =
  | "linear"
  | "relu"
  | "relu6"
  | "leakyRelu"
  | "elu"
  | "selu"
  | "gelu"
  | "geluTanh"
  | "swish"
  | "hardSwish"
  | "sigmoid"
  | "hardSigmoid"
  | "tanh"
  | "softmax";

export type Padding = "same" | "valid";
type Pair = readonly [number, number];
export type PerChannel = number | readonly number[];

/** What convolutions and pooling have in common. */
export interface Sliding {
  readonly strides: Pair;
  readonly padding: Padding;
}

/** Each tap of a kernel this many pixels behind the one before (atrous); with strides of 1 only. Absent: 1, beside each other. */
export interface Dilated {
  readonly dilation?: Pair;
}

/** Names of kinds and settings are Keras', in camelCase. Weights are named beside each kind, shapes as Keras keeps them. */
export type Layer = LayerCommon &
  (
    | ({
        /** `kernel` [height, width, channels / groups, filters], `bias` [filters]. */
        readonly type: "Conv2D";
        readonly filters: number;
        /** The first filters read the first channels, and so on (Xie et al. 2017). Absent: 1, all read all. */
        readonly groups?: number;
        readonly kernelSize: Pair;
        readonly useBias: boolean;
        readonly activation: Activation;
      } & Sliding &
        Dilated)
    | ({
        /** `depthwise_kernel` [height, width, channels, depthMultiplier], `bias` [channels · depthMultiplier]. */
        readonly type: "DepthwiseConv2D";
        readonly kernelSize: Pair;
        readonly depthMultiplier: number;
        readonly useBias: boolean;
        readonly activation: Activation;
      } & Sliding &
        Dilated)
    | ({
        /** `depthwise_kernel`, `pointwise_kernel` [1, 1, channels · depthMultiplier, filters], `bias` [filters]. */
        readonly type: "SeparableConv2D";
        readonly filters: number;
        readonly kernelSize: Pair;
        readonly depthMultiplier: number;
        readonly useBias: boolean;
        readonly activation: Activation;
      } & Sliding &
        Dilated)
    /** Over the last axis of features or of a sequence. `kernel` [inputs, units], `bias` [units]. */
    | { readonly type: "Dense"; readonly units: number; readonly useBias: boolean; readonly activation: Activation }
    /** `gamma`, `beta`, `moving_mean`, `moving_variance`, each [channels]. Where `scale` is false `gamma` is 1 and stays so. */
    | {
        readonly type: "BatchNormalization";
        readonly epsilon: number;
        readonly momentum: number;
        readonly scale?: false;
      }
    /** Over the last axis (Ba et al. 2016). `gamma`, `beta`, each [channels]. */
    | { readonly type: "LayerNormalization"; readonly epsilon: number }
    /** To the length 1 over the last axis: divided by the root of the sum of squares. */
    | { readonly type: "UnitNormalization" }
    /** `x · scale + offset`, each one number, or one for each channel. */
    | { readonly type: "Rescaling"; readonly scale: PerChannel; readonly offset: PerChannel }
    /** `(x - mean) / sqrt(variance)`, with what was measured of the data: `mean`, `variance`, each [channels]. They are never trained. */
    | { readonly type: "Normalization" }
    /** `slope` belongs to `leakyRelu`: the factor below 0. */
    | { readonly type: "Activation"; readonly activation: Activation; readonly slope?: number }
    | ({ readonly type: "MaxPooling2D" | "AveragePooling2D"; readonly poolSize: Pair } & Sliding)
    /** Over height and width; with `keepDims` the result is `[1, 1, channels]`. */
    | { readonly type: "GlobalAveragePooling2D" | "GlobalMaxPooling2D"; readonly keepDims: boolean }
    /** Over the steps of a sequence; a second input is a mask `[steps]`, and only steps with 1 count. */
    | { readonly type: "GlobalAveragePooling1D" }
    | { readonly type: "Flatten" }
    /** In Keras' order: by row, then column, then channel. */
    | { readonly type: "Reshape"; readonly shape: readonly number[] }
    | { readonly type: "Dropout"; readonly rate: number }
    /** Rows and columns of zeros: `[[top, bottom], [left, right]]`. */
    | { readonly type: "ZeroPadding2D"; readonly padding: readonly [Pair, Pair] }
    /** Two or more inputs of one shape, or with sides of 1 that broadcast to the largest one's. */
    | { readonly type: "Add" | "Multiply" }
    /** `axis` counts without the batch, from 0. */
    | { readonly type: "Concatenate"; readonly axis: number }
    /** Reads token ids `[steps]`, gives `[steps, outputDim]`. `embeddings` [inputDim, outputDim]. */
    | { readonly type: "Embedding"; readonly inputDim: number; readonly outputDim: number }
    /**
     * Reads a sequence `[steps, width]`, of which only the shape counts, and gives a learnt row for each of its positions, `[steps, width]`, to be
     * added to it. `embeddings` [sequenceLength, width], of which the first rows are taken. KerasHub's, for sequences up to that length.
     */
    | { readonly type: "PositionEmbedding"; readonly sequenceLength: number }
    /** 1 where a token id is not `paddingId`, else 0: `[steps]`. */
    | { readonly type: "PaddingMask"; readonly paddingId: number }
    /**
     * Reads a sequence `[steps, width]` and places `[asked]`, gives the steps at these places, `[asked, width]`: zeros for a place that there is
     * not, such as -1. Places are numbers from 0 and have no gradient.
     */
    | { readonly type: "GatherSteps" }
    /**
     * Vaswani et al. 2017. Inputs: query; query and value; or query, value and a mask `[steps of value]` (1: may be attended to).
     * `query_kernel`, `key_kernel`, `value_kernel` [width, heads, keyDim] with biases [heads, keyDim], `output_kernel`
     * [heads, keyDim, width], `output_bias` [width].
     */
    | {
        readonly type: "MultiHeadAttention";
        readonly heads: number;
        readonly keyDim: number;
        readonly useBias: boolean;
      }
    /**
     * A look-up of labelled features: the `neighbours` nearest by cosine similarity vote, and the logarithm of the votes is the output
     * `[classes]`. `examples` [examples, width] in rows of length 1, `labels` [examples], `centre` [width], which is taken off before
     * directions are compared, `class_weights` [classes]. It has no gradients.
     */
    | {
        readonly type: "NearestNeighbors";
        readonly examples: number;
        readonly neighbours: number;
        readonly classes: number;
      }
    /**
     * The beginning of an ONNX model that no other kind can express, as it is: never trained. `graph` is a GraphProto in base64 without its
     * large constants, which are the weights. Several outputs come as one row, each flattened in Keras' order.
     */
    | ({ readonly type: "OnnxOperators"; readonly opset: number; readonly graph: string } & Operators)
    /**
     * The same of a tfjs GraphModel: `nodes` as its `model.json` has them, large constants as placeholders. Only the tfjs engine computes it.
     */
    | ({
        readonly type: "TensorFlowOperators";
        readonly nodes: readonly unknown[];
        readonly constants: readonly OperatorConstant[];
      } & Operators)
    /** Several values as one row: each flattened in Keras' order, one behind the other. Written by the cut, never by a person. */
    | { readonly type: "Pack" }
    /** The value of `shape` that begins at `offset` of a packed row. */
    | { readonly type: "Unpack"; readonly offset: number; readonly shape: readonly number[] }
    /** A layer that a person registered with tfjs (`tf.serialization.registerClass`); only the tfjs engine computes it. */
    | {
        readonly type: "Custom";
        readonly className: string;
        readonly config: Readonly<Record<string, unknown>>;
        readonly outputShape: readonly number[];
        readonly weights: readonly CustomWeight[];
      }
  );

export interface CustomWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly trainable: boolean;
}

export interface Operators {
  /** The kinds of operators that made it so, for messages. */
  readonly operators: readonly string[];
  /** What the operators call the input. */
  readonly inputValue: string;
  /** Whether they have it as `[batch, channels, height, width]`. */
  readonly channelsFirst: boolean;
  readonly outputs: readonly OperatorOutput[];
  readonly weights: readonly OperatorWeight[];
}

export interface OperatorOutput {
  /** What the operators call it. */
  readonly value: string;
  readonly shape: readonly number[];
  readonly channelsFirst: boolean;
}

export interface OperatorConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32" | "bool";
  readonly values: readonly number[];
}

export interface OperatorWeight {
  readonly name: string;
  readonly shape: readonly number[];
  /** What the operators call it. */
  readonly value: string;
}

export interface LayerCommon {
  readonly name: string;
  /** Names of the layers (or of the graph's input) that this one reads. */
  readonly inputs: readonly string[];
}

/** The layer with this `type`, also where several types share one shape of options. */
export type LayerOf<Type extends Layer["type"]> = Layer extends infer Kind
  ? Kind extends Layer
    ? Type extends Kind["type"]
      ? Kind & { readonly type: Type }
      : never
    : never
  : never;

/** Numbers with a shape, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Weights by `layer/weight`: `conv1/kernel`, `conv1/bias`, `bn1/gamma`, `bn1/beta`, `bn1/moving_mean`,
 * `bn1/moving_variance`. Never changed in place: training returns a new map.
 */
export type Weights = ReadonlyMap<string, Tensor>;
