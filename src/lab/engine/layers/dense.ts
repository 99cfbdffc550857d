import type { LayerOf } from "../../backbone/layerGraph";
import { inferActivation, trainActivation } from "./activation";
import type { InferGraph } from "./layerRules";
import { linearMap } from "./linearMap";
import { asRows, fromRows } from "./matrixRows";
import { unary } from "./unary";

type Dense = LayerOf<"Dense">;

/** Over the last axis: the steps of a sequence are rows of one matrix product. */
export const dense = unary<Dense>({
  infer(graph, layer, input) {
    const { builder } = graph;
    const rows = asRows(builder, input);
    const { output } = linearMap(builder, rows, graph.weight("kernel"), biasOf(graph, layer));
    return fromRows(builder, inferActivation(builder, layer.activation, output), input);
  },

  train(graph, layer, input) {
    const { builder } = graph;
    const map = linearMap(builder, asRows(builder, input), graph.weight("kernel"), biasOf(graph, layer));
    const activation = trainActivation(builder, layer.activation, map.output, 1);
    return {
      output: fromRows(builder, activation.output, input),
      backward(gradientOfOutput) {
        const gradient = activation.backward(asRows(builder, gradientOfOutput));
        return {
          ...(graph.trainable && {
            weights: {
              kernel: map.kernelGradient(gradient),
              ...(layer.useBias && { bias: map.biasGradient(gradient) }),
            },
          }),
          ...(graph.needsInputGradient && { input: fromRows(builder, map.inputGradient(gradient), input) }),
        };
      },
    };
  },
});

function biasOf(graph: InferGraph, { useBias }: Dense) {
  return useBias ? graph.weight("bias") : undefined;
}
