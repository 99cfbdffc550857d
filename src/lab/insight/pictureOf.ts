/** What an example looks like in a figure. */
import type { Picture } from "../../shared/figures/picture";
import { inPictureSize, pngUrl } from "./png";

/** A dataset whose examples may be images or texts: the dataset's own class fits this by its shape. */
export interface PicturedExamples {
  readonly size: number;
  /** Which of them, where there are methods for both. */
  readonly kind?: "image" | "text";
  /** `[height, width, channels]` of images. */
  readonly imageShape?: readonly number[];
  /** The bytes of one image. */
  readonly image?: (index: number) => Uint8Array;
  /** The text of one example. */
  readonly text?: (index: number) => string;
}

/** Longer side: as large as it is drawn. */
const SIDE = 112;
const LETTERS = 400;

export function isText(
  dataset: PicturedExamples,
): dataset is PicturedExamples & Required<Pick<PicturedExamples, "text">> {
  return dataset.text !== undefined && dataset.kind !== "image";
}

/** Undefined for what is neither text nor an image that a PNG can hold. */
export function pictureOf(dataset: PicturedExamples, index: number): Picture | undefined {
  if (isText(dataset)) {
    const text = dataset.text(index);
    return { kind: "text", text: text.length > LETTERS ? `${text.slice(0, LETTERS - 1)}…` : text };
  }
  const [height, width, channels] = dataset.imageShape ?? [];
  if (dataset.image === undefined || height === undefined || width === undefined) return undefined;
  if (channels === undefined || channels < 1 || channels > 4) return undefined;
  const image = pngUrl(inPictureSize(dataset.image(index), { height, width, channels }, SIDE));
  return { kind: "image", height, width, image };
}

/** An example as figures have it. */
export function picturedExample(dataset: PicturedExamples, index: number): { index: number; picture?: Picture } {
  const picture = pictureOf(dataset, index);
  return picture === undefined ? { index } : { index, picture };
}
