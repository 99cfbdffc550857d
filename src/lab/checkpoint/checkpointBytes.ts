/** A checkpoint as the bytes of its file, and back. The format is described in `shared/checkpointHeader.ts`. */
import { createHash, type Hash } from "node:crypto";
import {
  type CheckpointHeader,
  notACheckpoint,
  parseCheckpointHeader,
  type StoredTensor,
  truncated,
} from "../../shared/checkpointHeader";
import { GraftError } from "../../shared/graftError";
import { placedLayers } from "../backbone/graphShapes";
import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import type { UnfinishedTraining } from "../train/unfinishedTraining";
import type { Checkpoint, ModelAbout } from "./checkpoint";

const noHash = "0".repeat(64);

/** Where tensors of an unfinished training stand; no layer of Keras begins like that. */
const snapshotPrefixes = { weights: "unfinished weights ", slots: "unfinished slots " } as const;

/** All tensors of the file, in the order of its data. */
export function tensorsOf({ weights, unfinished }: Checkpoint): Weights {
  const renamed = (tensors: Weights, prefix: string) =>
    [...tensors].map(([name, tensor]) => [`${prefix}${name}`, tensor] as const);
  if (unfinished === undefined) return weights;
  const { snapshot } = unfinished;
  return new Map([
    ...weights,
    ...renamed(snapshot.weights, snapshotPrefixes.weights),
    ...renamed(snapshot.slots, snapshotPrefixes.slots),
  ]);
}

/** The header's text with zeros for the hash; `withHash` puts it in without changing the length. */
export function headerText(about: ModelAbout, all: Weights): string {
  let end = 0;
  const tensors = [...all].map(([name, { shape, data }]) => {
    const begin = end;
    end += data.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [begin, end] }] as const;
  });
  const metadata = { sha256: noHash, graft: JSON.stringify(about) };
  const text = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(tensors) });
  // Padded, so that the data begins at a multiple of 8 bytes.
  return text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8));
}

export function withHash(header: string, sha256: string): string {
  return header.replace(`"sha256":"${noHash}"`, `"sha256":"${sha256}"`);
}

/** Length and text of a header, as the file begins. */
export function headerBytes(text: string): Buffer {
  const json = Buffer.from(text);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json]);
}

export function hashOf(header: string): Hash {
  return createHash("sha256").update(header);
}

export function tensorBytes({ data }: Tensor): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * @throws GraftError `checkpoint/not-a-checkpoint`, `checkpoint/truncated`, `checkpoint/newer-version`, `checkpoint/damaged`,
 * `checkpoint/shapes`.
 */
export function decodeCheckpoint(file: string, bytes: Buffer): Checkpoint {
  const { text, data } = partsOf(file, bytes);
  const header = parseCheckpointHeader(file, text, data.length);
  const hash = hashOf(text.replace(header.sha256, noHash)).update(data).digest("hex");
  if (hash !== header.sha256) {
    throw new GraftError({
      code: "checkpoint/damaged",
      expected: `bytes with the hash ${header.sha256.slice(0, 12)} in ${file}`,
      found: `${hash.slice(0, 12)}: they have changed since they were written`,
      remedy: "Restore another one of checkpoints.list()",
    });
  }
  const about = header.about as ModelAbout;
  const unfinished = unfinishedIn(about, header, data);
  return { about, weights: weightsFor(file, about.graph, header, data), ...(unfinished && { unfinished }) };
}

function unfinishedIn(
  { unfinished }: ModelAbout,
  header: CheckpointHeader,
  data: Buffer,
): UnfinishedTraining | undefined {
  if (unfinished === undefined) return undefined;
  const { progress, ...rest } = unfinished;
  const named = (prefix: string): Weights =>
    new Map(
      header.tensors
        .filter(({ name }) => name.startsWith(prefix))
        .map((tensor) => [tensor.name.slice(prefix.length), tensorIn(tensor, data)]),
    );
  const { weights, slots } = snapshotPrefixes;
  return { ...rest, snapshot: { progress, weights: named(weights), slots: named(slots) } };
}

function tensorIn({ shape, begin, end }: StoredTensor, data: Buffer): Tensor {
  const own = data.buffer.slice(data.byteOffset + begin, data.byteOffset + end);
  return { shape, data: new Float32Array(own as ArrayBuffer) };
}

/** The text of the header and the bytes behind it. */
function partsOf(file: string, bytes: Buffer): { readonly text: string; readonly data: Buffer } {
  const length = bytes.length < 8 ? 0 : Number(bytes.readBigUInt64LE());
  if (length === 0 || bytes[8] !== 0x7b) {
    throw notACheckpoint(file, `${bytes.length} bytes that do not begin as one`);
  }
  if (length > bytes.length - 8) {
    throw truncated(file, `a header of ${length} bytes`, `${bytes.length - 8}`);
  }
  return { text: bytes.toString("utf8", 8, 8 + length), data: bytes.subarray(8 + length) };
}

function weightsFor(file: string, graph: LayerGraph, { tensors }: CheckpointHeader, data: Buffer): Weights {
  const stored = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const weights = new Map<string, Tensor>();
  for (const { layer, weights: specs } of placedLayers(graph)) {
    for (const { name: weight, shape: expected } of specs) {
      const name = `${layer.name}/${weight}`;
      const tensor = stored.get(name);
      if (tensor?.shape.join() !== expected.join()) {
        throw new GraftError({
          code: "checkpoint/shapes",
          expected: `weights "${name}" of ${expected.join(" x ")} in ${file}`,
          found: tensor === undefined ? "none" : tensor.shape.join(" x "),
          remedy: "Restore another one of checkpoints.list(); this one's layers and weights do not belong together",
        });
      }
      weights.set(name, tensorIn(tensor, data));
    }
  }
  return weights;
}
