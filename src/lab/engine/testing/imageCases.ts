/** Rows of the conformance suite for layers of images, for activations, and for batch norm. */
import type { Activation, LayerOf } from "../../backbone/layerGraph";
import type { ConformanceCase } from "./conformanceCase";
import { conv, dense, norm, pool, sequence } from "./networks";

type Layers = Parameters<typeof sequence>[1];

const flatten = { type: "Flatten", name: "flatten" } as const;
const activation = (kind: Activation, slope?: number) =>
  ({ type: "Activation", name: "act", activation: kind, ...(slope !== undefined && { slope }) }) as const;
const unscaled = { type: "BatchNormalization", name: "bn", epsilon: 1e-3, momentum: 0.9, scale: false } as const;
const normalization = { type: "Normalization", name: "data" } as const;
const average = (keepDims = false) => ({ type: "GlobalAveragePooling2D", name: "average", keepDims }) as const;
const max = (keepDims = false) => ({ type: "GlobalMaxPooling2D", name: "max", keepDims }) as const;

const sliding = {
  kernelSize: [3, 3],
  strides: [1, 1],
  padding: "same",
  depthMultiplier: 1,
  useBias: true,
  activation: "linear",
} as const;
const depthwise = (options: Partial<LayerOf<"DepthwiseConv2D">> = {}, name = "depthwise") =>
  ({ type: "DepthwiseConv2D", ...sliding, ...options, name }) as const;
const separable = (options: Partial<LayerOf<"SeparableConv2D">> = {}) =>
  ({ type: "SeparableConv2D", ...sliding, filters: 4, ...options, name: "separable" }) as const;
const zeros = (top: number, bottom: number, left: number, right: number) =>
  ({
    type: "ZeroPadding2D",
    name: "zeros",
    padding: [
      [top, bottom],
      [left, right],
    ],
  }) as const;

/** Layers between a convolution and a head, so that gradients by weights and by input both count. */
const image = (name: string, layers: Layers, shape = [6, 5, 2]): ConformanceCase => ({
  name,
  graph: sequence(shape, [conv("before"), ...layers, flatten, dense("head")]),
});
const features = (name: string, layers: Layers): ConformanceCase => ({
  name,
  graph: sequence([7], [dense("before", { units: 6 }), ...layers, dense("head")]),
});
const steps = (name: string, layers: Layers): ConformanceCase => ({
  name,
  graph: sequence([3, 4], [dense("before", { units: 5 }), ...layers, flatten, dense("head")]),
});
/** Maps too large for Toeplitz matrices; one filter behind them, as the head's gradient is not what is tested. */
const large = (name: string, layers: Layers, shape = [13, 17, 1], filters = 2): ConformanceCase => ({
  name,
  graph: sequence(shape, [conv("before", { kernelSize: [1, 1], filters }), ...layers, max(), dense("head")]),
  batch: 2,
});

const convolutions: readonly ConformanceCase[] = [
  image("conv 3x3 same", [conv("conv")]),
  image("conv 3x3 valid", [conv("conv", { padding: "valid" })]),
  image("conv 3x3 same, stride 2, even and odd side", [conv("conv", { strides: [2, 2] })]),
  image("conv 3x3 valid, stride 2", [conv("conv", { strides: [2, 2], padding: "valid" })]),
  image("conv 1x1", [conv("conv", { kernelSize: [1, 1] })]),
  image("conv 1x1, stride 2", [conv("conv", { kernelSize: [1, 1], strides: [2, 2] })]),
  image("conv 2x2 same (padded on one side)", [conv("conv", { kernelSize: [2, 2] })]),
  image("conv 5x3, stride 2 by 1", [conv("conv", { kernelSize: [5, 3], strides: [2, 1] })]),
  image("conv 5x5 same on a smaller image", [conv("conv", { kernelSize: [5, 5] })], [3, 2, 2]),
  image("conv without bias, relu", [conv("conv", { useBias: false, activation: "relu" })]),
  image("conv with more filters than channels", [conv("conv", { filters: 8, activation: "relu" })], [4, 4, 1]),
  image("conv softmax", [conv("conv", { activation: "softmax" })]),
  image("conv 3x3 same, dilation 2", [conv("conv", { dilation: [2, 2] })]),
  image("conv 3x2 valid, dilation 2 by 3", [
    conv("conv", { kernelSize: [3, 2], dilation: [2, 3], padding: "valid", activation: "tanh" }),
  ]),
  image("conv in 3 groups", [conv("conv", { filters: 6, groups: 3, activation: "tanh" })], [4, 4, 2]),
  image("conv in 2 groups, stride 2, without bias", [
    conv("two", { filters: 4, kernelSize: [1, 1] }),
    conv("conv", { filters: 2, groups: 2, strides: [2, 2], useBias: false }),
  ]),
  { ...image("conv in groups, frozen", [conv("conv", { groups: 3 })], [4, 4, 2]), trainable: ["before", "head"] },
  { name: "one image", graph: sequence([4, 4, 1], [conv("before"), flatten, dense("head")]), batch: 1 },
];

