import { asImage } from "../../backbone/kinds/shapeError";
import type { LayerOf } from "../../backbone/layerGraph";
import type { Dimension, GraphBuilder, Value } from "../onnx/graphBuilder";
import { unary, type UnaryTrainGraph } from "./unary";

export const globalAveragePooling2d = unary<LayerOf<"GlobalAveragePooling2D">>({
  infer: ({ builder }, { keepDims }, input) => inferGlobalPool(builder, "GlobalAveragePool", input, keepDims),

  train(graph, layer, input) {
    const { builder, batch } = graph;
    const [height, width, channels] = asImage(layer, graph.inputShape);
    const pixels = builder.reshape(input, [channels, height * width, batch]);
    const pooled = pooledRows(graph, layer.keepDims);
    return {
      output: pooled.output(builder.reduce("ReduceMean", pixels, [1], true)),
      backward(gradient) {
        const share = builder.binary("Div", pooled.gradient(gradient), builder.scalar(height * width));
        const shape = [channels, height * width, batch];
        const spread = builder.node("Expand", [share, builder.longs(shape)], shape);
        return { input: builder.reshape(spread, input.shape) };
      },
    };
  },
});

/** ONNX's own operators read the blocked layout of the convolution before them; a reduction would have it undone first. */
export function inferGlobalPool(
  builder: GraphBuilder,
  op: "GlobalAveragePool" | "GlobalMaxPool",
  input: Value,
  keepDims: boolean,
): Value {
  const [batch, channels] = input.shape as readonly [Dimension, Dimension];
  const pooled = builder.node(op, [input], [batch, channels, 1, 1]);
  return keepDims ? pooled : builder.reshape(pooled, [batch, channels]);
}

/** Between one number for each channel and image, `[channels, 1, batch]`, and how the pooled value lies in a training graph. */
export function pooledRows({ builder, batch, inputShape }: UnaryTrainGraph, keepDims: boolean) {
  const channels = inputShape.at(-1)!;
  const rows = [channels, 1, batch];
  return {
    output: (value: Value): Value =>
      keepDims
        ? builder.reshape(value, [channels, 1, 1, batch])
        : builder.transpose(builder.reshape(value, [channels, batch]), [1, 0]),
    gradient: (value: Value): Value => builder.reshape(keepDims ? value : builder.transpose(value, [1, 0]), rows),
  };
}
