import type { Windows } from "../../backbone/kinds/windows";
import type { Value } from "../onnx/graphBuilder";
import { gathered, withConstant } from "./convolution";
import { pixelSums } from "./pixelSums";
import type { UnaryTrainedLayer, UnaryTrainGraph } from "./unary";
import { isPadded, pixelRows, tapPixels } from "./windowRows";

export interface PooledPlanes {
  /** `[channels, windows, batch]`, also with an axis of 1 for the taps. */
  readonly output: Value;
  /** To the gradient by the planes, from `[channels, 1, windows, batch]`. */
  readonly backward: (gradient: Value) => Value;
}

/**
 * Pooling for windows of any kind, over planes `[channels, taps, windows, batch]` gathered from the image. `padding` stands
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
  const taps = kernel[0] * kernel[1];
  const places = outHeight * outWidth;
  const pixels = builder.reshape(input, [channels, height * width, batch]);
  const source = isPadded(windows) ? withConstant(builder, pixels, 1, padding) : pixels;
  const planes = gathered(builder, source, 1, tapPixels(windows));
  const pooled = pool(builder.reshape(planes, [channels, taps, places, batch]));
  return {
    output: builder.reshape(pooled.output, [channels, outHeight, outWidth, batch]),
    backward(gradient) {
      const shared = pooled.backward(builder.reshape(gradient, [channels, 1, places, batch]));
      const rows = withConstant(builder, builder.reshape(shared, [channels, taps * places, batch]), 1, 0);
      return { input: builder.reshape(pixelSums(builder, rows, 1, pixelRows(windows, 1)), input.shape) };
    },
  };
}