const depthwiseConvolutions: readonly ConformanceCase[] = [
  image("depthwise 3x3 same", [depthwise()]),
  image("depthwise 3x3 valid, two filters a channel", [depthwise({ padding: "valid", depthMultiplier: 2 })]),
  image("depthwise 3x3 same, stride 2, even and odd side", [depthwise({ strides: [2, 2], activation: "relu6" })]),
  image("depthwise 5x3, stride 2 by 1, without bias", [
    depthwise({ kernelSize: [5, 3], strides: [2, 1], useBias: false }),
  ]),
  image("depthwise 2x2 same (padded on one side)", [depthwise({ kernelSize: [2, 2], depthMultiplier: 3 })], [4, 3, 2]),
  image("depthwise without taps beside it", [depthwise({ kernelSize: [1, 1] })]),
  image("depthwise 3x3 same, dilation 2 by 1", [depthwise({ dilation: [2, 1], depthMultiplier: 2 })]),
  large("depthwise of a larger map, dilation 2 by 3", [depthwise({ dilation: [2, 3] })]),
  large("depthwise of a larger map, dilation 3, valid", [depthwise({ dilation: [3, 3], padding: "valid" })]),
  image("separable 3x3 same, dilation 2", [separable({ dilation: [2, 2] })]),
  { ...image("depthwise, frozen", [depthwise()]), trainable: ["before", "head"] },
  { name: "depthwise first", graph: sequence([5, 4, 2], [depthwise(), flatten, dense("head")]) },
  large("depthwise of a larger map", [depthwise()]),
  large("depthwise of a larger map, two filters a channel, valid", [
    depthwise({ depthMultiplier: 2, padding: "valid", kernelSize: [3, 2] }),
  ]),
  large("depthwise of a larger map, stride 2", [depthwise({ strides: [2, 2], activation: "relu" })], [16, 17, 1]),
  large("depthwise of a larger map, stride 3 by 2, valid, two filters", [
    depthwise({ strides: [3, 2], padding: "valid", depthMultiplier: 2 }),
  ]),
  image("separable 3x3 same", [separable()]),
  image("separable, two filters a channel, stride 2, swish", [
    separable({ depthMultiplier: 2, strides: [2, 2], activation: "swish" }),
  ]),
  image("separable without bias, valid", [separable({ useBias: false, padding: "valid" })]),
  { ...image("separable, frozen", [separable()]), trainable: ["before", "head"] },
  { name: "separable first", graph: sequence([5, 4, 2], [separable(), flatten, dense("head")]) },
];

const pools: readonly ConformanceCase[] = [
  image("max pool 2x2 valid", [pool("MaxPooling2D", 2, 2, "valid")]),
  image("max pool 2x2 same, odd side", [pool("MaxPooling2D", 2, 2, "same")]),
  image("max pool 3x3, stride 2, same (overlapping)", [pool("MaxPooling2D", 3, 2, "same")]),
  image("max pool 2x2, stride 3 (gaps)", [pool("MaxPooling2D", 2, 3, "valid")]),
  image(
    "max pool 2x3, tiling",
    [{ type: "MaxPooling2D", name: "pool", poolSize: [2, 3], strides: [2, 3], padding: "valid" }],
    [4, 6, 2],
  ),
  {
    ...image("max pool after relu", [conv("conv", { activation: "relu" }), pool("MaxPooling2D", 2, 2, "valid")]),
    seed: 8,
  },
  {
    ...image("max pool after batch norm and relu, odd side", [
      conv("conv", { useBias: false }),
      norm("bn"),
      activation("relu"),
      pool("MaxPooling2D", 2, 2, "valid"),
    ]),
    seed: 8,
  },
  image("max pool after relu, tiling", [activation("relu"), pool("MaxPooling2D", 2, 2, "same")], [4, 6, 2]),
  image("max pool after relu6, tiling", [activation("relu6"), pool("MaxPooling2D", 2, 2, "same")], [4, 6, 2]),
  image("average pool 2x2 valid", [pool("AveragePooling2D", 2, 2, "valid")]),
  image("average pool 3x3, stride 2, same", [pool("AveragePooling2D", 3, 2, "same")]),
  image("average pool 2x2 same, odd side", [pool("AveragePooling2D", 2, 2, "same")]),
  { name: "pool first", graph: sequence([4, 4, 2], [pool("MaxPooling2D", 2, 2, "valid"), flatten, dense("head")]) },
  { name: "global average", graph: sequence([4, 3, 2], [conv("before"), average(), dense("head")]) },
  image("global average, dimensions kept", [average(true), conv("conv", { kernelSize: [1, 1] })]),
  { name: "global max", graph: sequence([4, 3, 2], [conv("before"), max(), dense("head")]) },
  image("global max after relu, dimensions kept", [conv("conv", { activation: "relu", filters: 5 }), max(true)]),
  image("zero padding", [zeros(1, 2, 0, 3)]),
  image("zero padding before a convolution, valid, stride 2", [
    zeros(0, 1, 0, 1),
    depthwise({ strides: [2, 2], padding: "valid" }),
  ]),
  // ONNX Runtime takes such a padding for the pool's own, whose pixels never win.
  image("zero padding before a max pool, valid", [zeros(1, 1, 2, 2), pool("MaxPooling2D", 3, 2, "valid")]),
  image("zero padding before a max pool, same", [zeros(1, 1, 1, 2), pool("MaxPooling2D", 2, 2, "same")]),
  { name: "flatten first", graph: sequence([3, 2, 2], [flatten, dense("head")]) },
];

