import type { LayerOf } from "../../backbone/layerGraph";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";
import { unary } from "./unary";

/** Token ids are exact as float32, so they are compared as they are. A mask has no gradient by them. */
export const paddingMask = unary<LayerOf<"PaddingMask">>({
  infer: ({ builder }, { paddingId }, ids) => writeMask(builder, ids, paddingId),
  train: ({ builder }, { paddingId }, ids) => ({
    output: writeMask(builder, ids, paddingId),
    backward: () => ({}),
  }),
});

function writeMask(builder: GraphBuilder, ids: Value, paddingId: number): Value {
  const isPadding = builder.node("Equal", [ids, builder.scalar(paddingId)], ids.shape, {}, "bool");
  const isToken = builder.node("Not", [isPadding], ids.shape, {}, "bool");
  return builder.node("Cast", [isToken], ids.shape, { to: 1 });
}
