import type { Activation, LayerOf } from "../../backbone/layerGraph";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import { unary } from "./unary";

/** Applies an activation in an inference graph; softmax goes over channels. */
export function inferActivation(builder: GraphBuilder, activation: Activation, x: Value): Value {
  switch (activation) {
    case "linear":
      return x;
    case "relu":
      return builder.node("Relu", [x], x.shape);
    case "softmax":
      return builder.node("Softmax", [x], x.shape, { axis: x.shape.length === 4 ? 1 : x.shape.length - 1 });
    default:
      throw new Error(`not written yet: ${activation}`);
  }
}

export interface TrainedActivation {
  readonly output: Value;
  readonly backward: (gradient: Value) => Value;
}

/** @param channelAxis Where the channels of `x` lie; softmax goes over them. */
export function trainActivation(
  builder: GraphBuilder,
  activation: Activation,
  x: Value,
  channelAxis: number,
): TrainedActivation {
  switch (activation) {
    case "linear":
      return { output: x, backward: (gradient) => gradient };
    case "relu": {
      const output = builder.node("Relu", [x], x.shape);
      return { output, backward: (gradient) => builder.binary("Mul", gradient, isPositive(builder, output)) };
    }
    case "softmax": {
      const output = builder.node("Softmax", [x], x.shape, { axis: channelAxis });
      const backward = (gradient: Value) => {
        const weighted = builder.reduce("ReduceSum", builder.binary("Mul", gradient, output), [channelAxis], true);
        return builder.binary("Mul", builder.binary("Sub", gradient, weighted), output);
      };
      return { output, backward };
    }
    default:
      throw new Error(`not written yet: ${activation}`);
  }
}

/** 1 where x > 0, else 0. A steep HardSigmoid, because ONNX Runtime computes `Greater` and `Sign` on one core only. */
function isPositive(builder: GraphBuilder, x: Value): Value {
  return builder.node("HardSigmoid", [x], x.shape, { alpha: { float: 2 ** 100 }, beta: { float: 0 } });
}

export const activation = unary<LayerOf<"Activation">>({
  infer: ({ builder }, layer, input) => inferActivation(builder, layer.activation, input),
  train({ builder }, layer, input) {
    const channelAxis = input.shape.length === 4 ? 0 : input.shape.length - 1;
    const { output, backward } = trainActivation(builder, layer.activation, input, channelAxis);
    return { output, backward: (gradient) => ({ input: backward(gradient) }) };
  },
});
