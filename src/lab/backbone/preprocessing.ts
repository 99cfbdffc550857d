import * as v from "valibot";
import type { Dataset } from "../data/dataset";
import { fitModes, type ImageFit, interpolations } from "../data/imageFit";
import { type TokenizerData, tokenizerOf } from "../text/tokenizer";
import type { Tensor } from "./layerGraph";

/** One number for all channels, or one for each, in the order in which the model takes them. */
const perChannel = v.union([v.number(), v.pipe(v.array(v.number()), v.readonly())]);

const imagesSchema = v.object({
  scale: perChannel,
  offset: perChannel,
  channelOrder: v.exactOptional(v.picklist(["rgb", "bgr"])),
  fit: v.exactOptional(
    v.object({
      mode: v.exactOptional(v.picklist(fitModes)),
      interpolation: v.exactOptional(v.picklist(interpolations)),
      shorterSide: v.exactOptional(v.number()),
      fill: v.exactOptional(v.number()),
    }),
  ),
});

const tokensSchema = v.object({
  kind: v.literal("tokens"),
  tokenizer: v.record(v.string(), v.unknown()),
  length: v.pipe(v.number(), v.integer(), v.minValue(1)),
});

/** For everything that stores a `Preprocessing`. Whether it suits a model is another question: `requirePreprocessing`. */
export const preprocessingSchema = v.union([tokensSchema, imagesSchema]);

/** How a backbone wants its examples: images as numbers, or texts as token ids. */
export type Preprocessing = ImagePreprocessing | TokenPreprocessing;

/**
 * How a backbone wants its pixels: `byte * scale + offset`. `{ scale: 1 / 255, offset: 0 }` gives numbers in [0, 1]; for a mean and a
 * standard deviation of each channel see `meanAndStd`.
 */
export interface ImagePreprocessing {
  /** For all channels, or one for each, in the order in which the model takes them. */
  readonly scale: number | readonly number[];
  readonly offset: number | readonly number[];
  /** Default `"rgb"`. `"bgr"`: the model takes blue first, as those from Caffe do. */
  readonly channelOrder?: "rgb" | "bgr";
  /**
   * How images of another size or number of channels (1 or 3) become the model's: gray is repeated, colour becomes its brightness. Without
   * it they are an error.
   */
  readonly fit?: ImageFit;
}

/** How a backbone wants its texts: as the ids of their tokens, cut off behind the first `length` and padded with 0 up to that. */
export interface TokenPreprocessing {
  readonly kind: "tokens";
  readonly tokenizer: TokenizerData;
  readonly length: number;
}

/** Whether the model takes texts. */
export function takesTexts(preprocessing: Preprocessing): preprocessing is TokenPreprocessing {
  return "kind" in preprocessing;
}

/** What decides the numbers that become of an item, and nothing else. */
export function whatDecidesNumbers(preprocessing: Preprocessing): readonly unknown[] {
  if (takesTexts(preprocessing)) return ["tokens", preprocessing.tokenizer, preprocessing.length];
  const { scale, offset, channelOrder = "rgb" } = preprocessing;
  return [scale, offset, ...(channelOrder === "rgb" ? [] : [channelOrder])];
}

/** The examples in the size and with the channels that the model takes, where `preprocessing.fit` says how; else as they are. */
export function fittedTo(dataset: Dataset, preprocessing: Preprocessing, shape: readonly number[]): Dataset {
  if (takesTexts(preprocessing) || dataset.kind !== "image") return dataset;
  const [height, width, channels] = shape;
  const { fit } = preprocessing;
  if (fit === undefined || dataset.imageShape.join("x") === shape.join("x")) return dataset;
  if (height === undefined || width === undefined || channels === undefined) return dataset;
  return dataset.resize({ height, width, channels, ...fit });
}

/**
 * The examples as the backbone takes them, images as `[n, height, width, channels]`, texts as `[n, length]`; only those at `indices`
 * where given.
 */
export function preprocess(dataset: Dataset, preprocessing: Preprocessing, indices?: ArrayLike<number>): Tensor {
  return takesTexts(preprocessing)
    ? tokenIds(dataset, preprocessing, indices)
    : pixels(dataset, preprocessing, indices);
}

function tokenIds(dataset: Dataset, { tokenizer, length }: TokenPreprocessing, indices?: ArrayLike<number>): Tensor {
  const count = indices?.length ?? dataset.size;
  const reader = tokenizerOf(tokenizer);
  const data = new Float32Array(count * length);
  for (let row = 0; row < count; row++) {
    data.set(reader.encode(dataset.text(indices?.[row] ?? row), { length }), row * length);
  }
  return { shape: [count, length], data };
}

function pixels(dataset: Dataset, preprocessing: ImagePreprocessing, indices?: ArrayLike<number>): Tensor {
  const count = indices?.length ?? dataset.size;
  const imageSize = dataset.imageShape.reduce((product, side) => product * side, 1);
  const channels = dataset.imageShape.at(-1) ?? 1;
  const tables = tablesOf(preprocessing, channels);
  const data = new Float32Array(count * imageSize);
  for (let row = 0; row < count; row++) {
    const bytes = dataset.image(indices?.[row] ?? row);
    const start = row * imageSize;
    tables.forEach(({ numbers, from }, channel) => {
      for (let i = 0; i < imageSize; i += tables.length) data[start + i + channel] = numbers[bytes[i + from]!]!;
    });
  }
  return { shape: [count, ...dataset.imageShape], data };
}

interface ChannelTable {
  /** The number for each byte. */
  readonly numbers: Float32Array;
  /** Channel of the image that it is made from. */
  readonly from: number;
}

/** One for each channel; a single one where all are alike. */
function tablesOf({ scale, offset, channelOrder }: ImagePreprocessing, channels: number): ChannelTable[] {
  const isPlain = typeof scale === "number" && typeof offset === "number" && channelOrder !== "bgr";
  return Array.from({ length: isPlain ? 1 : channels }, (_, channel) => {
    const factor = typeof scale === "number" ? scale : scale[channel]!;
    const addend = typeof offset === "number" ? offset : offset[channel]!;
    return {
      numbers: Float32Array.from({ length: 256 }, (_, byte) => byte * factor + addend),
      from: channelOrder === "bgr" ? channels - 1 - channel : channel,
    };
  });
}
