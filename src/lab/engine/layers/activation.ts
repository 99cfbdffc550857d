import { DEFAULT_SLOPE } from "../../backbone/keras/kerasLayers";
import type { Activation, LayerOf } from "../../backbone/layerGraph";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import { unary } from "./unary";

/** Applies an activation in an inference graph; softmax goes over channels. `slope` is leaky relu's. */
export function inferActivation(builder: GraphBuilder, activation: Activation, x: Value, slope = DEFAULT_SLOPE): Value {
  const on = elementwise(builder);
  switch (activation) {
    case "gelu": {
      // Both are written in the order in which ONNX Runtime recognises them as one operator.
      const cumulative = on.Add(on.Erf(on.Div(x, Math.SQRT2)), 1);
      return on.Mul(on.Mul(x, cumulative), 0.5);
    }
    case "geluTanh": {
      const factor = on.Add(on.Mul(on.Mul(x, 0.044715), x), 1);
      const cumulative = on.Add(on.Tanh(on.Mul(on.Mul(x, 0.7978845608028654), factor)), 1);
      return on.Mul(on.Mul(x, 0.5), cumulative);
    }
    case "softmax":
      return builder.node("Softmax", [x], x.shape, { axis: x.shape.length === 4 ? 1 : x.shape.length - 1 });
    default:
      return trainActivation(builder, activation, x, 0, slope).output;
  }
}

export interface TrainedActivation {
  readonly output: Value;
  readonly backward: (gradient: Value) => Value;
}

/**
 * Only operators that ONNX Runtime computes on all cores, and few of them: each is a pass over memory. `Where`, `Sign` and
 * `Greater` run on one.
 *
 * @param channelAxis Where the channels of `x` lie; softmax goes over them.
 * @param slope Leaky relu's factor below 0.
 */
export function trainActivation(
  builder: GraphBuilder,
  activation: Activation,
  x: Value,
  channelAxis: number,
  slope = DEFAULT_SLOPE,
): TrainedActivation {
  const on = elementwise(builder);
  const isPositive = (value: Value) => on.HardSigmoid(value, steep, 0);
  /** 1 between 0 and 1, else 0. */
  const between = (gate: Value) => on.HardSigmoid(on.Mul(gate, on.Sub(gate, 1)), -steep, 0);
  switch (activation) {
    case "linear":
      return { output: x, backward: (gradient) => gradient };
    case "relu": {
      const output = on.Relu(x);
      // 1 where the output is above 0, else 0: a very steep HardSigmoid.
      return { output, backward: (gradient) => on.Mul(gradient, isPositive(output)) };
    }
    case "relu6": {
      const output = on.Clip(x, 0, 6);
      // 0 at both borders too, as in PyTorch and TensorFlow: y (y - 6) is below 0 between them only.
      const inside = () => on.HardSigmoid(on.Mul(output, on.Sub(output, 6)), -steep, 0);
      return { output, backward: (gradient) => on.Mul(gradient, inside()) };
    }
    case "leakyRelu": {
      const output = builder.node("LeakyRelu", [x], x.shape, { alpha: { float: slope } });
      const [low, high] = slope < 1 ? [slope, 1] : [1, slope];
      const factor = () => on.Clip(on.Mul(x, slope < 1 ? steep : -steep), low, high);
      return { output, backward: (gradient) => on.Mul(gradient, factor()) };
    }
    case "elu": {
      const output = on.Elu(x, 1);
      // The slope is exp(x) below 0, which is the output + 1, and 1 above.
      return { output, backward: (gradient) => on.Mul(gradient, on.Add(on.Min(output, 0), 1)) };
    }
    case "selu": {
      const unscaled = on.Elu(x, SELU_ALPHA);
      const output = on.Mul(unscaled, SELU_SCALE);
      const slopeThere = () => {
        const below = on.Mul(on.Add(on.Min(unscaled, 0), SELU_ALPHA), SELU_SCALE);
        // Above 0 that is alpha · scale.
        return on.Sub(below, on.Mul(isPositive(x), (SELU_ALPHA - 1) * SELU_SCALE));
      };
      return { output, backward: (gradient) => on.Mul(gradient, slopeThere()) };
    }
    case "hardSigmoid": {
      const output = on.HardSigmoid(x, 1 / 6, 0.5);
      return { output, backward: (gradient) => on.Mul(gradient, on.Mul(between(output), 1 / 6)) };
    }
    case "hardSwish": {
      const gate = on.HardSigmoid(x, 1 / 6, 0.5);
      const slopeThere = () => on.Add(gate, on.Mul(on.Mul(x, between(gate)), 1 / 6));
      return { output: on.Mul(x, gate), backward: (gradient) => on.Mul(gradient, slopeThere()) };
    }
    case "sigmoid": {
      const output = on.Sigmoid(x);
      return { output, backward: (gradient) => on.Mul(gradient, on.Sub(output, on.Mul(output, output))) };
    }
    case "tanh": {
      const output = on.Tanh(x);
      return { output, backward: (gradient) => on.Sub(gradient, on.Mul(gradient, on.Mul(output, output))) };
    }
    case "swish": {
      const gate = on.Sigmoid(x);
      const output = on.Mul(x, gate);
      const slopeThere = () => on.Add(on.Sub(output, on.Mul(output, gate)), gate);
      return { output, backward: (gradient) => on.Mul(gradient, slopeThere()) };
    }
    case "gelu": {
      // x Φ(x) has the slope Φ(x) + x φ(x), with Φ = (1 + erf(x / √2)) / 2 (HardSigmoid adds and halves in one pass).
      const scaled = on.Mul(x, Math.SQRT1_2);
      const cumulative = on.HardSigmoid(on.Erf(scaled), 0.5, 0.5);
      const density = () => on.Div(on.Mul(x, 1 / Math.sqrt(2 * Math.PI)), on.Exp(on.Mul(scaled, scaled)));
      return {
        output: on.Mul(x, cumulative),
        backward: (gradient) => on.Mul(gradient, on.Add(density(), cumulative)),
      };
    }
    case "geluTanh": {
      // (1 + tanh z) / 2 = sigmoid 2z, so this is x sigmoid(x (a + b x²)).
      const a = 2 * Math.sqrt(2 / Math.PI);
      const b = a * 0.044715;
      const square = on.Mul(x, x);
      const gate = on.Sigmoid(on.Mul(x, on.Add(on.Mul(square, b), a)));
      const output = on.Mul(x, gate);
      const slopeThere = () => {
        const inner = on.Add(on.Mul(square, 3 * b), a);
        return on.Add(on.Mul(on.Sub(output, on.Mul(output, gate)), inner), gate);
      };
      return { output, backward: (gradient) => on.Mul(gradient, slopeThere()) };
    }
    case "softmax": {
      const output = builder.node("Softmax", [x], x.shape, { axis: channelAxis });
      const backward = (gradient: Value) => {
        const weighted = builder.reduce("ReduceSum", on.Mul(gradient, output), [channelAxis], true);
        return on.Mul(on.Sub(gradient, weighted), output);
      };
      return { output, backward };
    }
    default:
      return activation satisfies never;
  }
}

