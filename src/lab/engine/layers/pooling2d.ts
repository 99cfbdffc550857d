import { poolingWindows } from "../../backbone/kinds/poolings";
import { asImage } from "../../backbone/kinds/shapeError";
import type { Windows } from "../../backbone/kinds/windows";
import type { LayerOf } from "../../backbone/layerGraph";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import { type PooledPlanes, poolOverPlanes } from "./poolOverPlanes";
import { unary, type UnaryTrainGraph } from "./unary";
import { isPadded, isTiling, tapPixels } from "./windowRows";

/** Pixels that tie for the maximum share its gradient equally (TensorFlow gives all of it to the first). */
export const maxPooling2d = unary<LayerOf<"MaxPooling2D">>({
  infer: ({ builder, inputShapes }, layer, input) =>
    inferPool(builder, "MaxPool", poolingWindows(layer, inputShapes), input, {}),

  train(graph, layer, input) {
    const [, , channels] = asImage(layer, graph.inputShape);
    const windows = poolingWindows(layer, graph.inputShapes);
    if (graph.inputOrder) return poolTapByTap(graph, windows, channels, input);
    return isTiling(windows)
      ? poolTiles(graph, windows, channels, input)
      : poolOverPlanes(graph, windows, channels, input, -Infinity, (planes) => maximum(graph.builder, planes));
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

/** Over planes `[channels, taps, …]`. */
function maximum(builder: GraphBuilder, planes: Value): PooledPlanes {
  const output = builder.reduce("ReduceMax", planes, [1], true);
  return {
    output,
    backward(gradient) {
      const won = winners(builder, planes, output);
      const ties = builder.reduce("ReduceSum", won, [1], true);
      return builder.binary("Mul", won, builder.binary("Div", gradient, ties));
    },
  };
}

/** 1 where the pixel is its window's maximum, else 0. As in `activation.ts`, no operator that runs on one core. */
function winners(builder: GraphBuilder, pixels: Value, best: Value): Value {
  const below = builder.binary("Sub", pixels, best);
  return builder.node("HardSigmoid", [below], pixels.shape, { alpha: { float: 2 ** 100 }, beta: { float: 1 } });
}

/** Where pixels lie tap by tap, those that no window has behind them, the image is planes as it is. */
function poolTapByTap({ builder, batch }: UnaryTrainGraph, windows: Windows, channels: number, input: Value) {
  const { height, width, outHeight, outWidth, kernel } = windows;
  const taps = kernel[0] * kernel[1];
  const places = outHeight * outWidth;
  const rest = height * width - taps * places;
  const rows = builder.reshape(input, [channels, height * width, batch]);
  const inWindows = [channels, taps * places, batch];
  const source =
    rest === 0
      ? rows
      : builder.node("Slice", [rows, ...[[0], [taps * places], [1]].map((range) => builder.longs(range))], inWindows);
  const pooled = maximum(builder, builder.reshape(source, [channels, taps, places * batch]));
  return {
    output: builder.reshape(pooled.output, [channels, outHeight, outWidth, batch]),
    backward(gradient: Value) {
      const shared = pooled.backward(builder.reshape(gradient, [channels, 1, places * batch]));
      const back = builder.reshape(shared, inWindows);
      const whole = rest === 0 ? back : builder.node("Pad", [back, builder.longs([0, 0, 0, 0, rest, 0])], rows.shape);
      return { input: builder.reshape(whole, input.shape) };
    },
  };
}

/**
 * Where windows tile the image, `[channels, height, width, batch]` seen with the place in the tile on axes of its own: the
 * pooled image broadcasts to its pixels, nothing has to be gathered.
 */
function poolTiles({ builder, batch }: UnaryTrainGraph, windows: Windows, channels: number, input: Value) {
  const { kernel, outHeight, outWidth } = windows;
  const pixels = [channels * outHeight, kernel[0], outWidth, kernel[1], batch];
  const pooled = [channels * outHeight, 1, outWidth, 1, batch];
  const shape = [channels, outHeight, outWidth, batch];
  /** In three dimensions, of which the last, the batch, has windows of 1. */
  const pool = (op: "MaxPool" | "AveragePool", x: Value) => {
    const window = { kernel_shape: [...kernel, 1], strides: [...kernel, 1] };
    return builder.reshape(builder.node(op, [builder.reshape(x, [1, ...x.shape])], [1, ...shape], window), shape);
  };
  const output = pool("MaxPool", input);
  return {
    output,
    backward(gradient: Value) {
      const won = winners(builder, builder.reshape(input, pixels), builder.reshape(output, pooled));
      const share = pool("AveragePool", builder.reshape(won, input.shape));
      const ties = builder.binary("Mul", share, builder.scalar(kernel[0] * kernel[1]));
      const shared = builder.reshape(builder.binary("Div", gradient, ties), pooled);
      return { input: builder.reshape(builder.binary("Mul", won, shared), input.shape) };
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
    // In words, as ONNX Runtime would take a padding with zeros before it for one of the pool's own, whose pixels do not count.
    auto_pad: isPadded(windows) ? "SAME_UPPER" : "VALID",
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
