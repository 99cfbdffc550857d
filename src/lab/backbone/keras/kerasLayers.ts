/** How Keras writes each kind of layer in a topology, both ways. Class names are Keras'; a class may stand for a setting of a kind. */
import { SMALLEST_DEVIATION } from "../kinds/features";
import { sizeOf, type Shape } from "../kinds/layerKind";
import type { Layer } from "../layerGraph";
import { type KerasLayer, KerasSettings, kerasActivation } from "./kerasSettings";

type LayerCore = Layer extends infer Kind ? (Kind extends Layer ? Omit<Kind, "name" | "inputs"> : never) : never;
type Reader = (read: KerasSettings, inputs: readonly Shape[]) => LayerCore;

const sliding = (read: KerasSettings) => {
  const strides = read.pair("strides", [1, 1]);
  const dilation = read.pair("dilation_rate", [1, 1]);
  const isDilated = Math.max(...dilation) > 1;
  if (isDilated && Math.max(...strides) > 1) read.refuse("dilation and strides");
  return {
    kernelSize: read.pair("kernel_size"),
    strides,
    ...(isDilated && { dilation }),
    padding: read.padding(),
    useBias: read.boolean("use_bias", true),
    activation: read.activation(),
  };
};

const pooling =
  (type: "MaxPooling2D" | "AveragePooling2D"): Reader =>
  (read) => {
    const poolSize = read.pair("pool_size", [2, 2]);
    return { type, poolSize, strides: read.pair("strides", poolSize), padding: read.padding() };
  };

const slope = (read: KerasSettings, value: number): LayerCore => {
  if (value === 0) return { type: "Activation", activation: "relu" };
  read.mustBe("threshold", 0);
  return { type: "Activation", activation: "leakyRelu", slope: value };
};

