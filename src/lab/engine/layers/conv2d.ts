import { convolutionWindows } from "../../backbone/kinds/convolutions";
import { asImage } from "../../backbone/kinds/shapeError";
import type { LayerOf } from "../../backbone/layerGraph";
import { inferActivation } from "./activation";
import { activatedConvolution } from "./convolution";
import { groupedConvolution } from "./groupedConvolution";
import { unary } from "./unary";
import { onnxPads } from "./windowRows";

export const conv2d = unary<LayerOf<"Conv2D">>({
  infer(graph, layer, input) {
    const { builder } = graph;
    const windows = convolutionWindows(layer, graph.inputShapes);
    const kernel = builder.transpose(graph.weight("kernel"), [3, 2, 0, 1]);
    const output = builder.node(
      "Conv",
      [input, kernel, ...(layer.useBias ? [graph.weight("bias")] : [])],
      [input.shape[0]!, layer.filters, windows.outHeight, windows.outWidth],
      {
        kernel_shape: layer.kernelSize,
        strides: layer.strides,
        dilations: windows.dilation,
        pads: onnxPads(windows),
        group: layer.groups ?? 1,
      },
    );
    return inferActivation(builder, layer.activation, output);
  },

  train(graph, layer, input) {
    const { builder, batch, needsInputGradient } = graph;
    const [, , channels] = asImage(layer, graph.inputShape);
    const windows = convolutionWindows(layer, graph.inputShapes);
    const kernel = graph.weight("kernel");
    const bias = layer.useBias ? graph.weight("bias") : undefined;
    const place = { builder, batch, windows, channels, order: graph.outputOrder };
    const convolution = groupedConvolution(place, { input, kernel, bias }, layer.groups ?? 1);
    return activatedConvolution(graph, layer, convolution.output, (gradient) => ({
      ...(graph.trainable && { weights: { kernel: convolution.kernelGradient(gradient) } }),
      ...(needsInputGradient && { input: convolution.inputGradient(gradient) }),
    }));
  },
});
