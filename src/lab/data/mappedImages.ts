import { types } from "node:util";
import { GraftError } from "../../shared/graftError";
import { contentHash } from "./imageStore";
import type { ImageSource } from "./itemSource";
import type { RawImage } from "./joinedImages";

/** Images through a person's function, made when they are asked for and not kept. */
export class MappedImages implements ImageSource {
  readonly kind = "image";
  readonly shape: readonly number[];
  readonly #source: ImageSource;
  readonly #change: (image: RawImage) => RawImage;
  readonly #hashes: (string | undefined)[] = [];

  /** `example`: the item whose result tells the shape of all; undefined where there is none. @throws GraftError `data/map`. */
  constructor(source: ImageSource, change: (image: RawImage) => RawImage, example: number | undefined) {
    this.#source = source;
    this.#change = change;
    this.shape = example === undefined ? source.shape : shapeOf(this.#changed(example));
  }

  image(index: number): Uint8Array {
    const image = this.#changed(index);
    const [found, expected] = [shapeOf(image), this.shape].map((shape) => shape.join(" x "));
    if (found !== expected) throw unusable(`images of ${expected}, as the first one became`, `one of ${found}`);
    return image.data;
  }

  /** Of the result: nobody knows what a function does. */
  hash(index: number): string {
    return (this.#hashes[index] ??= contentHash(this.shape, this.image(index)));
  }

  #changed(index: number): RawImage {
    const [height, width, channels] = this.#source.shape as [number, number, number];
    // A copy, so that functions that work in place change nobody's pixels.
    const image = this.#change({ height, width, channels, data: this.#source.image(index).slice() });
    const bytes = image.height * image.width * image.channels;
    if (types.isUint8Array(image.data) && image.data.length === bytes) return image;
    throw unusable(
      `an image of ${bytes} bytes (Uint8Array) for ${shapeOf(image).join(" x ")}`,
      `${image.data.length} bytes (${image.data.constructor.name})`,
    );
  }
}

function shapeOf({ height, width, channels }: RawImage): readonly number[] {
  return [height, width, channels];
}

function unusable(expected: string, found: string): GraftError {
  return new GraftError({
    code: "data/map",
    expected,
    found,
    remedy: "Return { height, width, channels, data } from the function, of the same size for every image",
  });
}
