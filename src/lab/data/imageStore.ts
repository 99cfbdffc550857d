import { createHash } from "node:crypto";
import type { ImageSource } from "./itemSource";

/** Images as they came, shared by a dataset and everything that was sampled or split off from it. Never changed. */
export class ImageStore implements ImageSource {
  readonly kind = "image";
  /** `[height, width, channels]`. */
  readonly shape: readonly number[];
  /** `[n, height, width, channels]`. */
  readonly bytes: Uint8Array;
  readonly #hashes: (string | undefined)[];

  constructor(bytes: Uint8Array, shape: readonly number[]) {
    this.bytes = bytes;
    this.shape = shape;
    this.#hashes = new Array<string | undefined>(bytes.length / this.imageBytes);
  }

  get imageBytes(): number {
    return this.shape.reduce((product, side) => product * side, 1);
  }

  image(index: number): Uint8Array {
    return this.bytes.subarray(index * this.imageBytes, (index + 1) * this.imageBytes);
  }

  hash(index: number): string {
    return (this.#hashes[index] ??= contentHash(this.shape, this.image(index)));
  }
}

/** SHA-256 of the shape and the pixels, so the same picture has the same hash in every dataset. */
export function contentHash(shape: readonly number[], image: Uint8Array): string {
  return createHash("sha256").update(shape.join("x")).update(image).digest("base64url");
}
