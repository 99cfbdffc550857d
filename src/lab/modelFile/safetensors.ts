/** Tensors as the bytes of a safetensors file (8 bytes of length, a JSON header, raw little-endian float32 data), and back. */
import { METADATA_KEY, type StoredTensor } from "../../shared/safetensors";
import { placedLayers } from "../backbone/graphShapes";
import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";

/** The header's text; `metadata` are texts beside the tensors. */
export function headerText(metadata: Readonly<Record<string, string>>, tensors: Weights): string {
  let end = 0;
  const entries = [...tensors].map(([name, { shape, data }]) => {
    const begin = end;
    end += data.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [begin, end] }] as const;
  });
  const text = JSON.stringify({ [METADATA_KEY]: metadata, ...Object.fromEntries(entries) });
  // Padded, so that the data begins at a multiple of 8 bytes.
  return text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8));
}

/** Length and text of a header, as the file begins. */
export function headerBytes(text: string): Buffer {
  const json = Buffer.from(text);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json]);
}

export function tensorBytes({ data }: Tensor): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** A whole file. */
export function safetensorsBytes(metadata: Readonly<Record<string, string>>, tensors: Weights): Buffer {
  return Buffer.concat([headerBytes(headerText(metadata, tensors)), ...[...tensors.values()].map(tensorBytes)]);
}

/** A copy of its own, so that the file's bytes can go. */
export function tensorIn({ shape, begin, end }: StoredTensor, data: Buffer): Tensor {
  const own = data.buffer.slice(data.byteOffset + begin, data.byteOffset + end);
  return { shape, data: new Float32Array(own as ArrayBuffer) };
}

/** Where a header ends. */
export interface SafetensorsParts {
  /** Bytes that the header says it has. */
  readonly headerLength: number;
  readonly text: string;
  readonly data: Buffer;
}

/** The text of the header and the bytes behind it; undefined when the bytes do not begin as a header. It may be cut off. */
export function partsOf(bytes: Buffer): SafetensorsParts | undefined {
  const headerLength = bytes.length < 8 ? 0 : Number(bytes.readBigUInt64LE());
  if (headerLength === 0 || bytes[8] !== 0x7b) return undefined;
  return {
    headerLength,
    text: bytes.toString("utf8", 8, 8 + headerLength),
    data: bytes.subarray(8 + headerLength),
  };
}

/** The weights of a graph among stored tensors. Throws what `refuse` makes of one that is missing or has another shape. */
export function weightsAmong(
  graph: LayerGraph,
  tensors: readonly StoredTensor[],
  data: Buffer,
  refuse: (name: string, expected: readonly number[], found: readonly number[] | undefined) => Error,
): Weights {
  const stored = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const weights = new Map<string, Tensor>();
  for (const { layer, weights: specs } of placedLayers(graph)) {
    for (const { name: weight, shape: expected } of specs) {
      const name = `${layer.name}/${weight}`;
      const tensor = stored.get(name);
      if (tensor?.shape.join() !== expected.join()) throw refuse(name, expected, tensor?.shape);
      weights.set(name, tensorIn(tensor, data));
    }
  }
  return weights;
}
