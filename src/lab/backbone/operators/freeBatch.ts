import type { NodeProto, TensorProto } from "../../engine/onnx/onnx.gen";
import { onnxConstant } from "./onnxConstant";

/** The shapes that a model exported for a single image reshapes to, made for any number of them: the leading 1 is the batch. */
export function freeBatch(nodes: readonly NodeProto[], tensors: readonly TensorProto[]): readonly TensorProto[] {
  const targets = new Set(nodes.filter(({ opType }) => opType === "Reshape").map(({ input }) => input[1]));
  return tensors.map((tensor) => {
    const [batch, ...sides] = targets.has(tensor.name) ? onnxConstant(tensor, "").data : [];
    if (batch !== 1) return tensor;
    // -1 is whatever is left; where another side is that already, 0 copies the side that was there.
    const freed = [sides.includes(-1) ? 0 : -1, ...sides];
    return { ...tensor, int64Data: [], rawData: new Uint8Array(BigInt64Array.from(freed, BigInt).buffer) };
  });
}
