import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import { gathered } from "./convolution";

/**
 * For each pixel, the sum of what the windows over it have for it: along `axis`, from rows as `windowRows` orders them and one
 * row of zeros. `slots` are those of `pixelRows`; added one by one, so that there is never more than one image beside the rows.
 */
export function pixelSums(builder: GraphBuilder, rows: Value, axis: number, slots: readonly Int32Array[]): Value {
  return slots
    .map((slot) => gathered(builder, rows, axis, slot))
    .reduce((total, part) => builder.binary("Add", total, part));
}
