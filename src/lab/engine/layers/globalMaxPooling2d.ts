import { asImage } from "../../backbone/kinds/shapeError";
import type { LayerOf } from "../../backbone/layerGraph";
import { inferGlobalPool, pooledRows } from "./globalAveragePooling2d";
import { unary } from "./unary";

/** Pixels that tie for the maximum share its gradient equally. */
export const globalMaxPooling2d = unary<LayerOf<"GlobalMaxPooling2D">>({
  infer: ({ builder }, { keepDims }, input) => inferGlobalPool(builder, "GlobalMaxPool", input, keepDims),

  train(graph, layer, input) {
    const { builder, batch } = graph;
    const [height, width, channels] = asImage(layer, graph.inputShape);
    const pixels = builder.reshape(input, [channels, height * width, batch]);
    const best = builder.reduce("ReduceMax", pixels, [1], true);
    const pooled = pooledRows(graph, layer.keepDims);
    return {
      output: pooled.output(best),
      backward(gradient) {
        const equal = builder.node("Equal", [pixels, best], pixels.shape, {}, "bool");
        const won = builder.node("Cast", [equal], pixels.shape, { to: 1 });
        const ties = builder.reduce("ReduceSum", won, [1], true);
        const shared = builder.binary("Mul", won, builder.binary("Div", pooled.gradient(gradient), ties));
        return { input: builder.reshape(shared, input.shape) };
      },
    };
  },
});
