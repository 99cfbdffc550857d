/**
 * The idx format of MNIST and its relatives, plain or gzip: a magic number (two zero bytes, the element type, the number of
 * dimensions), the dimensions as big-endian 32-bit integers, then the elements. Only unsigned bytes occur in practice.
 */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { GraftError } from "../../shared/graftError";

const UNSIGNED_BYTE = 0x08;

export interface IdxArray {
  /** `[n]` for labels, `[n, height, width]` or `[n, height, width, channels]` for images. */
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/**
 * Reads an idx file, unpacking it when its content is gzip.
 *
 * @throws GraftError `data/file-not-found`, `data/truncated-gzip`, `data/bad-magic`, `data/truncated`, `data/too-long`.
 */
export async function readIdxFile(path: string): Promise<IdxArray> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new GraftError({
      code: "data/file-not-found",
      expected: `an idx file at ${path}`,
      found: (cause as NodeJS.ErrnoException).code === "ENOENT" ? "no such file" : (cause as Error).message,
      remedy: "Check the path; relative paths start at the notebook's folder",
      cause,
    });
  }
  return parseIdx(bytes, basename(path));
}

/** Parses idx bytes; `name` is what errors call them. Throws like `readIdxFile`. */
export function parseIdx(bytes: Uint8Array, name: string): IdxArray {
  const content = bytes[0] === 0x1f && bytes[1] === 0x8b ? unpack(bytes, name) : bytes;
  const rank = content[3] ?? 0;
  if (content.length < 4 || content[0] !== 0 || content[1] !== 0 || content[2] !== UNSIGNED_BYTE || rank === 0) {
    throw new GraftError({
      code: "data/bad-magic",
      expected: `an idx file of unsigned bytes, which starts with 00 00 08 (e.g. 00 00 08 03 for images)`,
      found: `${hex(content.subarray(0, 4))} in ${name}`,
      remedy: "Give the original idx file (images: …-idx3-ubyte, labels: …-idx1-ubyte), plain or gzip",
    });
  }
  const start = 4 + 4 * rank;
  if (content.length < start) throw truncated(name, start, content.length);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((product, side) => product * side, 1);
  if (content.length < start + size) throw truncated(name, start + size, content.length);
  if (content.length > start + size) {
    throw new GraftError({
      code: "data/too-long",
      expected: `${start + size} bytes in ${name}, as its header says (${shape.join(" x ")})`,
      found: `${content.length} bytes`,
      remedy: "Get the file again; this one is damaged or is not an idx file",
    });
  }
  return { shape, data: content.subarray(start) };
}

/** The plain idx file of an array of bytes. */
export function encodeIdx(array: IdxArray): Uint8Array {
  const start = 4 + 4 * array.shape.length;
  const bytes = new Uint8Array(start + array.data.length);
  bytes.set([0, 0, UNSIGNED_BYTE, array.shape.length]);
  const view = new DataView(bytes.buffer);
  array.shape.forEach((side, i) => view.setUint32(4 + 4 * i, side));
  bytes.set(array.data, start);
  return bytes;
}

function unpack(bytes: Uint8Array, name: string): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    throw new GraftError({
      code: "data/truncated-gzip",
      expected: `a complete gzip file in ${name}`,
      found: `one that cannot be unpacked (${(cause as Error).message})`,
      remedy: "Download or copy the file again; it was probably cut off",
      cause,
    });
  }
}

function truncated(name: string, expected: number, found: number): GraftError {
  return new GraftError({
    code: "data/truncated",
    expected: `${expected} bytes in ${name}, as its header says`,
    found: `${found} bytes`,
    remedy: "Download or copy the file again; it was probably cut off",
  });
}

function hex(bytes: Uint8Array): string {
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return text === "" ? "an empty file" : text;
}
