import type { LayerOf } from "../../backbone/layerGraph";
import type { Value } from "../onnx/graphBuilder";
import type { InferGraph, LayerRules } from "./layerRules";
import { slice } from "./slice";
import { graphAxis, inferLayout, trainLayout } from "./valueLayout";

type Concatenate = LayerOf<"Concatenate">;

export const concatenate: LayerRules<Concatenate> = {
  infer: (graph, layer, inputs) => joined(graph, inputs, graphAxis(inferLayout, graph.outputShape, layer.axis)),

  train(graph, layer, inputs) {
    const { builder, inputShapes, needsInputGradients } = graph;
    const axis = graphAxis(trainLayout, graph.outputShape, layer.axis);
    return {
      output: joined(graph, inputs, axis),
      backward(gradient) {
        let start = 0;
        const gradients = inputShapes.map((shape, i) => {
          const length = shape[layer.axis]!;
          start += length;
          return needsInputGradients[i] ? slice(builder, gradient, axis, start - length, length) : undefined;
        });
        return { inputs: gradients };
      },
    };
  },
};

function joined({ builder }: InferGraph, inputs: readonly Value[], axis: number): Value {
  const total = inputs.reduce((sum, { shape }) => sum + (shape[axis] as number), 0);
  const shape = inputs[0]!.shape.map((side, i) => (i === axis ? total : side));
  return builder.node("Concat", inputs, shape, { axis });
}
