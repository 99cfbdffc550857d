/** What ONNX's operators mean. Images have their channels first, unless a transpose says otherwise. */
import type { Activation } from "../layerGraph";
import { activationOf, add, divide, isAll, multiply, subtract } from "./elementwise";
import { asFloats, kernelFromOnnx, matrixOf, repeated } from "./kernels";
import type { LayerValue } from "./layerValue";
import { mustBe, NoRule, numberOf, numbersOf, type OperatorNode, textOf } from "./operatorGraph";
import type { OperatorPlace, OperatorRule, RuleTable } from "./operatorRule";
import { reshaped, squeezed, unsqueezed } from "./reshapeRule";
import type { Pads } from "./slidingPads";

const same: OperatorRule = (place) => place.layer(0);

const activation =
  (name: Activation): OperatorRule =>
  (place, node) =>
    place.writer.activation(node, place.layer(0), name);

const convolution: OperatorRule = (place, node) => {
  const x = channelsFirstImage(place.layer(0));
  const weight = place.constant(1);
  if (weight.shape.length !== 4) throw new NoRule("a convolution that is not over height and width");
  const group = numberOf(node, "group", 1);
  const channels = x.shape[2]!;
  const [filters, , height, width] = weight.shape as readonly [number, number, number, number];
  const isDepthwise = group > 1 && group === channels;
  const kernel = kernelFromOnnx(weight);
  return place.writer.convolution(node, x, {
    // Of a depthwise one the filters of a channel lie beside each other.
    kernel: isDepthwise ? { ...kernel, shape: [height, width, channels, filters / channels] } : kernel,
    depthwise: isDepthwise,
    bias: place.optional(2) && asFloats(place.constant(2)),
    strides: pair(node, "strides"),
    pads: padsOf(node),
    dilation: pair(node, "dilations"),
    groups: group,
  });
};

const gemm: OperatorRule = (place, node) => {
  mustBe(node, "transA", 0);
  const weight = place.constant(1);
  const alpha = numberOf(node, "alpha", 1);
  const beta = numberOf(node, "beta", 1);
  const { shape, data } = matrixOf(weight, numberOf(node, "transB", 0) === 1);
  const kernel = { shape, data: alpha === 1 ? data : data.map((value) => value * alpha) };
  const bias = place.optional(2);
  const units = kernel.shape[1]!;
  if (bias !== undefined && ![1, units].includes(bias.data.length)) throw new NoRule("a matrix added");
  const summand = bias && repeated(asFloats(bias), units).map((value) => value * beta);
  return place.writer.dense(node, place.layer(0), kernel, summand);
};

const matrixProduct: OperatorRule = (place, node) => {
  const weight = place.constant(1);
  if (weight.shape.length !== 2) throw new NoRule(`a product with ${weight.shape.join(" x ")}`);
  return place.writer.dense(node, place.layer(0), { shape: weight.shape, data: asFloats(weight) });
};

const batchNorm: OperatorRule = (place, node) => {
  const vector = (at: number) => asFloats(place.constant(at));
  const x = place.layer(0);
  if (x.shape.length === 3) channelsFirstImage(x);
  if (x.shape.length === 2) throw new NoRule("a batch norm over the steps of a sequence");
  mustBe(node, "training_mode", 0);
  return place.writer.batchNormalization(node, x, {
    gamma: vector(1),
    beta: vector(2),
    mean: vector(3),
    variance: vector(4),
    epsilon: numberOf(node, "epsilon", 1e-5),
    momentum: numberOf(node, "momentum", 0.9),
  });
};

const pooling =
  (type: "MaxPooling2D" | "AveragePooling2D"): OperatorRule =>
  (place, node) => {
    if ((numbersOf(node, "dilations") ?? []).some((dilation) => dilation !== 1)) throw new NoRule("dilation");
    const x = channelsFirstImage(place.layer(0));
    const kernel = pair(node, "kernel_shape");
    const strides = pair(node, "strides");
    const pads = padsOf(node);
    if (numberOf(node, "ceil_mode", 0) === 1 && !fitsExactly(x, kernel, strides, pads)) throw new NoRule("ceil_mode");
    const countsPadding = numberOf(node, "count_include_pad", 0) === 1;
    return place.writer.pooling(node, type, x, { kernel, strides, pads, countsPadding });
  };

