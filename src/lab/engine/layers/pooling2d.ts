import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import type { LayerRules, TrainGraph, TrainedLayer } from "./layerRules";
import type { LayerOf } from "./layerOf";
import { asImage, type ImageShape } from "./shapeError";
import { isDisjoint, isPadded, onnxPads, pixelRows, windowRows, windowsOf, type Windows } from "./windows";

type Pooling = LayerOf<"MaxPooling2D"> | LayerOf<"AveragePooling2D">;

export const maxPooling2d: LayerRules<LayerOf<"MaxPooling2D">> = {
  outputShape: pooledShape,
  weights: () => [],

  infer: ({ builder, inputShape }, layer, input) =>
    inferPool(builder, "MaxPool", poolingWindows(layer, asImage(layer, inputShape)), input, {}),

  /** Pixels that tie for the maximum share the gradient equally (TensorFlow gives all of it to the first). */
  train(graph, layer, input) {
    const { builder } = graph;
    return trainPool(graph, layer, input, -Infinity, (planes) => {
      const output = builder.reduce("ReduceMax", planes, [0], false);
      return {
        output,
        backward(gradient) {
          const hit = builder.node("Equal", [planes, output], planes.shape, {}, "bool");
          const winners = builder.node("Cast", [hit], planes.shape, { to: 1 });
          const ties = builder.reduce("ReduceSum", winners, [0], false);
          return builder.binary("Mul", winners, builder.binary("Div", gradient, ties));
        },
      };
    });
  },
};

export const averagePooling2d: LayerRules<LayerOf<"AveragePooling2D">> = {
  outputShape: pooledShape,
  weights: () => [],

  infer: ({ builder, inputShape }, layer, input) =>
    inferPool(builder, "AveragePool", poolingWindows(layer, asImage(layer, inputShape)), input, {
      count_include_pad: 0,
    }),

  train(graph, layer, input) {
    const { builder } = graph;
    const image = asImage(layer, graph.inputShape);
    const windows = poolingWindows(layer, image);
    const counts = pixelsInWindows(windows, image[2]);
    const divisor = builder.floats(counts, [1, counts.length, 1]);
    return trainPool(graph, layer, input, 0, (planes) => {
      const sum = builder.reduce("ReduceSum", planes, [0], true);
      return {
        output: builder.binary("Div", sum, divisor),
        backward(gradient) {
          const share = builder.binary("Div", builder.reshape(gradient, sum.shape), divisor);
          return builder.node("Expand", [share, builder.longs(planes.shape as number[])], planes.shape);
        },
      };
    });
  },
};

interface TrainedPlanes {
  readonly output: Value;
  readonly backward: (gradient: Value) => Value;
}

/**
 * Pools over planes `[taps, channels · windows, batch]`, gathered from the image. `padding` stands where a window reaches
 * over the border.
 */
function trainPool(
  graph: TrainGraph,
  layer: Pooling,
  input: Value,
  padding: number,
  pool: (planes: Value) => TrainedPlanes,
): TrainedLayer {
  const { builder, batch } = graph;
  const image = asImage(layer, graph.inputShape);
  const [height, width, channels] = image;
  const windows = poolingWindows(layer, image);
  const pixels = height * width * channels;
  const taps = windows.kernel[0] * windows.kernel[1];
  const places = channels * windows.outHeight * windows.outWidth;
  const rows = windowRows(windows, channels);
  const flat = builder.reshape(input, [pixels, batch]);
  const source = isPadded(windows) ? withRow(builder, flat, padding) : flat;
  const planes = builder.node("Gather", [source, builder.ints(rows, [taps, places])], [taps, places, batch], {
    axis: 0,
  });
  const pooled = pool(planes);
  return {
    output: builder.reshape(pooled.output, [channels, windows.outHeight, windows.outWidth, batch]),
    backward(gradient) {
      const shared = pooled.backward(builder.reshape(gradient, [places, batch]));
      const flatShared = builder.reshape(shared, [taps * places, batch]);
      const { rows: back, slots } = pixelRows(rows, pixels, taps * places);
      const covered = isDisjoint(windows) && !back.includes(taps * places);
      const parts = builder.node(
        "Gather",
        [covered ? flatShared : withRow(builder, flatShared, 0), builder.ints(back, [slots, pixels])],
        [slots, pixels, batch],
        { axis: 0 },
      );
      const sum = slots === 1 ? parts : builder.reduce("ReduceSum", parts, [0], false);
      return { input: builder.reshape(sum, [channels, height, width, batch]) };
    },
  };
}

function pooledShape(layer: Pooling, input: readonly number[]): readonly number[] {
  const image = asImage(layer, input);
  const { outHeight, outWidth } = poolingWindows(layer, image);
  return [outHeight, outWidth, image[2]];
}

function poolingWindows(layer: Pooling, image: ImageShape): Windows {
  return windowsOf(layer, image, { kernel: layer.poolSize, strides: layer.strides, padding: layer.padding });
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

/** How many real pixels each window covers, by channel and window: padding does not count. */
function pixelsInWindows(windows: Windows, channels: number): Float32Array {
  const places = channels * windows.outHeight * windows.outWidth;
  const counts = new Float32Array(places);
  windowRows(windows, channels).forEach((pixel, row) => {
    if (pixel < channels * windows.height * windows.width) counts[row % places]!++;
  });
  return counts;
}

function withRow(builder: GraphBuilder, matrix: Value, fill: number): Value {
  const [rows, width] = matrix.shape as readonly [number, number];
  const row = builder.floats(new Float32Array(width).fill(fill), [1, width]);
  return builder.node("Concat", [matrix, row], [rows + 1, width], { axis: 0 });
}