const norms: readonly ConformanceCase[] = [
  image("batch norm of an image, trained", [norm("bn")]),
  { ...image("batch norm of an image, frozen", [norm("bn")]), trainable: ["before", "head"] },
  image("batch norm of an image without gamma, trained", [unscaled]),
  features("batch norm of features, trained", [norm("bn")]),
  { ...features("batch norm of features, frozen", [norm("bn")]), trainable: ["before"] },
  steps("batch norm of a sequence, trained", [norm("bn")]),
  { ...steps("batch norm of a sequence, frozen", [norm("bn")]), trainable: ["before"] },
  image("rescaling by channel", [{ type: "Rescaling", name: "scale", scale: [2, -1, 0.5], offset: [1, 0, -2] }]),
  image("rescaling", [{ type: "Rescaling", name: "scale", scale: 0.25, offset: 0 }]),
  steps("rescaling of a sequence", [{ type: "Rescaling", name: "scale", scale: [2, 1, 3, -1, 0.5], offset: -1 }]),
  image("normalization of an image, where all trains", [normalization]),
  { ...features("normalization of features", [normalization]), trainable: ["before"] },
  { name: "normalization first", graph: sequence([3, 2, 2], [normalization, conv("conv"), flatten, dense("head")]) },
  {
    ...image("depthwise, batch norm, relu6", [depthwise({ useBias: false }), norm("bn"), activation("relu6")]),
    seed: 8,
  },
  {
    name: "gradient through frozen layers",
    graph: sequence(
      [6, 6, 2],
      [
        conv("before"),
        conv("frozen1", { activation: "relu", padding: "valid" }),
        norm("frozen2"),
        pool("MaxPooling2D", 2, 2, "valid"),
        flatten,
        dense("frozen3"),
      ],
    ),
    trainable: ["before"],
  },
  {
    name: "frozen layers in front",
    graph: sequence([6, 6, 2], [conv("frozen"), norm("bn"), activation("relu"), flatten, dense("head")]),
    trainable: ["head", "bn"],
  },
];

const smooth = ["gelu", "geluTanh", "swish", "sigmoid", "tanh", "elu", "selu", "hardSwish", "hardSigmoid"] as const;

const activations: readonly ConformanceCase[] = [
  image("relu", [activation("relu")]),
  image("softmax over channels", [activation("softmax")]),
  features("dense relu", [dense("dense", { activation: "relu" })]),
  features("dense without bias", [dense("dense", { useBias: false })]),
  features("dense softmax", [dense("dense", { activation: "softmax" })]),
  steps("softmax over the last axis of a sequence", [activation("softmax")]),
  steps("dense softmax over a sequence", [dense("dense", { activation: "softmax" })]),
  image("leaky relu", [activation("leakyRelu")]),
  image("leaky relu, slope 0.01", [activation("leakyRelu", 0.01)]),
  image("leaky relu, slope 2", [activation("leakyRelu", 2)]),
  features("dense leaky relu", [dense("dense", { activation: "leakyRelu" })]),
  image("relu6", [activation("relu6")]),
  features("dense relu6", [dense("dense", { activation: "relu6" })]),
  ...smooth.flatMap((kind) => [
    image(kind, [activation(kind)], [3, 4, 2]),
    image(`conv ${kind}`, [conv("conv", { activation: kind })], [3, 4, 2]),
    image(`depthwise ${kind}`, [depthwise({ activation: kind })], [3, 4, 2]),
    features(`dense ${kind}`, [dense("dense", { activation: kind })]),
    steps(`${kind} of a sequence`, [activation(kind)]),
  ]),
];

export const imageCases: readonly ConformanceCase[] = [
  ...convolutions,
  ...depthwiseConvolutions,
  ...pools,
  ...norms,
  ...activations,
];
