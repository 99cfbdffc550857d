/** Where a dataset's examples come from. What is made out of another source (another size, a view) is a source of its own. */
import { GraftError } from "../../shared/graftError";

/** All access is synchronous; sources of many large items keep them in a file and read one at a time. */
export type ItemSource = ImageSource | TextSource;

export interface ImageSource {
  readonly kind: "image";
  /** `[height, width, channels]` of each image. */
  readonly shape: readonly number[];
  /** The bytes of one image; not to be changed. */
  image(index: number): Uint8Array;
  /** Content hash of one image, SHA-256 in base64url. */
  hash(index: number): string;
}

export interface TextSource {
  readonly kind: "text";
  text(index: number): string;
  /** Content hash of one text, SHA-256 in base64url. */
  hash(index: number): string;
}

/** @throws GraftError `data/not-images`. */
export function requireImages(source: ItemSource): ImageSource {
  if (source.kind === "image") return source;
  throw new GraftError({
    code: "data/not-images",
    expected: "a dataset of images",
    found: "a dataset of texts",
    remedy: "Take what is made for texts: dataset.text(i), and a backbone that takes texts",
  });
}

/** @throws GraftError `data/not-text`. */
export function requireTexts(source: ItemSource): TextSource {
  if (source.kind === "text") return source;
  throw new GraftError({
    code: "data/not-text",
    expected: "a dataset of texts",
    found: "a dataset of images",
    remedy: "Take what is made for images: dataset.image(i), and a backbone that takes images",
  });
}
