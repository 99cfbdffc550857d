import { writeFile } from "node:fs/promises";

export type StoredArray = Float32Array | Uint8Array | Int32Array;

export interface TensorEntry {
  readonly shape: readonly number[];
  readonly type: "float32" | "uint8" | "int32";
  readonly offset: number;
}

export interface TensorFile {
  readonly file: string;
  readonly index: Readonly<Record<string, TensorEntry>>;
}

export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: StoredArray;
}

/** Arrays one behind the other in one file, which Graft's peers read too: the same weights and batches on all sides. */
export async function writeTensorFile(file: string, tensors: ReadonlyMap<string, NamedTensor>): Promise<TensorFile> {
  const index: Record<string, TensorEntry> = {};
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    index[name] = { shape, type: typeOf(data), offset };
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    offset += data.byteLength;
  }
  await writeFile(file, Buffer.concat(parts));
  return { file, index };
}

function typeOf(data: StoredArray): TensorEntry["type"] {
  if (data instanceof Float32Array) return "float32";
  return data instanceof Uint8Array ? "uint8" : "int32";
}
