import type { GraphBuilder, Value } from "../onnx/graphBuilder";

/** The part of `x` from `start` up to `start + length` along one axis. */
export function slice(builder: GraphBuilder, x: Value, axis: number, start: number, length: number): Value {
  if (start === 0 && length === x.shape[axis]) return x;
  const bounds = [start, start + length, axis].map((number) => builder.longs([number]));
  return builder.node(
    "Slice",
    [x, ...bounds],
    x.shape.map((side, i) => (i === axis ? length : side)),
    {},
    x.type,
  );
}