const readers: Readonly<Record<string, Reader>> = {
  Conv2D: (read) => {
    const groups = read.number("groups", 1);
    return { type: "Conv2D", filters: read.number("filters"), ...(groups > 1 && { groups }), ...sliding(read) };
  },
  DepthwiseConv2D: (read) => ({
    type: "DepthwiseConv2D",
    depthMultiplier: read.number("depth_multiplier", 1),
    ...sliding(read),
  }),
  SeparableConv2D: (read) => ({
    type: "SeparableConv2D",
    filters: read.number("filters"),
    depthMultiplier: read.number("depth_multiplier", 1),
    ...sliding(read),
  }),
  Dense: (read) => ({
    type: "Dense",
    units: read.number("units"),
    useBias: read.boolean("use_bias", true),
    activation: read.activation(),
  }),
  BatchNormalization: (read, [input = []]) => {
    read.mustBe("center", true);
    lastAxis(read, input);
    return {
      type: "BatchNormalization",
      ...(read.boolean("scale", true) ? {} : { scale: false as const }),
      epsilon: read.number("epsilon", 1e-3),
      momentum: read.number("momentum", 0.99),
    };
  },
  LayerNormalization: (read, [input = []]) => {
    read.mustBe("center", true);
    read.mustBe("scale", true);
    read.mustBe("rms_scaling", false);
    lastAxis(read, input);
    return { type: "LayerNormalization", epsilon: read.number("epsilon", 1e-3) };
  },
  UnitNormalization: (read, [input = []]) => {
    lastAxis(read, input);
    return { type: "UnitNormalization" };
  },
  Rescaling: (read) => ({
    type: "Rescaling",
    scale: read.perChannel("scale"),
    offset: read.perChannel("offset", 0),
  }),
  Normalization: (read, [input = []]) => {
    read.mustBe("invert", false);
    lastAxis(read, input);
    if ((read.layer.config.mean ?? null) === null) return { type: "Normalization" };
    // Given instead of measured: no weights.
    const deviations = [read.perChannel("variance")].flat().map((one) => Math.max(Math.sqrt(one), SMALLEST_DEVIATION));
    const means = [read.perChannel("mean")].flat();
    return {
      type: "Rescaling",
      scale: deviations.map((one) => 1 / one),
      offset: means.map((one, i) => -one / deviations[i]!),
    };
  },
  Activation: (read) => ({ type: "Activation", activation: read.activation() }),
  ReLU: (read) => {
    const most = read.optionalNumber("max_value");
    const below = read.number("negative_slope", 0);
    read.mustBe("threshold", 0);
    if (most === 6 && below === 0) return { type: "Activation", activation: "relu6" };
    return most === undefined ? slope(read, below) : read.refuse(`max_value ${most}`);
  },
  ELU: (read) => {
    read.mustBe("alpha", 1);
    return { type: "Activation", activation: "elu" };
  },
  LeakyReLU: (read) => slope(read, read.optionalNumber("negative_slope") ?? read.number("alpha", 0.3)),
  Softmax: (read) => {
    read.mustBe("axis", -1);
    return { type: "Activation", activation: "softmax" };
  },
  MaxPooling2D: pooling("MaxPooling2D"),
  AveragePooling2D: pooling("AveragePooling2D"),
  GlobalAveragePooling2D: (read) => ({ type: "GlobalAveragePooling2D", keepDims: read.boolean("keepdims", false) }),
  GlobalMaxPooling2D: (read) => ({ type: "GlobalMaxPooling2D", keepDims: read.boolean("keepdims", false) }),
  GlobalAveragePooling1D: (read) => {
    read.mustBe("keepdims", false);
    return { type: "GlobalAveragePooling1D" };
  },
  Flatten: () => ({ type: "Flatten" }),
  Reshape: (read, [input = []]) => {
    const target = read.numbers("target_shape");
    const known = sizeOf(target.filter((side) => side >= 0));
    return { type: "Reshape", shape: target.map((side) => (side < 0 ? sizeOf(input) / known : side)) };
  },
  Dropout: (read) => ({ type: "Dropout", rate: read.number("rate") }),
  ZeroPadding2D: (read) => {
    const value: unknown = read.layer.config.padding ?? 1;
    const pairs = typeof value === "number" ? [value, value] : value;
    if (!Array.isArray(pairs) || pairs.length !== 2) return read.refuse(`padding ${JSON.stringify(value)}`);
    const pair = (side: unknown): readonly [number, number] =>
      Array.isArray(side) ? [Number(side[0]), Number(side[1])] : [Number(side), Number(side)];
    return { type: "ZeroPadding2D", padding: [pair(pairs[0]), pair(pairs[1])] };
  },
  Add: () => ({ type: "Add" }),
  Multiply: () => ({ type: "Multiply" }),
  Concatenate: (read, [first = []]) => {
    const axis = read.number("axis", -1);
    // Keras counts the batch as axis 0.
    return { type: "Concatenate", axis: axis < 0 ? first.length + axis : axis - 1 };
  },
  Embedding: (read) => {
    // Its mask would go along with its value to all layers after it.
    read.mustBe("mask_zero", false);
    return { type: "Embedding", inputDim: read.number("input_dim"), outputDim: read.number("output_dim") };
  },
  PositionEmbedding: (read) => ({ type: "PositionEmbedding", sequenceLength: read.number("sequence_length") }),
  PaddingMask: (read) => ({ type: "PaddingMask", paddingId: read.number("padding_id", 0) }),
  MultiHeadAttention: (read) => {
    const keyDim = read.number("key_dim");
    read.mustBe("value_dim", keyDim);
    read.mustBe("output_shape", null);
    read.mustBe("dropout", 0);
    return {
      type: "MultiHeadAttention",
      heads: read.number("num_heads"),
      keyDim,
      useBias: read.boolean("use_bias", true),
    };
  },
  NearestNeighbors: (read) => ({
    type: "NearestNeighbors",
    examples: read.number("examples"),
    neighbours: read.number("neighbours"),
    classes: read.number("classes"),
  }),
};

export function isKnownClass(className: string): boolean {
  return className in readers;
}

/** @throws GraftError `backbone/unsupported-layer` naming the layer and `what` about it is not supported. */
export function refuseLayer(keras: KerasLayer, what: string): never {
  return new KerasSettings(keras, Object.keys(readers)).refuse(what);
}

/** @throws GraftError `backbone/unsupported-layer` naming the layer and what about it is not supported. */
export function layerFromKeras(keras: KerasLayer, inputs: readonly string[], shapes: readonly Shape[]): Layer {
  const read = new KerasSettings(keras, Object.keys(readers));
  const reader = readers[keras.class_name];
  if (reader === undefined) return read.refuse();
  read.mustBe("data_format", "channels_last");
  return { name: keras.config.name, inputs, ...reader(read, shapes) };
}

