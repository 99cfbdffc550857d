import { asImage } from "../../backbone/kinds/shapeError";
import type { LayerOf } from "../../backbone/layerGraph";
import { unary } from "./unary";

export const zeroPadding2d = unary<LayerOf<"ZeroPadding2D">>({
  infer({ builder, outputShape }, { padding: [[top, bottom], [left, right]] }, input) {
    const [height, width, channels] = outputShape as readonly [number, number, number];
    const pads = builder.longs([0, 0, top, left, 0, 0, bottom, right]);
    return builder.node("Pad", [input, pads], [input.shape[0]!, channels, height, width]);
  },

  train({ builder, batch, inputShape, outputShape }, layer, input) {
    const [height, width, channels] = asImage(layer, inputShape);
    const [outHeight, outWidth] = asImage(layer, outputShape);
    const [[top, bottom], [left, right]] = layer.padding;
    const pads = builder.longs([0, top, left, 0, 0, bottom, right, 0]);
    return {
      output: builder.node("Pad", [input, pads], [channels, outHeight, outWidth, batch]),
      backward(gradient) {
        const from = builder.longs([top, left]);
        const to = builder.longs([top + height, left + width]);
        const axes = builder.longs([1, 2]);
        return { input: builder.node("Slice", [gradient, from, to, axes], [channels, height, width, batch]) };
      },
    };
  },
});
