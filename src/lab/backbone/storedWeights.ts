/** Weights as tfjs stores them: one behind the other in shards, as float32 or quantized to half or a quarter of the bytes. */
import * as v from "valibot";
import { GraftError } from "../../shared/graftError";
import { decodeFloat16 } from "../engine/float16";
import { sizeOf } from "./kinds/layerKind";
import type { Tensor } from "./layerGraph";
import type { ModelFiles } from "./modelFiles";

const weightSchema = v.looseObject({
  name: v.string(),
  shape: v.array(v.number()),
  dtype: v.string(),
  quantization: v.optional(
    v.looseObject({ dtype: v.string(), scale: v.optional(v.number()), min: v.optional(v.number()) }),
  ),
});
type WeightSpec = v.InferOutput<typeof weightSchema>;

export const manifestSchema = v.array(v.object({ paths: v.array(v.string()), weights: v.array(weightSchema) }));
export type Manifest = v.InferOutput<typeof manifestSchema>;

/**
 * All weights by `layer/weight`, in float32. Quantized ones as tfjs's `decodeWeights` has them: `uint8` and `uint16` are
 * `stored · scale + min`, `float16` is the nearest float32.
 *
 * @throws GraftError `backbone/missing-shard`, `backbone/truncated-shard`, `backbone/unsupported-weights`.
 */
export async function readWeights(
  files: Pick<ModelFiles, "origin" | "shard">,
  manifest: Manifest,
): Promise<Map<string, Tensor>> {
  const tensors = new Map<string, Tensor>();
  for (const group of manifest) {
    const decoders = group.weights.map(decoderOf);
    const needed = group.weights.reduce((sum, weight, i) => sum + decoders[i]!.bytes * sizeOf(weight.shape), 0);
    const bytes = Buffer.concat(await Promise.all(group.paths.map((shard) => files.shard(shard))));
    if (bytes.length !== needed) {
      throw new GraftError({
        code: "backbone/truncated-shard",
        expected: `${needed} bytes in ${group.paths.join(", ")} of ${files.origin}`,
        found: `${bytes.length} bytes`,
        remedy: "Copy or download the model again; a shard was probably cut off",
      });
    }
    let offset = 0;
    group.weights.forEach(({ name, shape }, i) => {
      const { bytes: width, decode } = decoders[i]!;
      const end = offset + width * sizeOf(shape);
      // A copy of its own: aligned, and not kept alive by one tensor of many.
      const data = decode(Uint8Array.from(bytes.subarray(offset, end)).buffer);
      tensors.set(name.split("/").slice(-2).join("/"), { shape, data });
      offset = end;
    });
  }
  return tensors;
}

interface Decoder {
  /** Of one number. */
  readonly bytes: number;
  readonly decode: (stored: ArrayBuffer) => Float32Array;
}

function decoderOf({ name, dtype, quantization }: WeightSpec): Decoder {
  if (dtype === "float32") {
    if (quantization === undefined) return { bytes: 4, decode: (stored) => new Float32Array(stored) };
    const { dtype: kept, scale, min } = quantization;
    if (kept === "float16") return { bytes: 2, decode: halves };
    if ((kept === "uint8" || kept === "uint16") && scale !== undefined && min !== undefined) {
      const Stored = kept === "uint8" ? Uint8Array : Uint16Array;
      return { bytes: Stored.BYTES_PER_ELEMENT, decode: (stored) => scaled(new Stored(stored), scale, min) };
    }
  }
  throw new GraftError({
    code: "backbone/unsupported-weights",
    expected: "weights in float32, or quantized from it to uint8 or uint16 (with scale and min) or to float16",
    found: `${name} in ${dtype}${quantization === undefined ? "" : `, quantized to ${JSON.stringify(quantization)}`}`,
    remedy: "Convert the model with one of these",
  });
}

function scaled(stored: Uint8Array | Uint16Array, scale: number, min: number): Float32Array {
  const data = new Float32Array(stored.length);
  for (let i = 0; i < data.length; i++) data[i] = stored[i]! * scale + min;
  return data;
}

function halves(stored: ArrayBuffer): Float32Array {
  const bits = new Uint16Array(stored);
  const data = new Float32Array(bits.length);
  decodeFloat16(bits, data, 0);
  return data;
}
