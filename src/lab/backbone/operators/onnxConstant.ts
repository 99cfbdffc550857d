import type { TensorProto } from "../../engine/onnx/onnx.gen";
import { TensorProto_DataLocation, TensorProto_DataType as Type } from "../../engine/onnx/onnx.gen";
import { GraftError } from "../../../shared/graftError";
import type { Constant } from "./operatorGraph";

/** @throws GraftError `backbone/external-data`, `backbone/unsupported-weights`. */
export function onnxConstant(tensor: TensorProto, origin: string): Constant {
  if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL) {
    const file = tensor.externalData.find(({ key }) => key === "location")?.value ?? "another file";
    throw new GraftError({
      code: "backbone/external-data",
      expected: `all weights inside ${origin}`,
      found: `"${tensor.name}" in ${file}`,
      remedy: 'Save it as one file, e.g. with Python: onnx.save(onnx.load("model.onnx"), "one-file.onnx")',
    });
  }
  const shape = tensor.dims.map(Number);
  const data = numbersOf(tensor);
  if (data !== undefined) return { shape, data };
  throw new GraftError({
    code: "backbone/unsupported-weights",
    expected: "weights of whole numbers, float16, float32 or float64",
    found: `"${tensor.name}" of ONNX's data type ${tensor.dataType}`,
    remedy: "Convert the model to float32",
  });
}

/** Undefined for a type that is none of numbers. */
function numbersOf(tensor: TensorProto): Constant["data"] | undefined {
  const raw = tensor.rawData;
  // A copy of its own: aligned, and not kept alive by the whole file.
  const bytes = () => Uint8Array.from(raw).buffer;
  const isRaw = raw.length > 0;
  switch (tensor.dataType as Type) {
    case Type.FLOAT:
      return isRaw ? new Float32Array(bytes()) : Float32Array.from(tensor.floatData);
    case Type.DOUBLE:
      return Float32Array.from(isRaw ? new Float64Array(bytes()) : tensor.doubleData);
    case Type.INT64:
      return Float64Array.from(isRaw ? new BigInt64Array(bytes()) : tensor.int64Data, Number);
    case Type.INT32:
      return Float64Array.from(isRaw ? new Int32Array(bytes()) : tensor.int32Data);
    case Type.BOOL:
    case Type.UINT8:
      return Float64Array.from(isRaw ? raw : tensor.int32Data);
    case Type.INT8:
      return Float64Array.from(isRaw ? new Int8Array(bytes()) : tensor.int32Data);
    default:
      return undefined;
  }
}
