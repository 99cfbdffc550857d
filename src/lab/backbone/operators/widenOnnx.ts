import type { ModelProto, TensorProto, TypeProto } from "../../engine/onnx/onnx.gen";
import { TensorProto_DataType as Type } from "../../engine/onnx/onnx.gen";
import { decodeFloat16 } from "../../engine/float16";

/** A model in float16 as the same in float32, in place: it is trained in float32, and compared with itself in the same precision. */
export function widenOnnx({ graph }: ModelProto): void {
  if (graph === undefined) return;
  graph.initializer.forEach(widenTensor);
  for (const { type } of [...graph.input, ...graph.output, ...graph.valueInfo]) widenType(type);
  for (const node of graph.node) {
    for (const attribute of node.attribute) {
      if (attribute.t) widenTensor(attribute.t);
      if (node.opType === "Cast" && attribute.name === "to" && attribute.i === BigInt(Type.FLOAT16)) {
        attribute.i = BigInt(Type.FLOAT);
      }
    }
  }
}

function widenTensor(tensor: TensorProto): void {
  if (tensor.dataType !== Type.FLOAT16 || tensor.externalData.length > 0) return;
  const bits =
    tensor.rawData.length > 0
      ? new Uint16Array(Uint8Array.from(tensor.rawData).buffer)
      : Uint16Array.from(tensor.int32Data);
  const data = new Float32Array(bits.length);
  decodeFloat16(bits, data, 0);
  tensor.dataType = Type.FLOAT;
  tensor.rawData = new Uint8Array(data.buffer);
  tensor.int32Data = [];
}

function widenType(type: TypeProto | undefined): void {
  if (type?.value.case === "tensorType" && type.value.value.elemType === Type.FLOAT16)
    type.value.value.elemType = Type.FLOAT;
}
