import type { Layer, LayerOf } from "../../backbone/layerGraph";
import { unary } from "./unary";
import { asRow, fromRow, inferLayout, trainLayout } from "./valueLayout";

/** Rules of kinds that only give a new shape to the same numbers, in Keras' order: by row, then column, then channel. */
export function reshaping<Kind extends Layer>() {
  return unary<Kind>({
    infer: ({ builder, inputShape, outputShape }, _, input) =>
      fromRow(builder, inferLayout, outputShape, asRow(builder, inferLayout, inputShape, input)),

    train: ({ builder, inputShape, outputShape }, _, input) => ({
      output: fromRow(builder, trainLayout, outputShape, asRow(builder, trainLayout, inputShape, input)),
      backward: (gradient) => ({
        input: fromRow(builder, trainLayout, inputShape, asRow(builder, trainLayout, outputShape, gradient)),
      }),
    }),
  });
}

export const reshape = reshaping<LayerOf<"Reshape">>();
