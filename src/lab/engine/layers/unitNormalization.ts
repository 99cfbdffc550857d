import { SMALLEST_SQUARE } from "../../backbone/kinds/features";
import type { LayerOf } from "../../backbone/layerGraph";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import { unary } from "./unary";

/** Of the channels of each pixel, step or example. */
export const unitNormalization = unary<LayerOf<"UnitNormalization">>({
  infer: ({ builder, inputShape }, _, x) =>
    normalised(builder, x, inputShape.length === 3 ? 1 : x.shape.length - 1).output,

  train({ builder, inputShape, needsInputGradient }, _, x) {
    const axis = inputShape.length === 3 ? 0 : x.shape.length - 1;
    const { output, length } = normalised(builder, x, axis);
    return {
      output,
      backward(gradient) {
        if (!needsInputGradient) return {};
        // What points along the output changes the length alone: dx = (dy - y (y · dy)) / |x|.
        const along = builder.reduce("ReduceSum", builder.binary("Mul", gradient, output), [axis], true);
        const across = builder.binary("Sub", gradient, builder.binary("Mul", output, along));
        return { input: builder.binary("Div", across, length) };
      },
    };
  },
});

function normalised(builder: GraphBuilder, x: Value, axis: number): { readonly output: Value; readonly length: Value } {
  const squares = builder.reduce("ReduceSum", builder.binary("Mul", x, x), [axis], true);
  const atLeast = builder.node("Max", [squares, builder.scalar(SMALLEST_SQUARE)], squares.shape);
  const length = builder.node("Sqrt", [atLeast], squares.shape);
  return { output: builder.binary("Div", x, length), length };
}
