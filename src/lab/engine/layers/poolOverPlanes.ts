import type { Windows } from "../../backbone/kinds/windows";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import type { UnaryTrainedLayer, UnaryTrainGraph } from "./unary";
import { pixelSums } from "./pixelSums";
import { isPadded, windowRows } from "./windowRows";

interface PooledPlanes {
  readonly output: Value;
  readonly backward: (gradient: Value) => Value;
}

/**
 * Pooling for windows of any kind, over planes `[taps, channels · windows, batch]` gathered from the image. `padding` stands
 * where a window reaches over the border.
 */
export function poolOverPlanes(
  { builder, batch }: UnaryTrainGraph,
  windows: Windows,
  channels: number,
  input: Value,
  padding: number,
  pool: (planes: Value) => PooledPlanes,
): UnaryTrainedLayer {
  const { height, width, outHeight, outWidth, kernel } = windows;
  const pixels = height * width * channels;
  const taps = kernel[0] * kernel[1];
  const places = channels * outHeight * outWidth;
  const rows = windowRows(windows, channels);
  const flat = builder.reshape(input, [pixels, batch]);
  const source = isPadded(windows) ? withRow(builder, flat, padding) : flat;
  const planes = builder.node("Gather", [source, builder.ints(rows, [taps, places])], [taps, places, batch], {
    axis: 0,
  });
  const pooled = pool(planes);
  return {
    output: builder.reshape(pooled.output, [channels, outHeight, outWidth, batch]),
    backward(gradient) {
      const shared = pooled.backward(builder.reshape(gradient, [places, batch]));
      const flatShared = builder.reshape(shared, [taps * places, batch]);
      return { input: pixelSums(builder, withRow(builder, flatShared, 0), windows, channels) };
    },
  };
}

function withRow(builder: GraphBuilder, matrix: Value, fill: number): Value {
  const [rows, width] = matrix.shape as readonly [number, number];
  const row = builder.floats(new Float32Array(width).fill(fill), [1, width]);
  return builder.node("Concat", [matrix, row], [rows + 1, width], { axis: 0 });
}
