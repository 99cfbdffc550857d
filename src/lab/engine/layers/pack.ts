/** The two kinds that a cut writes where several values cross it: many values as one row, and a value out of such a row. */
import { sizeOf } from "../../backbone/kinds/layerKind";
import type { LayerOf } from "../../backbone/layerGraph";
import type { Value } from "../onnx/graphBuilder";
import type { InferGraph, LayerRules } from "./layerRules";
import { slice } from "./slice";
import { unary } from "./unary";
import { asRow, fromRow, inferLayout, trainLayout, type ValueLayout } from "./valueLayout";

export const pack: LayerRules<LayerOf<"Pack">> = {
  infer: (graph, _, inputs) => joined(graph, inputLayout(graph, inferLayout, inputs)),

  train(graph, _, inputs) {
    const { builder, inputShapes, needsInputGradients } = graph;
    return {
      output: joined(graph, inputLayout(graph, trainLayout, inputs)),
      backward(gradient) {
        let offset = 0;
        const gradients = inputShapes.map((shape, i) => {
          const start = offset;
          offset += sizeOf(shape);
          if (!needsInputGradients[i]) return undefined;
          return fromRow(builder, trainLayout, shape, slice(builder, gradient, 1, start, sizeOf(shape)));
        });
        return { inputs: gradients };
      },
    };
  },
};

export const unpack = unary<LayerOf<"Unpack">>({
  infer: ({ builder }, { shape, offset }, row) =>
    fromRow(builder, inferLayout, shape, slice(builder, row, 1, offset, sizeOf(shape))),

  train({ builder, inputShape }, { shape, offset }, row) {
    return {
      output: fromRow(builder, trainLayout, shape, slice(builder, row, 1, offset, sizeOf(shape))),
      backward(gradient) {
        const part = asRow(builder, trainLayout, shape, gradient);
        const pads = builder.longs([0, offset, 0, sizeOf(inputShape) - offset - sizeOf(shape)]);
        return { input: builder.node("Pad", [part, pads], row.shape) };
      },
    };
  },
});

function inputLayout({ builder, inputShapes }: InferGraph, layout: ValueLayout, inputs: readonly Value[]) {
  return inputs.map((input, i) => asRow(builder, layout, inputShapes[i]!, input));
}

function joined({ builder, outputShape }: InferGraph, rows: readonly Value[]): Value {
  return builder.node("Concat", rows, [rows[0]!.shape[0]!, ...outputShape], { axis: 1 });
}