const globalPooling =
  (type: "GlobalAveragePooling2D" | "GlobalMaxPooling2D"): OperatorRule =>
  (place, node) =>
    place.writer.globalPooling(node, type, channelsFirstImage(place.layer(0)), true);

const reduction =
  (type: "GlobalAveragePooling2D" | "GlobalMaxPooling2D"): OperatorRule =>
  (place, node) => {
    const x = place.layer(0);
    const given = numbersOf(node, "axes") ?? [...(place.optional(1)?.data ?? [])];
    const axes = given.map((axis) => (axis < 0 ? axis + 4 : axis)).sort();
    if (x.shape.length !== 3 || axes.join() !== (x.channelsFirst ? "2,3" : "1,2")) {
      throw new NoRule(`a reduction over axes ${axes.join(", ")}`);
    }
    return place.writer.globalPooling(node, type, x, numberOf(node, "keepdims", 1) === 1);
  };

const pad: OperatorRule = (place, node) => {
  mustBe(node, "mode", "constant");
  if (place.count > 2 && place.optional(2) && !isAll(place.constant(2), 0))
    throw new NoRule("padding that is not zeros");
  mustBe(node, "value", 0);
  if (place.count > 3 && place.optional(3)) throw new NoRule("padding of chosen axes");
  const x = place.layer(0);
  const pads = numbersOf(node, "pads") ?? [...place.constant(1).data];
  const [height, width] = x.channelsFirst ? [2, 3] : [1, 2];
  if (pads.length !== 8 || pads.some((count, i) => count < 0 || (count !== 0 && ![height, width].includes(i % 4)))) {
    throw new NoRule(`padding ${pads.join(", ")}`);
  }
  return place.writer.zeroPadding(node, x, [pads[height]!, pads[width]!, pads[4 + height]!, pads[4 + width]!]);
};

const transpose: OperatorRule = (place, node) => {
  const x = place.layer(0);
  const order = (numbersOf(node, "perm") ?? []).join();
  if (order === [0, 1, 2, 3].slice(0, x.shape.length + 1).join()) return x;
  if (x.shape.length !== 3 || order !== (x.channelsFirst ? "0,2,3,1" : "0,3,1,2"))
    throw new NoRule(`axes in the order ${order}`);
  return { ...x, channelsFirst: !x.channelsFirst };
};

const flatten: OperatorRule = (place, node) => {
  mustBe(node, "axis", 1);
  return reshaped(place, node, place.layer(0), [-1, -1], true);
};

const axesOf = (place: OperatorPlace, node: OperatorNode): readonly number[] | undefined =>
  numbersOf(node, "axes") ?? (place.count > 1 ? [...place.constant(1).data] : undefined);

