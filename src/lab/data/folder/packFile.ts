/**
 * A pack: decoded images in one file of the cache. All pixels, image after image; then a list of the images as JSON; then how long the list is and
 * the word that ends every whole pack.
 */
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import * as v from "valibot";
import { GraftError } from "../../../shared/graftError";
import { replaceFile } from "../atomicFile";

/** Of the images that a pack was made from, in their order: the content hash of one that is in it, or why it could not be decoded. */
export type PackEntry = { readonly hash: string } | { readonly broken: string };

export interface Pack {
  readonly path: string;
  readonly entries: readonly PackEntry[];
}

/** Of the format and of what decoding makes of an image. */
export const PACK_VERSION = 1;
const END = "graftpck";
const endBytes = 4 + END.length;

const listSchema = v.array(v.union([v.strictObject({ hash: v.string() }), v.strictObject({ broken: v.string() })]));

/** `pixels`: those of the entries with a hash. @throws GraftError `data/image-cache`. */
export async function writePack(path: string, entries: readonly PackEntry[], pixels: Uint8Array): Promise<void> {
  const list = Buffer.from(JSON.stringify(entries));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(list.length);
  const parts = [pixels, list, length, Buffer.from(END)];
  try {
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, async (file) => {
      for (const part of parts) await file.writeFile(part);
    });
  } catch (cause) {
    throw new GraftError({
      code: "data/image-cache",
      expected: `room and permission to keep decoded images in ${dirname(path)}`,
      found: (cause as Error).message,
      remedy: "Free some space, or set the environment variable GRAFT_CACHE to another folder and restart the kernel",
      cause,
    });
  }
}

/** Undefined where there is none that is whole. */
export async function readPack(path: string, entries: number, imageBytes: number): Promise<Pack | undefined> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { list, pixelBytes } = await readList(file);
    const images = list.filter((entry) => "hash" in entry).length;
    return list.length === entries && images * imageBytes === pixelBytes ? { path, entries: list } : undefined;
  } catch {
    // Whatever cannot be read is not a pack, and is written again.
    return undefined;
  } finally {
    await file.close();
  }
}

async function readList(file: FileHandle): Promise<{ readonly list: PackEntry[]; readonly pixelBytes: number }> {
  const { size } = await file.stat();
  const end = await readAt(file, size - endBytes, endBytes);
  if (end.toString("latin1", 4) !== END) throw new Error("not a whole pack");
  const pixelBytes = size - endBytes - end.readUInt32LE();
  const list = await readAt(file, pixelBytes, size - endBytes - pixelBytes);
  return { list: v.parse(listSchema, JSON.parse(list.toString("utf8"))), pixelBytes };
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw new Error("too short");
  return buffer;
}
