import type sharp from "sharp";
import type { ImageFit } from "../imageFit";
import { ImageStore } from "../imageStore";
import type { RawImage } from "../joinedImages";
import { ResizedImages } from "../resizedImages";

/** What every image of a folder becomes. */
export interface ImageForm {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly fit: ImageFit;
}

/** Several are in memory at once, one of them as floating point numbers while it is resized. */
const largestPixels = 64e6;

/**
 * The image in a file's bytes: upright as its EXIF says, in sRGB (by its colour profile where it has one), on white where it is transparent, of a moving
 * picture the first frame. Throws sharp's own errors.
 */
export async function decodeImage(library: typeof sharp, bytes: Uint8Array): Promise<RawImage> {
  const { data, info } = await library(bytes, { limitInputPixels: largestPixels })
    .autoOrient()
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { height: info.height, width: info.width, channels: info.channels, data };
}

/** As `Dataset.resize` does it, so that the same pixels from elsewhere become the same image. */
export function imageInForm({ height, width, channels, data }: RawImage, { fit, ...size }: ImageForm): Uint8Array {
  const store = new ImageStore(data, [height, width, channels]);
  return new ResizedImages(store, { ...fit, ...size }).image(0);
}

/** @throws GraftError `data/image-size`, `data/channels`, `data/image-fit`, `data/image-crop`. */
export function requireForm(form: ImageForm): void {
  imageInForm({ height: 1, width: 1, channels: 3, data: new Uint8Array(3) }, form);
}