export const onnxRules: RuleTable = {
  Add: add,
  AveragePool: pooling("AveragePooling2D"),
  BatchNormalization: batchNorm,
  Cast: (place, node) => {
    // To float32; whatever else it would be made.
    mustBe(node, "to", 1);
    return place.layer(0);
  },
  Clip(place, node) {
    const attribute = (name: string) => {
      const value = node.attributes.get(name);
      return value === undefined ? undefined : { shape: [], data: Float32Array.of(Number(value)) };
    };
    return activationOf(place, node, attribute("min") ?? place.optional(1), attribute("max") ?? place.optional(2));
  },
  Concat: (place, node) =>
    place.writer.concatenate(
      node,
      Array.from({ length: place.count }, (_, i) => place.layer(i)),
      numberOf(node, "axis", 1),
    ),
  Conv: convolution,
  Div: divide,
  Dropout: same,
  Elu(place, node) {
    isNear(node, "alpha", 1, 1);
    return place.writer.activation(node, place.layer(0), "elu");
  },
  Flatten: flatten,
  Gelu: (place, node) =>
    place.writer.activation(node, place.layer(0), textOf(node, "approximate", "none") === "tanh" ? "geluTanh" : "gelu"),
  Gemm: gemm,
  GlobalAveragePool: globalPooling("GlobalAveragePooling2D"),
  GlobalMaxPool: globalPooling("GlobalMaxPooling2D"),
  HardSigmoid(place, node) {
    isNear(node, "alpha", 0.2, 1 / 6);
    isNear(node, "beta", 0.5, 0.5);
    return place.writer.activation(node, place.layer(0), "hardSigmoid");
  },
  HardSwish: activation("hardSwish"),
  Identity: same,
  LeakyRelu: (place, node) => place.writer.activation(node, place.layer(0), "leakyRelu", numberOf(node, "alpha", 0.01)),
  MatMul: matrixProduct,
  MaxPool: pooling("MaxPooling2D"),
  Mul: multiply,
  Pad: pad,
  ReduceMax: reduction("GlobalMaxPooling2D"),
  ReduceMean: reduction("GlobalAveragePooling2D"),
  Relu: activation("relu"),
  Reshape: (place, node) => {
    const target = [...place.constant(1).data];
    if (target.includes(0)) mustBe(node, "allowzero", 0);
    return reshaped(place, node, place.layer(0), target, true);
  },
  Selu(place, node) {
    isNear(node, "alpha", 1.67326, 1.67326);
    isNear(node, "gamma", 1.0507, 1.0507);
    return place.writer.activation(node, place.layer(0), "selu");
  },
  Sigmoid: activation("sigmoid"),
  Softmax(place, node) {
    const x = place.layer(0);
    const axis = numberOf(node, "axis", -1);
    if (axis !== -1 && axis !== x.shape.length) throw new NoRule(`softmax over axis ${axis}`);
    return place.writer.activation(node, x, "softmax");
  },
  Squeeze: (place, node) => squeezed(place, node, axesOf(place, node), true),
  Sub: subtract,
  Tanh: activation("tanh"),
  Transpose: transpose,
  Unsqueeze: (place, node) => unsqueezed(place, node, axesOf(place, node) ?? [], true),
};

function channelsFirstImage(x: LayerValue): LayerValue {
  if (x.shape.length === 3 && x.channelsFirst) return x;
  throw new NoRule("images whose channels do not come first");
}

/** Attributes are float32. */
function isNear(node: OperatorNode, name: string, usual: number, wanted: number): void {
  const value = numberOf(node, name, usual);
  if (Math.abs(value - wanted) > 1e-5) throw new NoRule(`${name} ${value}`);
}

function pair(node: OperatorNode, name: string): readonly [number, number] {
  const values = numbersOf(node, name) ?? [1, 1];
  if (values.length !== 2) throw new NoRule(`${name} ${values.join(", ")}`);
  return [values[0]!, values[1]!];
}

function padsOf(node: OperatorNode): Pads {
  const auto = textOf(node, "auto_pad", "NOTSET");
  if (auto === "SAME_UPPER") return "same";
  if (auto === "VALID") return [0, 0, 0, 0];
  if (auto !== "NOTSET") throw new NoRule(`auto_pad ${auto}`);
  const pads = numbersOf(node, "pads") ?? [0, 0, 0, 0];
  if (pads.length !== 4 || pads.some((count) => count < 0)) throw new NoRule(`pads ${pads.join(", ")}`);
  return [pads[0]!, pads[1]!, pads[2]!, pads[3]!];
}

/** Whether the windows end at the border, so that rounding up is rounding down. */
function fitsExactly(
  { shape: [height, width] }: LayerValue,
  kernel: readonly [number, number],
  strides: readonly [number, number],
  pads: Pads,
): boolean {
  if (pads === "same") return true;
  return (
    (height! + pads[0] + pads[2] - kernel[0]) % strides[0] === 0 &&
    (width! + pads[1] + pads[3] - kernel[1]) % strides[1] === 0
  );
}
