import { asImage } from "../../backbone/kinds/shapeError";
import type { LayerOf } from "../../backbone/layerGraph";
import { unary } from "./unary";

export const globalAveragePooling2d = unary<LayerOf<"GlobalAveragePooling2D">>({
  infer({ builder }, _, input) {
    return builder.reduce("ReduceMean", input, [2, 3], false);
  },

  train({ builder, batch, inputShape }, layer, input) {
    const [height, width, channels] = asImage(layer, inputShape);
    const pixels = builder.reshape(input, [channels, height * width, batch]);
    return {
      output: builder.transpose(builder.reduce("ReduceMean", pixels, [1], false), [1, 0]),
      backward(gradient) {
        const share = builder.binary("Div", builder.transpose(gradient, [1, 0]), builder.scalar(height * width));
        const spread = builder.node(
          "Expand",
          [builder.reshape(share, [channels, 1, 1, batch]), builder.longs([channels, height, width, batch])],
          [channels, height, width, batch],
        );
        return { input: spread };
      },
    };
  },
});
