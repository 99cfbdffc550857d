/**
 * One space in its folder: which row lies where, reading rows with their checksums, appending to the one segment that is this
 * store's own. What other processes have appended meanwhile is found by `refresh`. A row that is not as it was written
 * is forgotten, so that it is computed again.
 */
import { closeSync, openSync, readSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { decodeFloat16, encodeFloat16 } from "../engine/float16";
import type { StoredRows } from "../engine/storedRows";
import {
  type Block,
  blockBytes,
  blockHead,
  rowBytesOf,
  type RowFormat,
  scanSegment,
  segmentHeader,
  segmentHeaderBytes,
} from "./segment";
import { ifMissing, type StoreFiles } from "./storeFiles";

interface Segment {
  readonly path: string;
  /** Up to here its blocks are known. */
  scanned: number;
}

/** Where a row lies. */
interface Place {
  readonly segment: Segment;
  readonly offset: number;
  readonly checksum: number;
}

const suffix = ".rows";
const readBytes = 1 << 20;
/** Reading is synchronous, many times faster so for small rows; after this the event loop gets its turn. */
const turnMs = 20;

let created = 0;

export class StoredSpace {
  readonly #files: StoreFiles;
  readonly #folder: string;
  readonly #format: RowFormat;
  readonly #rowBytes: number;
  readonly #onDamage: (path: string) => void;
  readonly #segments = new Map<string, Segment>();
  readonly #places = new Map<string, Place>();
  #own: Segment | undefined;
  /** One append after the other: each begins where the one before it ended. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(files: StoreFiles, folder: string, format: RowFormat, onDamage: (path: string) => void) {
    this.#files = files;
    this.#folder = folder;
    this.#format = format;
    this.#rowBytes = rowBytesOf(format);
    this.#onDamage = onDamage;
  }

  /** So much the folder grows, at most, when so many rows are appended at once. */
  bytesOf(rows: number): number {
    return segmentHeaderBytes + blockBytes(rows, this.#rowBytes);
  }

  /** Takes notice of what was appended since the last time, by anybody, and of segments that are gone. */
  async refresh(): Promise<void> {
    const names = ((await this.#files.readdir(this.#folder).catch(ifMissing)) ?? [])
      .filter((name) => name.endsWith(suffix))
      .sort();
    const paths = new Set(names.map((name) => join(this.#folder, name)));
    for (const segment of this.#segments.values()) {
      if (!paths.has(segment.path)) this.#forget(segment);
    }
    for (const path of paths) {
      const segment = this.#segments.get(path) ?? { path, scanned: 0 };
      this.#segments.set(path, segment);
      if (segment !== this.#own) this.#scan(segment);
    }
  }

  /** Copies rows as `FeatureSpace.read` does; without `into` it only checks that they are sound. */
  async read(items: readonly string[], into?: Float32Array): Promise<number[]> {
    const missing: number[] = [];
    const bySegment = new Map<Segment, { position: number; offset: number; checksum: number }[]>();
    items.forEach((item, position) => {
      const place = this.#places.get(item);
      if (place === undefined) {
        missing.push(position);
        return;
      }
      const wanted = bySegment.get(place.segment) ?? [];
      bySegment.set(place.segment, wanted);
      wanted.push({ position, offset: place.offset, checksum: place.checksum });
    });
    for (const [segment, wanted] of bySegment) {
      const unread = await this.#readSegment(segment, wanted, into);
      for (const position of unread) this.#places.delete(items[position]!);
      missing.push(...unread);
    }
    return missing.sort((a, b) => a - b);
  }

  /** Answers the rows as they will be read. Throws what the file system throws, with the segment as it was before. */
  async append(items: readonly string[], rows: Float32Array): Promise<Float32Array> {
    const half = this.#format.dtype === "float16" ? encodeFloat16(rows) : undefined;
    const numbers = half ?? rows;
    const data = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    const { head, checksums } = blockHead(items, data);
    const written = this.#last.then(() => this.#write(head, data));
    this.#last = written.catch(() => undefined);
    const { segment, offset } = await written;
    this.#place(segment, { items, checksums, offset });
    if (half === undefined) return rows;
    const rounded = new Float32Array(rows.length);
    decodeFloat16(half, rounded, 0);
    return rounded;
  }

  /** Undefined when an item has no row, or when they lie in more files than can be numbered. */
  stored(items: readonly string[], shape: readonly number[]): StoredRows | undefined {
    const numbers = new Map<Segment, number>();
    const file = new Uint16Array(items.length);
    const offset = new Float64Array(items.length);
    const checksum = new Uint32Array(items.length);
    for (const [i, item] of items.entries()) {
      const place = this.#places.get(item);
      if (place === undefined) return undefined;
      if (!numbers.has(place.segment)) numbers.set(place.segment, numbers.size);
      file[i] = numbers.get(place.segment)!;
      offset[i] = place.offset;
      checksum[i] = place.checksum;
    }
    if (numbers.size > 0xffff) return undefined;
    const files = [...numbers.keys()].map(({ path }) => path);
    return { shape: [items.length, ...shape], dtype: this.#format.dtype, files, file, offset, checksum };
  }

  #scan(segment: Segment): void {
    const fd = opened(segment.path);
    if (fd === undefined) return;
    try {
      const { blocks, end, damaged } = scanSegment(fd, this.#format, segment.scanned);
      segment.scanned = end;
      for (const block of blocks) this.#place(segment, block);
      if (damaged) this.#onDamage(segment.path);
    } finally {
      closeSync(fd);
    }
  }

  #place(segment: Segment, { items, checksums, offset }: Block): void {
    items.forEach((item, i) => {
      this.#places.set(item, { segment, offset: offset + i * this.#rowBytes, checksum: checksums[i]! });
    });
  }

  /** Answers the positions that could not be read as they were written. */
  async #readSegment(
    segment: Segment,
    wanted: { position: number; offset: number; checksum: number }[],
    into: Float32Array | undefined,
  ): Promise<number[]> {
    const fd = opened(segment.path);
    if (fd === undefined) {
      this.#forget(segment);
      return wanted.map(({ position }) => position);
    }
    const unread: number[] = [];
    const [rowBytes, width] = [this.#rowBytes, this.#format.width];
    const buffer = new Uint8Array(Math.max(readBytes, rowBytes));
    wanted.sort((a, b) => a.offset - b.offset);
    let turnEnds = performance.now() + turnMs;
    try {
      for (let from = 0; from < wanted.length;) {
        let to = from + 1;
        const most = from + Math.floor(buffer.length / rowBytes);
        while (to < wanted.length && to < most && wanted[to]!.offset === wanted[to - 1]!.offset + rowBytes) to++;
        const bytes = readSync(fd, buffer, 0, (to - from) * rowBytes, wanted[from]!.offset);
        for (let i = from; i < to; i++) {
          const { position, checksum } = wanted[i]!;
          const start = (i - from) * rowBytes;
          if (start + rowBytes > bytes || crc32(buffer.subarray(start, start + rowBytes)) !== checksum) {
            unread.push(position);
          } else if (into !== undefined && this.#format.dtype === "float32") {
            into.set(new Float32Array(buffer.buffer, start, width), position * width);
          } else if (into !== undefined) {
            decodeFloat16(new Uint16Array(buffer.buffer, start, width), into, position * width);
          }
        }
        from = to;
        if (performance.now() > turnEnds) {
          await nextTurn();
          turnEnds = performance.now() + turnMs;
        }
      }
    } finally {
      closeSync(fd);
    }
    if (unread.length > 0) this.#onDamage(segment.path);
    return unread;
  }

  /** Appends to the own segment, which is made when there is none, or when it has been removed together with its space. */
  async #write(head: Uint8Array, data: Uint8Array): Promise<{ readonly segment: Segment; readonly offset: number }> {
    const own = this.#own;
    const known = own && (await this.#files.open(own.path, "r+").catch(ifMissing));
    if (own !== undefined && known === undefined) this.#forget(own);
    const segment = own !== undefined && known !== undefined ? own : this.#newSegment();
    const handle = known ?? (await this.#create(segment));
    const begin = segment.scanned;
    try {
      await writeAll(handle, head, begin);
      await writeAll(handle, data, begin + head.byteLength);
    } catch (error) {
      // The disk is full: what is of no use gives its room back.
      await handle.truncate(begin).catch(() => this.#abandon(segment));
      throw error;
    } finally {
      await handle.close();
    }
    const offset = begin + head.byteLength;
    segment.scanned = offset + data.byteLength;
    return { segment, offset };
  }

  #newSegment(): Segment {
    const name = `${Date.now().toString(36)}-${process.pid}-${(++created).toString(36)}${suffix}`;
    return { path: join(this.#folder, name), scanned: 0 };
  }

  async #create(segment: Segment): Promise<FileHandle> {
    await this.#files.mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const handle = await this.#files.open(segment.path, "wx", 0o600);
    try {
      await writeAll(handle, segmentHeader(this.#format), 0);
    } catch (error) {
      await handle.close();
      await this.#files.rm(segment.path, { force: true });
      throw error;
    }
    segment.scanned = segmentHeaderBytes;
    this.#segments.set(segment.path, segment);
    this.#own = segment;
    return handle;
  }

  /** Its rows stay; nothing is appended any more. */
  #abandon(segment: Segment): void {
    if (this.#own === segment) this.#own = undefined;
  }

  #forget(segment: Segment): void {
    this.#abandon(segment);
    this.#segments.delete(segment.path);
    for (const [item, place] of this.#places) if (place.segment === segment) this.#places.delete(item);
  }
}

/** Undefined when it is gone. */
function opened(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    ifMissing(error);
    return undefined;
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, position + done);
    done += bytesWritten;
  }
}
