import { GraftError } from "../../shared/graftError";

/** One image on its own, as a decoder gives it. */
export interface RawImage {
  readonly height: number;
  readonly width: number;
  /** 1: gray, 3: colour. */
  readonly channels: number;
  /** `[height, width, channels]`, bytes 0 … 255. */
  readonly data: Uint8Array;
}

/**
 * Single images as one block, `[n, height, width, channels]`.
 *
 * @throws GraftError `data/no-images`, `data/mixed-channels`, `data/mixed-sizes`, `data/image-bytes`, each naming the first image that does not fit.
 */
export function joinedImages(images: readonly RawImage[]): {
  readonly images: Uint8Array;
  readonly imageShape: readonly number[];
} {
  const [first] = images;
  if (first === undefined) {
    throw new GraftError({
      code: "data/no-images",
      expected: "at least one image",
      found: "none",
      remedy: "Check where they were to come from",
    });
  }
  const { height, width, channels } = first;
  const size = height * width * channels;
  const bytes = new Uint8Array(size * images.length);
  images.forEach((image, i) => {
    if (image.channels !== channels) {
      throw new GraftError({
        code: "data/mixed-channels",
        expected: `images of ${channels} channels, as the first one has`,
        found: `${image.channels} in image ${i}`,
        remedy: "Convert all of them to gray (1) or to colour (3) before joining them",
      });
    }
    if (image.height !== height || image.width !== width) {
      throw new GraftError({
        code: "data/mixed-sizes",
        expected: `images of ${height} x ${width}, as the first one is`,
        found: `${image.height} x ${image.width} in image ${i}`,
        remedy: "Crop or resize all of them to one size before joining them",
      });
    }
    if (image.data.length !== size) {
      throw new GraftError({
        code: "data/image-bytes",
        expected: `${size} bytes for ${height} x ${width} x ${channels}`,
        found: `${image.data.length} in image ${i}`,
        remedy: "Check the shape of the image",
      });
    }
    bytes.set(image.data, i * size);
  });
  return { images: bytes, imageShape: [height, width, channels] };
}
