/** Sequences and features as matrices: layers over the last axis do not care which step of which example a row is. */
import type { Dimension, GraphBuilder, Value } from "../onnx/graphBuilder";

/** `[batch, width]` as it is, `[batch, steps, width]` as `[batch · steps, width]`. */
export function asRows(builder: GraphBuilder, x: Value): Value {
  if (x.shape.length === 2) return x;
  return builder.reshape(x, [rowCount(x.shape.slice(0, -1)), x.shape.at(-1)!]);
}

/** Rows back in the shape that `like` has, except for their width. */
export function fromRows(builder: GraphBuilder, rows: Value, like: Value): Value {
  return builder.reshape(rows, [...like.shape.slice(0, -1), rows.shape[1]!]);
}

function rowCount(sides: readonly Dimension[]): Dimension {
  if (sides.every((side) => typeof side === "number")) return sides.reduce((product, side) => product * side, 1);
  return sides.join(" · ");
}
