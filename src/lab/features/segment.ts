/**
 * The format of the files in which features lie. A segment belongs to the one process that appends to it; all others only
 * read it. It is a header, then blocks: the keys and checksums of some rows, then the rows. A block whose end is missing (its
 * writer was killed) or whose head is damaged ends the segment: everything before it is used.
 *
 *     header  magic, version, bytes a number, width, byte order, space, CRC-32                    64 bytes
 *     block   "BLCK", rows, CRC-32 of what follows up to the rows; [rows] keys of 32 bytes; [rows] CRC-32; [rows, width] numbers
 */
import { fstatSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";

export const segmentVersion = 1;
export const segmentHeaderBytes = 64;

export interface RowFormat {
  /** SHA-256 in hex. */
  readonly space: string;
  readonly width: number;
  readonly dtype: "float32" | "float16";
}

export interface Block {
  readonly items: readonly string[];
  readonly checksums: Uint32Array;
  /** Where its first row begins in the file. */
  readonly offset: number;
}

const magic = "GRAFTROW";
const blockMagic = 0x4b434c42;
const blockFixedBytes = 12;
const keyBytes = 32;

export function rowBytesOf({ width, dtype }: RowFormat): number {
  return width * (dtype === "float32" ? 4 : 2);
}

export function segmentHeader(format: RowFormat): Buffer {
  const header = Buffer.alloc(segmentHeaderBytes);
  header.write(magic, 0, "latin1");
  header.writeUInt32LE(segmentVersion, 8);
  header.writeUInt32LE(format.dtype === "float32" ? 4 : 2, 12);
  header.writeUInt32LE(format.width, 16);
  // Numbers are written as they lie in memory; on a machine with the other byte order the header differs and the file is not used.
  header.set(new Uint8Array(Uint32Array.of(0x01020304).buffer), 20);
  header.write(format.space, 24, "hex");
  header.writeUInt32LE(crc32(header.subarray(0, 60)), 60);
  return header;
}

/** What comes before the rows of a block; `data` are their bytes. */
export function blockHead(items: readonly string[], data: Uint8Array): { head: Buffer; checksums: Uint32Array } {
  const rowBytes = data.byteLength / items.length;
  const checksums = Uint32Array.from(items, (_, i) => crc32(data.subarray(i * rowBytes, (i + 1) * rowBytes)));
  const head = Buffer.alloc(headBytes(items.length));
  head.writeUInt32LE(blockMagic, 0);
  head.writeUInt32LE(items.length, 4);
  items.forEach((item, i) => {
    const key = Buffer.from(item, "base64url");
    if (key.length !== keyBytes) throw new Error(`${item} is not a SHA-256 in base64url`);
    key.copy(head, blockFixedBytes + i * keyBytes);
  });
  checksums.forEach((checksum, i) => head.writeUInt32LE(checksum, blockFixedBytes + items.length * keyBytes + i * 4));
  head.writeUInt32LE(crc32(head.subarray(blockFixedBytes)), 8);
  return { head, checksums };
}

/** What stands in a segment from byte `from` (0: from its header) on. */
export interface Scan {
  readonly blocks: readonly Block[];
  /** Where to go on when the file has grown. */
  readonly end: number;
  /** True: at `end` there is something that no Graft of this version wrote there. False also where a block is not complete. */
  readonly damaged: boolean;
}

export function scanSegment(fd: number, format: RowFormat, from: number): Scan {
  const { size } = fstatSync(fd);
  let end = from;
  if (end === 0) {
    if (size < segmentHeaderBytes) return { blocks: [], end, damaged: false };
    const header = Buffer.alloc(segmentHeaderBytes);
    readSync(fd, header, 0, segmentHeaderBytes, 0);
    if (!header.equals(segmentHeader(format))) return { blocks: [], end, damaged: true };
    end = segmentHeaderBytes;
  }
  const rowBytes = rowBytesOf(format);
  const blocks: Block[] = [];
  const fixed = Buffer.alloc(blockFixedBytes);
  while (end + blockFixedBytes <= size) {
    readSync(fd, fixed, 0, blockFixedBytes, end);
    const rows = fixed.readUInt32LE(4);
    if (fixed.readUInt32LE(0) !== blockMagic || rows === 0) return { blocks, end, damaged: true };
    const offset = end + headBytes(rows);
    if (offset + rows * rowBytes > size) break;
    const head = Buffer.alloc(headBytes(rows) - blockFixedBytes);
    readSync(fd, head, 0, head.length, end + blockFixedBytes);
    if (crc32(head) !== fixed.readUInt32LE(8)) return { blocks, end, damaged: true };
    blocks.push({
      items: Array.from({ length: rows }, (_, i) => head.toString("base64url", i * keyBytes, (i + 1) * keyBytes)),
      checksums: Uint32Array.from({ length: rows }, (_, i) => head.readUInt32LE(rows * keyBytes + i * 4)),
      offset,
    });
    end = offset + rows * rowBytes;
  }
  return { blocks, end, damaged: false };
}

export function blockBytes(rows: number, rowBytes: number): number {
  return headBytes(rows) + rows * rowBytes;
}

function headBytes(rows: number): number {
  return blockFixedBytes + rows * (keyBytes + 4);
}
