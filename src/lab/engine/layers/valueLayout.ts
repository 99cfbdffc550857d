/**
 * Where the axes of a value lie inside a graph, see `layerRules.ts`. Keras' order (batch, then rows, columns, channels) is what
 * arrangements like `Flatten` are defined by.
 */
import { sizeOf, type Shape } from "../../backbone/kinds/layerKind";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";

export interface ValueLayout {
  /** Permutation of an image's four axes from the graph's order to Keras'. */
  readonly toKeras: readonly number[];
  readonly fromKeras: readonly number[];
}

/** `[batch, channels, height, width]`. */
export const inferLayout: ValueLayout = { toKeras: [0, 2, 3, 1], fromKeras: [0, 3, 1, 2] };
/** `[channels, height, width, batch]`. */
export const trainLayout: ValueLayout = { toKeras: [3, 1, 2, 0], fromKeras: [3, 1, 2, 0] };

/** The axis in the graph of axis `axis` of a shape without the batch. */
export function graphAxis(layout: ValueLayout, shape: Shape, axis: number): number {
  return shape.length === 3 ? layout.fromKeras.indexOf(axis + 1) : axis + 1;
}

/** `[batch, …shape]` with the axes in Keras' order. */
export function inKerasOrder(builder: GraphBuilder, layout: ValueLayout, shape: Shape, value: Value): Value {
  return shape.length === 3 ? builder.transpose(value, layout.toKeras) : value;
}

/** A value of `shape` as one row for each example, `[batch, size]`, in Keras' order. */
export function asRow(builder: GraphBuilder, layout: ValueLayout, shape: Shape, value: Value): Value {
  const ordered = inKerasOrder(builder, layout, shape, value);
  return builder.reshape(ordered, [ordered.shape[0]!, sizeOf(shape)]);
}

/** The inverse of `asRow`. */
export function fromRow(builder: GraphBuilder, layout: ValueLayout, shape: Shape, row: Value): Value {
  const ordered = builder.reshape(row, [row.shape[0]!, ...shape]);
  return shape.length === 3 ? builder.transpose(ordered, layout.fromKeras) : ordered;
}
