import { poolingWindows } from "../../backbone/kinds/poolings";
import { asImage } from "../../backbone/kinds/shapeError";
import type { Windows } from "../../backbone/kinds/windows";
import type { LayerOf } from "../../backbone/layerGraph";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import { poolOverPlanes } from "./poolOverPlanes";
import { unary } from "./unary";
import { isTiling, onnxPads, tapPixels } from "./windowRows";

/** Pixels that tie for the maximum share its gradient equally (TensorFlow gives all of it to the first). */
export const maxPooling2d = unary<LayerOf<"MaxPooling2D">>({
  infer: ({ builder, inputShapes }, layer, input) =>
    inferPool(builder, "MaxPool", poolingWindows(layer, inputShapes), input, {}),

  train(graph, layer, input) {
    const { builder } = graph;
    const [, , channels] = asImage(layer, graph.inputShape);
    const windows = poolingWindows(layer, graph.inputShapes);
    const winners = (x: Value, best: Value) =>
      builder.node("Cast", [builder.node("Equal", [x, best], x.shape, {}, "bool")], x.shape, { to: 1 });
    if (!isTiling(windows)) {
      return poolOverPlanes(graph, windows, channels, input, -Infinity, (planes) => {
        const output = builder.reduce("ReduceMax", planes, [1], true);
        return {
          output,
          backward(gradient) {
            const won = winners(planes, output);
            const ties = builder.reduce("ReduceSum", won, [1], true);
            return builder.binary("Mul", won, builder.binary("Div", gradient, ties));
          },
        };
      });
    }
    const tiles = tilesOf(windows, channels, graph.batch);
    const output = tiles.pool(builder, "MaxPool", input);
    return {
      output,
      backward(gradient) {
        const won = winners(builder.reshape(input, tiles.pixels), builder.reshape(output, tiles.pooled));
        const share = tiles.pool(builder, "AveragePool", builder.reshape(won, input.shape));
        const ties = builder.binary("Mul", share, builder.scalar(windows.kernel[0] * windows.kernel[1]));
        const shared = builder.reshape(builder.binary("Div", gradient, ties), tiles.pooled);
        return { input: builder.reshape(builder.binary("Mul", won, shared), input.shape) };
      },
    };
  },
});

/** Padding does not count: at a border the mean is over the pixels that are there. */
export const averagePooling2d = unary<LayerOf<"AveragePooling2D">>({
  infer: ({ builder, inputShapes }, layer, input) =>
    inferPool(builder, "AveragePool", poolingWindows(layer, inputShapes), input, {
      count_include_pad: 0,
    }),

  train(graph, layer, input) {
    const { builder } = graph;
    const [, , channels] = asImage(layer, graph.inputShape);
    const windows = poolingWindows(layer, graph.inputShapes);
    const counts = pixelsInWindows(windows);
    const divisor = builder.floats(counts, [1, 1, counts.length, 1]);
    return poolOverPlanes(graph, windows, channels, input, 0, (planes) => ({
      output: builder.binary("Div", builder.reduce("ReduceSum", planes, [1], true), divisor),
      backward(gradient) {
        const share = builder.binary("Div", gradient, divisor);
        return builder.node("Expand", [share, builder.longs(planes.shape as number[])], planes.shape);
      },
    }));
  },
});

/**
 * Where windows tile the image, `[channels, height, width, batch]` seen with the place in the tile on axes of its own: the
 * pooled image broadcasts to its pixels, nothing has to be gathered.
 */
function tilesOf({ kernel, outHeight, outWidth }: Windows, channels: number, batch: number) {
  return {
    pixels: [channels * outHeight, kernel[0], outWidth, kernel[1], batch],
    pooled: [channels * outHeight, 1, outWidth, 1, batch],
    /** Pools in three dimensions, of which the last, the batch, has windows of 1. */
    pool(builder: GraphBuilder, op: "MaxPool" | "AveragePool", x: Value): Value {
      const shape = [channels, outHeight, outWidth, batch];
      const window = [...kernel, 1];
      const pooled = builder.node(op, [builder.reshape(x, [1, ...x.shape])], [1, ...shape], {
        kernel_shape: window,
        strides: window,
      });
      return builder.reshape(pooled, shape);
    },
  };
}

function inferPool(
  builder: GraphBuilder,
  op: "MaxPool" | "AveragePool",
  windows: Windows,
  input: Value,
  extra: Record<string, number>,
): Value {
  return builder.node(op, [input], [...input.shape.slice(0, 2), windows.outHeight, windows.outWidth], {
    kernel_shape: windows.kernel,
    strides: windows.strides,
    pads: onnxPads(windows),
    ...extra,
  });
}

/** How many real pixels each window covers. */
function pixelsInWindows(windows: Windows): Float32Array {
  const places = windows.outHeight * windows.outWidth;
  const counts = new Float32Array(places);
  tapPixels(windows).forEach((pixel, row) => {
    if (pixel < windows.height * windows.width) counts[row % places]!++;
  });
  return counts;
}