/** Batch and layer norm over the channels only. */
function lastAxis(read: KerasSettings, input: Shape): void {
  const { axis } = read.layer.config;
  const given: unknown = Array.isArray(axis) && axis.length === 1 ? axis[0] : axis;
  if (given === undefined || given === -1 || given === input.length) return;
  read.refuse(`axis ${JSON.stringify(axis)}`);
}

/** The class and the configuration, but for the name, that Keras would write. */
export function kerasFromLayer(layer: Layer): {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
} {
  switch (layer.type) {
    case "Conv2D":
      return {
        className: layer.type,
        config: { filters: layer.filters, groups: layer.groups ?? 1, ...slidingConfig(layer) },
      };
    case "DepthwiseConv2D":
      return { className: layer.type, config: { depth_multiplier: layer.depthMultiplier, ...slidingConfig(layer) } };
    case "SeparableConv2D":
      return {
        className: layer.type,
        config: { filters: layer.filters, depth_multiplier: layer.depthMultiplier, ...slidingConfig(layer) },
      };
    case "Dense":
      return {
        className: layer.type,
        config: { units: layer.units, use_bias: layer.useBias, activation: kerasActivation(layer.activation) },
      };
    case "BatchNormalization":
      return {
        className: layer.type,
        config: { axis: -1, momentum: layer.momentum, epsilon: layer.epsilon, center: true, scale: true },
      };
    case "LayerNormalization":
      return { className: layer.type, config: { axis: -1, epsilon: layer.epsilon, center: true, scale: true } };
    case "Rescaling":
      return { className: layer.type, config: { scale: layer.scale, offset: layer.offset } };
    case "Normalization":
    case "UnitNormalization":
      return { className: layer.type, config: { axis: -1 } };
    case "Activation":
      return layer.activation === "leakyRelu"
        ? { className: "LeakyReLU", config: { alpha: layer.slope ?? DEFAULT_SLOPE } }
        : { className: layer.type, config: { activation: kerasActivation(layer.activation) } };
    case "MaxPooling2D":
    case "AveragePooling2D":
      return {
        className: layer.type,
        config: {
          pool_size: layer.poolSize,
          strides: layer.strides,
          padding: layer.padding,
          data_format: "channels_last",
        },
      };
    case "GlobalAveragePooling2D":
    case "GlobalMaxPooling2D":
      return { className: layer.type, config: { data_format: "channels_last", keepdims: layer.keepDims } };
    case "GlobalAveragePooling1D":
    case "Flatten":
    case "Multiply":
    case "Add":
    case "GatherSteps":
    case "Pack":
      return { className: layer.type, config: {} };
    case "Reshape":
      return { className: layer.type, config: { target_shape: layer.shape } };
    case "Dropout":
      return { className: layer.type, config: { rate: layer.rate } };
    case "ZeroPadding2D":
      return { className: layer.type, config: { padding: layer.padding, data_format: "channels_last" } };
    case "Concatenate":
      return { className: layer.type, config: { axis: layer.axis + 1 } };
    case "Embedding":
      return { className: layer.type, config: { input_dim: layer.inputDim, output_dim: layer.outputDim } };
    case "PositionEmbedding":
      return { className: layer.type, config: { sequence_length: layer.sequenceLength } };
    case "PaddingMask":
      return { className: layer.type, config: { padding_id: layer.paddingId } };
    case "MultiHeadAttention":
      return {
        className: layer.type,
        config: { num_heads: layer.heads, key_dim: layer.keyDim, use_bias: layer.useBias },
      };
    case "NearestNeighbors":
      return {
        className: layer.type,
        config: { examples: layer.examples, neighbours: layer.neighbours, classes: layer.classes },
      };
    case "OnnxOperators":
    case "TensorFlowOperators":
      return { className: layer.type, config: { operators: layer.operators } };
    case "Unpack":
      return { className: layer.type, config: { offset: layer.offset, target_shape: layer.shape } };
    case "Custom":
      return { className: layer.className, config: layer.config };
    default:
      return layer satisfies never;
  }
}

/** Keras' for an activation that is named without a slope. */
export const DEFAULT_SLOPE = 0.2;

function slidingConfig(layer: Extract<Layer, { kernelSize: unknown }>): Readonly<Record<string, unknown>> {
  return {
    kernel_size: layer.kernelSize,
    strides: layer.strides,
    padding: layer.padding,
    data_format: "channels_last",
    dilation_rate: layer.dilation ?? [1, 1],
    use_bias: layer.useBias,
    activation: kerasActivation(layer.activation),
  };
}
