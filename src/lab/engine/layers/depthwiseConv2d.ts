import { convolutionWindows } from "../../backbone/kinds/convolutions";
import { asImage } from "../../backbone/kinds/shapeError";
import type { Windows } from "../../backbone/kinds/windows";
import type { LayerOf } from "../../backbone/layerGraph";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import { inferActivation } from "./activation";
import { activatedConvolution } from "./convolution";
import { depthwiseConvolution } from "./depthwiseConvolution";
import { unary } from "./unary";
import { onnxPads } from "./windowRows";

export const depthwiseConv2d = unary<LayerOf<"DepthwiseConv2D">>({
  infer(graph, layer, input) {
    const windows = convolutionWindows(layer, graph.inputShapes);
    const bias = layer.useBias ? graph.weight("bias") : undefined;
    const output = inferDepthwise(graph.builder, windows, input, graph.weight("depthwise_kernel"), bias);
    return inferActivation(graph.builder, layer.activation, output);
  },

  train(graph, layer, input) {
    const { builder, batch, needsInputGradient } = graph;
    const [, , channels] = asImage(layer, graph.inputShape);
    const windows = convolutionWindows(layer, graph.inputShapes);
    const kernel = graph.weight("depthwise_kernel");
    const bias = layer.useBias ? graph.weight("bias") : undefined;
    const convolution = depthwiseConvolution({ builder, batch, windows, channels }, { input, kernel, bias });
    return activatedConvolution(graph, layer, convolution.output, (gradient) => ({
      ...(graph.trainable && { weights: { depthwise_kernel: convolution.kernelGradient(gradient) } }),
      ...(needsInputGradient && { input: convolution.inputGradient(gradient) }),
    }));
  },
});

/** Over images `[batch, channels, height, width]`. */
export function inferDepthwise(
  builder: GraphBuilder,
  windows: Windows,
  input: Value,
  kernel: Value,
  bias: Value | undefined,
): Value {
  const [rows, columns, channels, multiplier] = kernel.shape as readonly [number, number, number, number];
  const filters = channels * multiplier;
  const planes = builder.reshape(builder.transpose(kernel, [2, 3, 0, 1]), [filters, 1, rows, columns]);
  return builder.node(
    "Conv",
    [input, planes, ...(bias ? [bias] : [])],
    [input.shape[0]!, filters, windows.outHeight, windows.outWidth],
    {
      kernel_shape: windows.kernel,
      strides: windows.strides,
      dilations: windows.dilation,
      pads: onnxPads(windows),
      group: channels,
    },
  );
}
