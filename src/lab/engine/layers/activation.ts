import type { Activation } from "../../backbone/layerGraph";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import type { LayerRules } from "./layerRules";
import type { LayerOf } from "./layerOf";

/** Applies an activation in an inference graph; softmax goes over channels. */
export function inferActivation(builder: GraphBuilder, activation: Activation, x: Value): Value {
  switch (activation) {
    case "linear":
      return x;
    case "relu":
      return builder.node("Relu", [x], x.shape);
    case "softmax":
      return builder.node("Softmax", [x], x.shape, { axis: 1 });
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
  channelAxis: 0 | 1,
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
  }
}

/** 1 where x > 0, else 0. A steep HardSigmoid, because ONNX Runtime computes `Greater` and `Sign` on one core only. */
function isPositive(builder: GraphBuilder, x: Value): Value {
  return builder.node("HardSigmoid", [x], x.shape, { alpha: { float: 2 ** 100 }, beta: { float: 0 } });
}

export const activation: LayerRules<LayerOf<"Activation">> = {
  outputShape: (_, input) => input,
  weights: () => [],
  infer: ({ builder }, layer, input) => inferActivation(builder, layer.activation, input),
  train({ builder }, layer, input) {
    const { output, backward } = trainActivation(builder, layer.activation, input, input.shape.length === 2 ? 1 : 0);
    return { output, backward: (gradient) => ({ input: backward(gradient) }) };
  },
};
