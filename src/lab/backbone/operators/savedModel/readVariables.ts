/** The weights of a SavedModel: a checkpoint of TensorFlow, an index beside shards. Of the shards only what is asked for is read. */
import { open } from "node:fs/promises";
import { fromBinary } from "@bufbuild/protobuf";
import { GraftError } from "../../../../shared/graftError";
import type { ModelFiles } from "../../modelFiles";
import { damagedSavedModel } from "./damagedSavedModel";
import { maskedCrc32c } from "./maskedCrc32c";
import { typeName } from "./servedGraph";
import { readSortedTable } from "./sortedTable";
import {
  type BundleEntryProto,
  BundleEntryProtoSchema,
  BundleHeaderProtoSchema,
  BundleHeaderProto_Endianness,
} from "./tensorflow.gen";
import { shapeOf, storedBytes, type StoredTensor, tensorFromBytes } from "./tensorValues";

type CheckpointFiles = Pick<ModelFiles, "origin" | "path" | "read">;

const indexFile = "variables/variables.index";

/**
 * The tensors of these names.
 *
 * @throws GraftError `backbone/missing-file`, `backbone/bad-saved-model`, `backbone/missing-weights`, `backbone/unsupported-weights`,
 * `backbone/truncated-shard`, `backbone/damaged-shard`.
 */
export async function readVariables(
  files: CheckpointFiles,
  names: Iterable<string>,
): Promise<ReadonlyMap<string, StoredTensor>> {
  const { entries, shards } = await readIndex(files);
  const byShard = new Map<number, Map<string, BundleEntryProto>>();
  for (const name of names) {
    const entry = entries.get(name);
    if (entry === undefined) throw missing(files.origin, name);
    requireReadable(files.origin, name, entry);
    const known = byShard.get(entry.shardId) ?? new Map<string, BundleEntryProto>();
    byShard.set(entry.shardId, known.set(name, entry));
  }
  const tensors = new Map<string, StoredTensor>();
  for (const [shard, wanted] of byShard) {
    const file = `variables/variables.data-${fiveDigits(shard)}-of-${fiveDigits(shards)}`;
    for (const [name, tensor] of await readShard(files, file, wanted)) tensors.set(name, tensor);
  }
  return tensors;
}

async function readIndex(files: CheckpointFiles) {
  const bytes = await files.read(indexFile);
  try {
    const table = readSortedTable(bytes);
    const header = fromBinary(BundleHeaderProtoSchema, table.get("") ?? new Uint8Array());
    if (header.endianness !== BundleHeaderProto_Endianness.LITTLE)
      throw new Error("numbers with their high bytes first");
    const entries = [...table].filter(([name]) => name !== "");
    return {
      shards: header.numShards,
      entries: new Map(entries.map(([name, value]) => [name, fromBinary(BundleEntryProtoSchema, value)])),
    };
  } catch (cause) {
    throw damagedSavedModel(files.origin, indexFile, (cause as Error).message, cause);
  }
}

function requireReadable(origin: string, name: string, { dtype, shape, size, slices }: BundleEntryProto): void {
  const needed = storedBytes(dtype, shapeOf(shape));
  if (needed === undefined || slices.length > 0) {
    throw new GraftError({
      code: "backbone/unsupported-weights",
      expected: `variables of float32 in ${origin}, each in one piece`,
      found: `"${name}" of ${typeName(dtype)}${slices.length > 0 ? ` in ${slices.length} slices` : ""}`,
      remedy: "Save the model with variables of float32, without a partitioner",
    });
  }
  if (BigInt(needed) !== size) {
    throw damagedSavedModel(origin, indexFile, `${size} bytes for "${name}", which takes ${needed}`);
  }
}

async function readShard(
  files: CheckpointFiles,
  file: string,
  entries: ReadonlyMap<string, BundleEntryProto>,
): Promise<ReadonlyMap<string, StoredTensor>> {
  const handle = await open(await files.path(file));
  try {
    const { size: held } = await handle.stat();
    const tensors = new Map<string, StoredTensor>();
    for (const [name, entry] of entries) {
      const [offset, size] = [Number(entry.offset), Number(entry.size)];
      if (offset + size > held) {
        throw new GraftError({
          code: "backbone/truncated-shard",
          expected: `${offset + size} bytes or more in ${file} of ${files.origin}`,
          found: `${held} bytes`,
          remedy: "Copy or download the model again; the file was probably cut off",
        });
      }
      const bytes = new Uint8Array(size);
      await handle.read(bytes, 0, size, offset);
      if (maskedCrc32c(bytes) !== entry.crc32c) {
        throw new GraftError({
          code: "backbone/damaged-shard",
          expected: `"${name}" in ${file} of ${files.origin} with the checksum that ${indexFile} names`,
          found: "another checksum",
          remedy: "Copy or download the model again; the file is damaged, or of another save than the index",
        });
      }
      tensors.set(name, tensorFromBytes(entry.dtype, shapeOf(entry.shape), bytes));
    }
    return tensors;
  } finally {
    await handle.close();
  }
}

function missing(origin: string, name: string): GraftError {
  return new GraftError({
    code: "backbone/missing-weights",
    expected: `the variable "${name}" in ${indexFile} of ${origin}`,
    found: "no such entry",
    remedy: "Copy the whole folder of one save: its graph and its variables belong together",
  });
}

function fiveDigits(number: number): string {
  return String(number).padStart(5, "0");
}
