import type { Windows } from "../../backbone/kinds/windows";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import { gathered } from "./convolution";
import { pixelRows } from "./windowRows";

/**
 * For each pixel, the sum of what the windows over it have for it: `[channels, height, width, batch]`, from rows as
 * `windowRows` orders them and one row of zeros, `[taps · channels · windows + 1, batch]`. Slot by slot, so that there is never
 * more than one image beside the rows.
 */
export function pixelSums(builder: GraphBuilder, rows: Value, windows: Windows, channels: number): Value {
  const parts = pixelRows(windows, channels).map((slot) => gathered(builder, rows, 0, slot));
  const sum = parts.reduce((total, part) => builder.binary("Add", total, part));
  return builder.reshape(sum, [channels, windows.height, windows.width, rows.shape[1]!]);
}
