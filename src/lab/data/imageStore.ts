import { createHash } from "node:crypto";

/** Where a dataset's images come from. */
export interface ImageSource {
  /** `[height, width, channels]` of each image. */
  readonly shape: readonly number[];
  /** The bytes of one image; not to be changed. */
  image(index: number): Uint8Array;
  /** Content hash of one image. */
  hash(index: number): string;
}

/** Images as they came, shared by a dataset and everything that was sampled or split off from it. Never changed. */
export class ImageStore implements ImageSource {
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

  /** SHA-256 of the shape and the pixels, so the same picture has the same hash in every dataset. */
  hash(index: number): string {
    return (this.#hashes[index] ??= createHash("sha256")
      .update(this.shape.join("x"))
      .update(this.image(index))
      .digest("base64url"));
  }
}
