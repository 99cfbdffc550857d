/**
 * The table that `variables.index` is: names in order, each with a message. It is LevelDB's format (`doc/table_format.md` there) as TensorFlow
 * writes it, uncompressed.
 */
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { maskedCrc32c } from "./maskedCrc32c";

const footerBytes = 48;
const magic = 0xdb4775248b80fb57n;
/** Behind each block: how it is compressed, and a checksum. */
const trailerBytes = 5;

/** @throws Error saying what is wrong with the bytes, as a phrase. */
export function readSortedTable(bytes: Buffer): ReadonlyMap<string, Uint8Array> {
  if (bytes.length < footerBytes || bytes.readBigUInt64LE(bytes.length - 8) !== magic) {
    throw new Error(`${bytes.length} bytes that do not end as a table does`);
  }
  const footer = new BinaryReader(bytes.subarray(bytes.length - footerBytes));
  // Of filters, which TensorFlow does not use.
  blockPlace(footer);
  const index = readBlock(bytes, blockPlace(footer));
  const entries = index.flatMap(([, place]) => readBlock(bytes, blockPlace(new BinaryReader(place))));
  return new Map(entries.map(([key, value]) => [key.toString("utf8"), value]));
}

interface BlockPlace {
  readonly offset: number;
  readonly size: number;
}

function blockPlace(reader: BinaryReader): BlockPlace {
  return { offset: Number(reader.uint64()), size: Number(reader.uint64()) };
}

/** Keys are written without what they have in common with the key before. */
function readBlock(bytes: Buffer, { offset, size }: BlockPlace): (readonly [key: Buffer, value: Uint8Array])[] {
  const end = offset + size;
  if (end + trailerBytes > bytes.length) throw new Error("a block that goes on behind the end of the file");
  if (maskedCrc32c(bytes.subarray(offset, end + 1)) !== bytes.readUInt32LE(end + 1)) {
    throw new Error("a block of another checksum than it names");
  }
  if (bytes[end] !== 0) throw new Error("a compressed block");
  const restarts = bytes.readUInt32LE(end - 4);
  const block = bytes.subarray(offset, end - 4 - 4 * restarts);
  const reader = new BinaryReader(block);
  const entries: (readonly [Buffer, Uint8Array])[] = [];
  let key = Buffer.alloc(0);
  while (reader.pos < reader.len) {
    const [shared, own, length] = [reader.uint32(), reader.uint32(), reader.uint32()];
    const valueAt = reader.pos + own;
    key = Buffer.concat([key.subarray(0, shared), block.subarray(reader.pos, valueAt)]);
    reader.pos = valueAt + length;
    entries.push([key, block.subarray(valueAt, reader.pos)]);
  }
  return entries;
}
