/** Numbers as TensorFlow stores them, and as tfjs has them. */
import { sizeOf, type Shape } from "../../kinds/layerKind";
import { DataType, type TensorProto, type TensorShapeProto } from "./tensorflow.gen";

/** As tfjs has it. */
export interface StoredTensor {
  readonly shape: Shape;
  readonly dtype: "float32" | "int32" | "bool";
  readonly data: Float32Array | Int32Array | Uint8Array;
}

interface StoredType {
  readonly dtype: StoredTensor["dtype"];
  /** Of one number. */
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
  readonly listed: (tensor: TensorProto) => readonly (number | bigint | boolean)[];
}

const storedTypes: ReadonlyMap<DataType, StoredType> = new Map<DataType, StoredType>([
  [
    DataType.DT_FLOAT,
    { dtype: "float32", bytes: 4, read: (view, at) => view.getFloat32(at, true), listed: ({ floatVal }) => floatVal },
  ],
  [
    DataType.DT_DOUBLE,
    { dtype: "float32", bytes: 8, read: (view, at) => view.getFloat64(at, true), listed: ({ doubleVal }) => doubleVal },
  ],
  [
    DataType.DT_INT32,
    { dtype: "int32", bytes: 4, read: (view, at) => view.getInt32(at, true), listed: ({ intVal }) => intVal },
  ],
  [
    DataType.DT_INT64,
    {
      dtype: "int32",
      bytes: 8,
      read: (view, at) => within32(view.getBigInt64(at, true)),
      listed: ({ int64Val }) => int64Val.map(within32),
    },
  ],
  [
    DataType.DT_UINT8,
    { dtype: "int32", bytes: 1, read: (view, at) => view.getUint8(at), listed: ({ intVal }) => intVal },
  ],
  [
    DataType.DT_BOOL,
    { dtype: "bool", bytes: 1, read: (view, at) => view.getUint8(at), listed: ({ boolVal }) => boolVal },
  ],
]);

/** What is wider are ends of slices, which mean "to the end" in 32 bits too. */
function within32(value: bigint): number {
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Number(value)));
}

export function isReadable(dtype: DataType): boolean {
  return storedTypes.has(dtype);
}

/** How many bytes a tensor takes in a checkpoint; undefined for types that are not read. */
export function storedBytes(dtype: DataType, shape: Shape): number | undefined {
  const type = storedTypes.get(dtype);
  return type && type.bytes * sizeOf(shape);
}

/** Of a readable type. */
export function tensorFromBytes(dtype: DataType, shape: Shape, bytes: Uint8Array): StoredTensor {
  const type = storedTypes.get(dtype)!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = numbersFor(type, sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = type.read(view, i * type.bytes);
  return { shape, dtype: type.dtype, data };
}

/** Of a readable type. The last number of a list stands for those that are left out. */
export function tensorFromProto(tensor: TensorProto): StoredTensor {
  const shape = shapeOf(tensor.tensorShape);
  if (tensor.tensorContent.length > 0) return tensorFromBytes(tensor.dtype, shape, tensor.tensorContent);
  const type = storedTypes.get(tensor.dtype)!;
  const listed = type.listed(tensor);
  const data = numbersFor(type, sizeOf(shape)).fill(Number(listed.at(-1) ?? 0));
  data.set(listed.map(Number));
  return { shape, dtype: type.dtype, data };
}

export function shapeOf(shape: TensorShapeProto | undefined): Shape {
  return shape?.dim.map(({ size }) => Number(size)) ?? [];
}

function numbersFor({ dtype }: StoredType, count: number): StoredTensor["data"] {
  if (dtype === "float32") return new Float32Array(count);
  return dtype === "int32" ? new Int32Array(count) : new Uint8Array(count);
}
