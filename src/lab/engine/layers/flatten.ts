import type { LayerOf } from "../../backbone/layerGraph";
import { unary } from "./unary";

/** Features in Keras' order: by row, then column, then channel. */
export const flatten = unary<LayerOf<"Flatten">>({
  infer({ builder, inputShape, outputShape }, _, input) {
    if (inputShape.length < 3) return builder.reshape(input, [input.shape[0]!, ...outputShape]);
    return builder.reshape(builder.transpose(input, [0, 2, 3, 1]), [input.shape[0]!, ...outputShape]);
  },

  train({ builder, inputShape, outputShape, batch }, _, input) {
    if (inputShape.length < 3) {
      const output = builder.reshape(input, [batch, ...outputShape]);
      return { output, backward: (gradient) => ({ input: builder.reshape(gradient, [batch, ...inputShape]) }) };
    }
    const [height, width, channels] = inputShape as readonly [number, number, number];
    return {
      output: builder.reshape(builder.transpose(input, [3, 1, 2, 0]), [batch, ...outputShape]),
      backward: (gradient) => ({
        input: builder.transpose(builder.reshape(gradient, [batch, height, width, channels]), [3, 1, 2, 0]),
      }),
    };
  },
});
