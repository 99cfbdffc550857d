/** What TensorFlow's operators mean, as the converter of tfjs writes them into a GraphModel. Images have their channels last. */
import type { Activation } from "../layerGraph";
import { activationOf, add, divide, isAll, multiply, subtract } from "./elementwise";
import { asFloats, matrixOf } from "./kernels";
import { mustBe, NoRule, numberOf, numbersOf, type OperatorNode, textOf } from "./operatorGraph";
import type { OperatorRule, RuleTable } from "./operatorRule";
import { reshaped, squeezed, unsqueezed } from "./reshapeRule";
import type { Pads } from "./slidingPads";

const same: OperatorRule = (place) => place.layer(0);

const activation =
  (name: Activation): OperatorRule =>
  (place, node) =>
    place.writer.activation(node, place.layer(0), name);

const convolution =
  (depthwise: boolean): OperatorRule =>
  (place, node) => {
    mustBe(node, "data_format", "NHWC");
    const fused = fusedOps(node);
    const kernel = place.constant(1);
    const x = place.layer(0);
    const result = place.writer.convolution(node, x, {
      kernel: { shape: kernel.shape, data: asFloats(kernel) },
      depthwise,
      bias: fused.hasBias ? asFloats(place.constant(2)) : undefined,
      strides: sides(node, "strides"),
      pads: padsOf(node),
      dilation: numbersOf(node, "dilations") === undefined ? [1, 1] : sides(node, "dilations"),
      groups: depthwise ? 1 : x.shape[2]! / kernel.shape[2]!,
    });
    return place.writer.activation(node, result, fused.activation, fused.slope);
  };

const matrixProduct: OperatorRule = (place, node) => {
  mustBe(node, "transpose_a", false);
  const fused = fusedOps(node);
  const weight = place.constant(1);
  const kernel = matrixOf(weight, node.attributes.get("transpose_b") === true);
  const result = place.writer.dense(
    node,
    place.layer(0),
    kernel,
    fused.hasBias ? asFloats(place.constant(2)) : undefined,
  );
  return place.writer.activation(node, result, fused.activation, fused.slope);
};

const batchNorm: OperatorRule = (place, node) => {
  mustBe(node, "data_format", "NHWC");
  mustBe(node, "is_training", false);
  const vector = (at: number) => asFloats(place.constant(at));
  return place.writer.batchNormalization(node, place.layer(0), {
    gamma: vector(1),
    beta: vector(2),
    mean: vector(3),
    variance: vector(4),
    epsilon: numberOf(node, "epsilon", 1e-4),
    // The graph is one for inference: it does not say. Keras' default.
    momentum: 0.99,
  });
};

const pooling =
  (type: "MaxPooling2D" | "AveragePooling2D"): OperatorRule =>
  (place, node) => {
    mustBe(node, "data_format", "NHWC");
    return place.writer.pooling(node, type, place.layer(0), {
      kernel: sides(node, "ksize"),
      strides: sides(node, "strides"),
      pads: padsOf(node),
      countsPadding: false,
    });
  };

const globalPooling =
  (type: "GlobalAveragePooling2D" | "GlobalMaxPooling2D"): OperatorRule =>
  (place, node) => {
    const x = place.layer(0);
    const axes = [...place.constant(1).data].map((axis) => (axis < 0 ? axis + 4 : axis)).sort();
    if (x.shape.length !== 3 || axes.join() !== "1,2") throw new NoRule(`a reduction over axes ${axes.join(", ")}`);
    return place.writer.globalPooling(node, type, x, node.attributes.get("keep_dims") === true);
  };

const pad: OperatorRule = (place, node) => {
  const pads = [...place.constant(1).data];
  if (place.count > 2 && !isAll(place.constant(2), 0)) throw new NoRule("padding that is not zeros");
  const [n0, n1, top, bottom, left, right, c0, c1] = pads as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (pads.length !== 8 || n0 + n1 + c0 + c1 !== 0) throw new NoRule("padding of the batch or the channels");
  return place.writer.zeroPadding(node, place.layer(0), [top, left, bottom, right]);
};