/** Klambauer et al. 2017, arXiv:1706.02515. */
const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** Any number above 2^-100, times this, is above 1. */
const steep = 2 ** 100;

/** Elementwise operators on values, and on numbers as second operands. */
function elementwise(builder: GraphBuilder) {
  const one = (op: string) => (x: Value) => builder.node(op, [x], x.shape);
  const two = (op: "Add" | "Sub" | "Mul" | "Div") => (a: Value, b: Value | number) =>
    builder.binary(op, a, typeof b === "number" ? builder.scalar(b) : b);
  return {
    Add: two("Add"),
    Sub: two("Sub"),
    Mul: two("Mul"),
    Div: two("Div"),
    Relu: one("Relu"),
    Sigmoid: one("Sigmoid"),
    Tanh: one("Tanh"),
    Erf: one("Erf"),
    Exp: one("Exp"),
    Elu: (x: Value, alpha: number) => builder.node("Elu", [x], x.shape, { alpha: { float: alpha } }),
    Min: (x: Value, most: number) => builder.node("Min", [x, builder.scalar(most)], x.shape),
    Clip: (x: Value, low: number, high: number) =>
      builder.node("Clip", [x, builder.scalar(low), builder.scalar(high)], x.shape),
    /** `max(0, min(1, alpha · x + beta))`. */
    HardSigmoid: (x: Value, alpha: number, beta: number) =>
      builder.node("HardSigmoid", [x], x.shape, { alpha: { float: alpha }, beta: { float: beta } }),
  };
}

export const activation = unary<LayerOf<"Activation">>({
  infer: ({ builder }, layer, input) => inferActivation(builder, layer.activation, input, layer.slope),
  train({ builder }, layer, input) {
    const channelAxis = input.shape.length === 4 ? 0 : input.shape.length - 1;
    const { output, backward } = trainActivation(builder, layer.activation, input, channelAxis, layer.slope);
    return { output, backward: (gradient) => ({ input: backward(gradient) }) };
  },
});
