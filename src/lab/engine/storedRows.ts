import { closeSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { GraftError } from "../../shared/graftError";
import { decodeFloat16 } from "./float16";
import type { RowReader } from "./rowReader";

/** Rows that lie in files of a feature store. Plain data, so that they cross to the trainer thread. */
export interface StoredRows {
  /** `[n, …shape of one row]`. */
  readonly shape: readonly number[];
  readonly dtype: "float32" | "float16";
  readonly files: readonly string[];
  /** For each row, the index into `files`, and where its bytes begin there. */
  readonly file: Uint16Array;
  readonly offset: Float64Array;
  /** CRC-32 of each row's bytes. */
  readonly checksum: Uint32Array;
}

/** What is read at once where rows are asked for in the order in which they lie. */
const windowBytes = 256 << 10;

/**
 * A reader of these rows. All files are opened here, so that a file that another process removes meanwhile stays readable
 * (except on Windows, where it cannot be removed). Every row is checked when it is read.
 *
 * @throws GraftError `train/cache-gone` when a file cannot be opened; `read` throws `train/cache-corrupted` for a row that is
 * not as it was written.
 */
export function openStoredRows(rows: StoredRows): RowReader {
  const width = rows.shape.slice(1).reduce((product, length) => product * length, 1);
  const rowBytes = width * (rows.dtype === "float32" ? 4 : 2);
  const files: number[] = [];
  try {
    for (const path of rows.files) files.push(openSync(path, "r"));
  } catch (cause) {
    files.forEach(closeSync);
    throw new GraftError({
      code: "train/cache-gone",
      expected: `the stored features in ${rows.files[files.length]!}`,
      found: (cause as Error).message,
      remedy: "Run the cell again, which computes them anew",
      cause,
    });
  }
  const buffer = new Uint8Array(Math.max(rowBytes, windowBytes - (windowBytes % rowBytes)));
  /** What `buffer` holds: `held` bytes of file `heldFile` from `heldFrom`. */
  let [heldFile, heldFrom, held, last] = [-1, 0, 0, -2];

  /** Where in the buffer the row begins. */
  const fetch = (row: number): number => {
    const [file, from] = [rows.file[row]!, rows.offset[row]!];
    const inOrder = row === last + 1;
    last = row;
    if (file === heldFile && from >= heldFrom && from + rowBytes <= heldFrom + held) return from - heldFrom;
    // Shuffled rows are read one by one: what lies beside them would be thrown away.
    held = readSync(files[file]!, buffer, 0, inOrder ? buffer.length : rowBytes, from);
    [heldFile, heldFrom] = [file, from];
    return 0;
  };

  return {
    read(row, into, at) {
      const start = fetch(row);
      const bytes = buffer.subarray(start, start + rowBytes);
      if (start + rowBytes > held || crc32(bytes) !== rows.checksum[row]) {
        throw new GraftError({
          code: "train/cache-corrupted",
          expected: `row ${row} of the stored features as it was written`,
          found: `other bytes at ${rows.offset[row]!} in ${rows.files[rows.file[row]!]!}`,
          remedy: "Run the cell again, which computes the row anew; if this comes again, check the disk",
        });
      }
      // Rows begin at a multiple of the size of a number, so no copy is needed for these views.
      if (rows.dtype === "float16") decodeFloat16(new Uint16Array(buffer.buffer, start, width), into, at);
      else into.set(new Float32Array(buffer.buffer, start, width), at);
    },
    close() {
      files.splice(0).forEach(closeSync);
    },
  };
}