export const tensorflowRules: RuleTable = {
  Add: add,
  AddV2: add,
  AvgPool: pooling("AveragePooling2D"),
  BiasAdd: add,
  ClipByValue: (place, node) => activationOf(place, node, place.constant(1), place.constant(2)),
  ConcatV2: (place, node) => {
    const inputs = Array.from({ length: place.count - 1 }, (_, i) => place.layer(i));
    return place.writer.concatenate(node, inputs, place.constant(place.count - 1).data[0]!);
  },
  Conv2D: convolution(false),
  _FusedConv2D: convolution(false),
  DepthwiseConv2dNative: convolution(true),
  FusedDepthwiseConv2dNative: convolution(true),
  Div: divide,
  Elu: activation("elu"),
  ExpandDims: (place, node) => unsqueezed(place, node, [...place.constant(1).data], false),
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
  Identity: same,
  LeakyRelu: (place, node) => place.writer.activation(node, place.layer(0), "leakyRelu", numberOf(node, "alpha", 0.2)),
  MatMul: matrixProduct,
  _FusedMatMul: matrixProduct,
  Max: globalPooling("GlobalMaxPooling2D"),
  MaxPool: pooling("MaxPooling2D"),
  Maximum: (place, node) => activationOf(place, node, place.constant(1), undefined),
  Mean: globalPooling("GlobalAveragePooling2D"),
  Mul: multiply,
  Pad: pad,
  PadV2: pad,
  RealDiv: divide,
  Relu: activation("relu"),
  Relu6: activation("relu6"),
  Reshape: (place, node) => reshaped(place, node, place.layer(0), [...place.constant(1).data], false),
  Selu: activation("selu"),
  Sigmoid: activation("sigmoid"),
  Softmax: activation("softmax"),
  Squeeze: (place, node) => squeezed(place, node, numbersOf(node, "squeeze_dims") ?? numbersOf(node, "axis"), false),
  StopGradient: same,
  Sub: subtract,
  Tanh: activation("tanh"),
};

const fusedActivations: Readonly<Record<string, Activation>> = {
  Elu: "elu",
  Relu: "relu",
  Relu6: "relu6",
  LeakyRelu: "leakyRelu",
  Sigmoid: "sigmoid",
  Tanh: "tanh",
};

interface FusedOps {
  readonly hasBias: boolean;
  readonly activation: Activation;
  readonly slope?: number;
}

function fusedOps(node: OperatorNode): FusedOps {
  const value = node.attributes.get("fused_ops");
  const ops = Array.isArray(value) ? value.map(String) : [];
  const [first, ...others] = ops;
  const hasBias = first === "BiasAdd";
  const [last = "", ...more] = hasBias ? others : ops;
  const activation = last === "" ? "linear" : fusedActivations[last];
  if (activation === undefined || more.length > 0) throw new NoRule(`fused ${ops.join(" and ")}`);
  return { hasBias, activation, ...(activation === "leakyRelu" && { slope: numberOf(node, "leakyrelu_alpha", 0.2) }) };
}

/** Height and width of an attribute for all four axes. */
function sides(node: OperatorNode, name: string): readonly [number, number] {
  const values = numbersOf(node, name);
  const [batch, height, width, channels] = values ?? [];
  if (batch !== 1 || channels !== 1 || height === undefined || width === undefined) {
    throw new NoRule(`${name} ${JSON.stringify(values)}`);
  }
  return [height, width];
}

function padsOf(node: OperatorNode): Pads {
  const padding = textOf(node, "padding", "VALID");
  if (padding === "SAME") return "same";
  if (padding === "VALID") return [0, 0, 0, 0];
  const pads = numbersOf(node, "explicit_paddings");
  if (padding !== "EXPLICIT" || pads?.length !== 8) throw new NoRule(`padding ${padding}`);
  return [pads[2]!, pads[4]!, pads[3]!, pads[5]!];
}
