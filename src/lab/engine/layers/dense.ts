import type { LayerOf } from "../../backbone/layerGraph";
import { inferActivation, trainActivation } from "./activation";
import { unary } from "./unary";

export const dense = unary<LayerOf<"Dense">>({
  infer(graph, layer, input) {
    const operands = [input, graph.weight("kernel"), ...(layer.useBias ? [graph.weight("bias")] : [])];
    const logits = graph.builder.node("Gemm", operands, [input.shape[0]!, layer.units]);
    return inferActivation(graph.builder, layer.activation, logits);
  },

  train(graph, layer, input) {
    const { builder, batch } = graph;
    const kernel = graph.weight("kernel");
    const operands = [input, kernel, ...(layer.useBias ? [graph.weight("bias")] : [])];
    const logits = builder.node("Gemm", operands, [batch, layer.units]);
    const activation = trainActivation(builder, layer.activation, logits, 1);
    return {
      output: activation.output,
      backward(gradientOfOutput) {
        const gradient = activation.backward(gradientOfOutput);
        return {
          ...(graph.trainable && {
            weights: {
              kernel: builder.node("Gemm", [input, gradient], kernel.shape, { transA: 1 }),
              ...(layer.useBias && { bias: builder.reduce("ReduceSum", gradient, [0], false) }),
            },
          }),
          ...(graph.needsInputGradient && {
            input: builder.node("Gemm", [gradient, kernel], input.shape, { transB: 1 }),
          }),
        };
      },
    };
  },
});
