import * as v from "valibot";
import { GraftError } from "../../shared/graftError";
import { requireImageFit } from "../data/imageFit";
import { tokenizerOf } from "../text/tokenizer";
import {
  type ImagePreprocessing,
  type Preprocessing,
  preprocessingSchema,
  takesTexts,
  type TokenPreprocessing,
} from "./preprocessing";

/**
 * Whether a preprocessing suits a model that takes examples of `shape`, `[height, width, channels]` or `[length]`.
 *
 * @throws GraftError `backbone/preprocessing` for what is none; of images `backbone/preprocessing-channels`, `backbone/preprocessing-scale`,
 * `backbone/preprocessing-order`, `data/image-fit`, `data/image-crop`; of texts `text/length`, `text/tokenizer`.
 */
export function requirePreprocessing(preprocessing: Preprocessing, shape: readonly number[]): void {
  if (takesTexts(preprocessing)) requireTokens(preprocessing, shape);
  else requirePixels(preprocessing, shape);
  if (!v.is(preprocessingSchema, preprocessing)) {
    throw new GraftError({
      code: "backbone/preprocessing",
      expected: "a preprocessing such as { scale: 1 / 255, offset: 0 }",
      found: JSON.stringify(preprocessing),
      remedy: "Correct its fields",
    });
  }
}

function requireTokens({ tokenizer, length }: TokenPreprocessing, shape: readonly number[]): void {
  if (shape.length !== 1 || shape[0] !== length) {
    throw new GraftError({
      code: "text/length",
      expected: `texts in the length that the model takes, ${shape.length === 1 ? `${shape[0]} tokens` : `which takes none but arrays of ${shape.join(" x ")}`}`,
      found: `a length of ${String(length)} tokens`,
      remedy: "Give the preprocessing the model's length; a longer one has no positions that it has learnt",
    });
  }
  tokenizerOf(tokenizer);
}

function requirePixels(preprocessing: ImagePreprocessing, shape: readonly number[]): void {
  const { scale, offset, channelOrder, fit } = preprocessing;
  const channels = shape.at(-1) ?? 1;
  for (const [name, values] of Object.entries({ scale, offset })) {
    if (Array.isArray(values) && values.length !== channels) {
      throw problem("channels", `one ${name}, or one for each of the model's ${channels} channels`, `${values.length}`);
    }
  }
  const numbers = [scale, offset].flat();
  if (!numbers.every((value) => Number.isFinite(value)) || [scale].flat().includes(0)) {
    throw problem(
      "scale",
      "finite numbers as scale and offset, and no scale of 0, which makes all pixels alike",
      `scale ${String(scale)}, offset ${String(offset)}`,
    );
  }
  if (channelOrder !== undefined && !["rgb", "bgr"].includes(channelOrder)) {
    throw problem("order", `the channel order "rgb" or "bgr"`, `"${channelOrder}"`);
  }
  if (channelOrder === "bgr" && channels !== 3) {
    throw problem("order", `a model of 3 channels for the order "bgr"`, `one of ${channels}`);
  }
  if (fit !== undefined) requireImageFit(fit, [shape[0] ?? 1, shape[1] ?? 1]);
}

function problem(kind: string, expected: string, found: string): GraftError {
  return new GraftError({
    code: `backbone/preprocessing-${kind}`,
    expected,
    found,
    remedy: "Take the preprocessing that the model was trained with; its documentation or its card has it",
  });
}
