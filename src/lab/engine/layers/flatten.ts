import type { LayerRules } from "./layerRules";
import type { LayerOf } from "./layerOf";

/** Features in Keras' order: by row, then column, then channel. */
export const flatten: LayerRules<LayerOf<"Flatten">> = {
  outputShape: (_, input) => [input.reduce((product, size) => product * size, 1)],
  weights: () => [],

  infer({ builder, inputShape, outputShape }, _, input) {
    if (inputShape.length === 1) return input;
    return builder.reshape(builder.transpose(input, [0, 2, 3, 1]), [input.shape[0]!, ...outputShape]);
  },

  train({ builder, inputShape, outputShape, batch }, _, input) {
    if (inputShape.length === 1) return { output: input, backward: (gradient) => ({ input: gradient }) };
    const [height, width, channels] = inputShape as readonly [number, number, number];
    return {
      output: builder.reshape(builder.transpose(input, [3, 1, 2, 0]), [batch, ...outputShape]),
      backward: (gradient) => ({
        input: builder.transpose(builder.reshape(gradient, [batch, height, width, channels]), [3, 1, 2, 0]),
      }),
    };
  },
};
