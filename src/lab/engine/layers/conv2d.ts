import { convolutionWindows } from "../../backbone/kinds/convolutions";
import { asImage, type ImageShape } from "../../backbone/kinds/shapeError";
import type { Windows } from "../../backbone/kinds/windows";
import type { LayerOf } from "../../backbone/layerGraph";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import { inferActivation, trainActivation } from "./activation";
import { unary, type UnaryTrainGraph } from "./unary";
import { isPadded, isPointwise, onnxPads, pixelRows, windowRows } from "./windowRows";

export const conv2d = unary<LayerOf<"Conv2D">>({
  infer(graph, layer, input) {
    const { builder } = graph;
    const windows = convolutionWindows(layer, graph.inputShapes);
    const kernel = builder.transpose(graph.weight("kernel"), [3, 2, 0, 1]);
    const output = builder.node(
      "Conv",
      [input, kernel, ...(layer.useBias ? [graph.weight("bias")] : [])],
      [input.shape[0]!, layer.filters, windows.outHeight, windows.outWidth],
      { kernel_shape: layer.kernelSize, strides: layer.strides, pads: onnxPads(windows) },
    );
    return inferActivation(builder, layer.activation, output);
  },

  train(graph, layer, input) {
    const { builder, batch } = graph;
    const image = asImage(layer, graph.inputShape);
    const windows = convolutionWindows(layer, graph.inputShapes);
    const { outHeight, outWidth } = windows;
    const places = outHeight * outWidth * batch;
    const columns = windowColumns(graph, windows, image, input);
    const kernel = graph.weight("kernel");
    const matrix = builder.reshape(kernel, [columns.value.shape[0]!, layer.filters]);
    const bias = layer.useBias ? [builder.reshape(graph.weight("bias"), [layer.filters, 1])] : [];
    const product = builder.node("Gemm", [matrix, columns.value, ...bias], [layer.filters, places], { transA: 1 });
    const activation = trainActivation(builder, layer.activation, product, 0);
    return {
      output: builder.reshape(activation.output, [layer.filters, outHeight, outWidth, batch]),
      backward(gradientOfOutput) {
        const gradient = activation.backward(builder.reshape(gradientOfOutput, [layer.filters, places]));
        return {
          ...(graph.trainable && {
            weights: {
              kernel: builder.reshape(
                builder.node("Gemm", [columns.value, gradient], matrix.shape, { transB: 1 }),
                kernel.shape,
              ),
              ...(layer.useBias && { bias: builder.reduce("ReduceSum", gradient, [1], false) }),
            },
          }),
          ...(graph.needsInputGradient && { input: columns.backward(matrix, gradient) }),
        };
      },
    };
  },
});

/** The windows of `input` as columns of a matrix `[taps · channels, windows · batch]`, in the order of a Keras kernel. */
function windowColumns(graph: UnaryTrainGraph, windows: Windows, [height, width, channels]: ImageShape, input: Value) {
  const { builder, batch } = graph;
  const pixels = channels * height * width;
  const flat = builder.reshape(input, [pixels, batch]);
  const places = windows.outHeight * windows.outWidth;
  if (isPointwise(windows)) {
    return {
      value: builder.reshape(input, [channels, places * batch]),
      backward: (matrix: Value, gradient: Value) =>
        builder.reshape(builder.node("Gemm", [matrix, gradient], [channels, places * batch]), [
          channels,
          height,
          width,
          batch,
        ]),
    };
  }
  const depth = windows.kernel[0] * windows.kernel[1] * channels;
  const rows = windowRows(windows, channels);
  const source = isPadded(windows) ? withZeroRow(builder, flat) : flat;
  const gathered = builder.node("Gather", [source, builder.ints(rows, [depth * places])], [depth * places, batch], {
    axis: 0,
  });
  return {
    value: builder.reshape(gathered, [depth, places * batch]),
    backward(matrix: Value, gradient: Value): Value {
      // One more row of zeros in the kernel gives the zero row that unused slots point at.
      const extended = withZeroRow(builder, matrix);
      const columns = builder.node("Gemm", [extended, gradient], [depth + 1, places * batch]);
      const { rows: back, slots } = pixelRows(rows, pixels, depth * places);
      const parts = builder.node(
        "Gather",
        [builder.reshape(columns, [(depth + 1) * places, batch]), builder.ints(back, [pixels, slots])],
        [pixels, slots, batch],
        { axis: 0 },
      );
      const sum = slots === 1 ? parts : builder.reduce("ReduceSum", parts, [1], false);
      return builder.reshape(sum, [channels, height, width, batch]);
    },
  };
}

function withZeroRow(builder: GraphBuilder, matrix: Value): Value {
  const [rows, width] = matrix.shape as readonly [number, number];
  const zero = builder.floats(new Float32Array(width), [1, width]);
  return builder.node("Concat", [matrix, zero], [rows + 1, width], { axis: 0 });
}
