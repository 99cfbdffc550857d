import { closeSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";
import { GraftError } from "../../../shared/graftError";
import type { ImageSource } from "../itemSource";
import type { Pack } from "./packFile";

/** Decoded images that stay on the disk; one is read when it is asked for. No file is held open. */
export class PackedImages implements ImageSource {
  readonly kind = "image";
  /** `[height, width, channels]`. */
  readonly shape: readonly number[];
  readonly #places: readonly { readonly path: string; readonly row: number; readonly hash: string }[];

  constructor(shape: readonly number[], packs: readonly Pack[]) {
    this.shape = shape;
    this.#places = packs.flatMap(({ path, entries }) => {
      const hashes = entries.flatMap((entry) => ("hash" in entry ? [entry.hash] : []));
      return hashes.map((hash, row) => ({ path, row, hash }));
    });
  }

  /** @throws GraftError `data/image-cache-gone`. */
  image(index: number): Uint8Array {
    const { path, row } = this.#places[index]!;
    const image = new Uint8Array(this.shape.reduce((product, side) => product * side, 1));
    try {
      readInto(image, path, row * image.length);
    } catch (cause) {
      throw new GraftError({
        code: "data/image-cache-gone",
        expected: `decoded images in ${dirname(path)}`,
        found: (cause as Error).message,
        remedy: "Load the folder again: what is missing of it is decoded again",
        cause,
      });
    }
    return image;
  }

  hash(index: number): string {
    return this.#places[index]!.hash;
  }
}

function readInto(bytes: Uint8Array, path: string, position: number): void {
  const file = openSync(path, "r");
  try {
    for (let read = 0; read < bytes.length;) {
      const more = readSync(file, bytes, read, bytes.length - read, position + read);
      if (more === 0) throw new Error(`${path} ends too soon`);
      read += more;
    }
  } finally {
    closeSync(file);
  }
}
