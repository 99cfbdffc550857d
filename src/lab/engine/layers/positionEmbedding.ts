import { asSequence } from "../../backbone/kinds/shapeError";
import type { LayerOf } from "../../backbone/layerGraph";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import { slice } from "./slice";
import { unary } from "./unary";

/** The first rows of a table, the same for every example. No gradient by the input, of which only the shape counts. */
export const positionEmbedding = unary<LayerOf<"PositionEmbedding">>({
  infer: ({ builder, weight }, _, input) => positions(builder, weight("embeddings"), input),

  train({ builder, weight, inputShape, trainable }, layer, input) {
    const [steps, width] = asSequence(layer, inputShape);
    return {
      output: positions(builder, weight("embeddings"), input),
      backward(gradient) {
        if (!trainable) return {};
        const sums = builder.reduce("ReduceSum", gradient, [0], false);
        const unused = layer.sequenceLength - steps;
        if (unused === 0) return { weights: { embeddings: sums } };
        const zeros = builder.floats(new Float32Array(unused * width), [unused, width]);
        const table = builder.node("Concat", [sums, zeros], [layer.sequenceLength, width], { axis: 0 });
        return { weights: { embeddings: table } };
      },
    };
  },
});

function positions(builder: GraphBuilder, table: Value, like: Value): Value {
  const rows = slice(builder, table, 0, 0, like.shape[1] as number);
  const shape = builder.node("Shape", [like], [3], {}, "int64");
  return builder.node("Expand", [rows, shape], like.shape);
}
