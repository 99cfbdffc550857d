import { asSequence } from "../../backbone/kinds/shapeError";
import type { LayerOf } from "../../backbone/layerGraph";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import type { LayerRules } from "./layerRules";

/** Mean over steps; with a mask over those that have 1 in it, and 0 where no step has. A mask has no gradient. */
export const globalAveragePooling1d: LayerRules<LayerOf<"GlobalAveragePooling1D">> = {
  infer: ({ builder }, _, [input, mask]) => average(builder, input!, mask).output,

  train({ builder, inputShapes, needsInputGradients }, layer, [input, mask]) {
    const [steps, width] = asSequence(layer, inputShapes[0]!);
    const { output, shares } = average(builder, input!, mask);
    const batch = output.shape[0]!;
    return {
      output,
      backward(gradient) {
        if (!needsInputGradients[0]) return {};
        const wide = builder.reshape(gradient, [batch, 1, width]);
        // An example's share of each step as a column: equal shares, or those of the mask.
        const column = shares ?? builder.floats(new Float32Array(steps).fill(1 / steps), [1, steps]);
        const factors = builder.reshape(column, [column.shape[0]!, steps, 1]);
        return { inputs: [builder.node("Mul", [factors, wide], [batch, steps, width]), undefined] };
      },
    };
  },
};

/** `shares` are `[batch, steps]`: what each step counts for. */
function average(builder: GraphBuilder, input: Value, mask?: Value): { output: Value; shares?: Value } {
  if (mask === undefined) return { output: builder.reduce("ReduceMean", input, [1], false) };
  const [batch, steps, width] = input.shape as [Value["shape"][number], number, number];
  const count = builder.reduce("ReduceSum", mask, [1], true);
  const atLeastOne = builder.node("Max", [count, builder.scalar(1)], count.shape);
  const shares = builder.binary("Div", mask, atLeastOne);
  const sum = builder.node("MatMul", [builder.reshape(shares, [batch, 1, steps]), input], [batch, 1, width]);
  return { output: builder.reshape(sum, [batch, width]), shares };
}
