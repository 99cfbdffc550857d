/** Layers that join values elementwise; sides of 1 broadcast to the largest one's. */
import type { LayerOf } from "../../backbone/layerGraph";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import type { LayerRules } from "./layerRules";

type Operator = "Add" | "Mul";

export const add: LayerRules<LayerOf<"Add">> = {
  infer: ({ builder }, _, inputs) => folded(builder, "Add", inputs),

  train: ({ builder, needsInputGradients }, _, inputs) => ({
    output: folded(builder, "Add", inputs),
    backward: (gradient) => ({
      inputs: inputs.map((input, i) => (needsInputGradients[i] ? summedTo(builder, gradient, input) : undefined)),
    }),
  }),
};

export const multiply: LayerRules<LayerOf<"Multiply">> = {
  infer: ({ builder }, _, inputs) => folded(builder, "Mul", inputs),

  train: ({ builder, needsInputGradients }, _, inputs) => ({
    output: folded(builder, "Mul", inputs),
    backward: (gradient) => ({
      inputs: inputs.map((input, i) => {
        if (!needsInputGradients[i]) return undefined;
        const others = inputs.filter((_, other) => other !== i);
        return summedTo(builder, folded(builder, "Mul", [gradient, ...others]), input);
      }),
    }),
  }),
};

function folded(builder: GraphBuilder, operator: Operator, values: readonly Value[]): Value {
  const numbers = ({ shape }: Value) => shape.reduce((size: number, side) => size * Number(side), 1);
  // The largest first: what it is joined with has its shape.
  const sorted = values.toSorted((a, b) => numbers(b) - numbers(a));
  return sorted.reduce((result, value) => builder.binary(operator, result, value));
}

/** The gradient by a value that was broadcast: summed over the sides where it has 1. */
function summedTo(builder: GraphBuilder, gradient: Value, value: Value): Value {
  const axes = value.shape.flatMap((side, axis) => (side === gradient.shape[axis] ? [] : [axis]));
  return axes.length === 0 ? gradient : builder.reduce("ReduceSum", gradient, axes, true);
}
