import { convolutionWindows } from "../../backbone/kinds/convolutions";
import { asImage } from "../../backbone/kinds/shapeError";
import { windowsOf } from "../../backbone/kinds/windows";
import type { LayerOf } from "../../backbone/layerGraph";
import { inferActivation } from "./activation";
import { activatedConvolution } from "./convolution";
import { denseConvolution } from "./denseConvolution";
import { inferDepthwise } from "./depthwiseConv2d";
import { depthwiseConvolution } from "./depthwiseConvolution";
import { unary } from "./unary";

/** A depthwise convolution, then one with 1 x 1 taps; bias and activation come after both. */
export const separableConv2d = unary<LayerOf<"SeparableConv2D">>({
  infer(graph, layer, input) {
    const { builder } = graph;
    const windows = convolutionWindows(layer, graph.inputShapes);
    const spread = inferDepthwise(builder, windows, input, graph.weight("depthwise_kernel"), undefined);
    const mixed = builder.node(
      "Conv",
      [
        spread,
        builder.transpose(graph.weight("pointwise_kernel"), [3, 2, 0, 1]),
        ...(layer.useBias ? [graph.weight("bias")] : []),
      ],
      [input.shape[0]!, layer.filters, windows.outHeight, windows.outWidth],
      { kernel_shape: [1, 1] },
    );
    return inferActivation(builder, layer.activation, mixed);
  },

  train(graph, layer, input) {
    const { builder, batch, needsInputGradient } = graph;
    const [, , channels] = asImage(layer, graph.inputShape);
    const windows = convolutionWindows(layer, graph.inputShapes);
    const bias = layer.useBias ? graph.weight("bias") : undefined;
    const depthwise = depthwiseConvolution(
      { builder, batch, windows, channels },
      { input, kernel: graph.weight("depthwise_kernel") },
    );
    const middle = [windows.outHeight, windows.outWidth, channels * layer.depthMultiplier] as const;
    const pointwise = denseConvolution(
      {
        builder,
        batch,
        windows: windowsOf(layer, middle, { kernel: [1, 1], strides: [1, 1], padding: "valid" }),
        channels: middle[2],
      },
      { input: depthwise.output, kernel: graph.weight("pointwise_kernel"), bias },
    );
    return activatedConvolution(graph, layer, pointwise.output, (gradient) => {
      const between = pointwise.inputGradient(gradient);
      return {
        ...(graph.trainable && {
          weights: {
            depthwise_kernel: depthwise.kernelGradient(between),
            pointwise_kernel: pointwise.kernelGradient(gradient),
          },
        }),
        ...(needsInputGradient && { input: depthwise.inputGradient(between) }),
      };
    });
  },
});
