import * as v from "valibot";
import type { Dataset } from "../data/dataset";
import { fitModes, type ImageFit, interpolations } from "../data/imageFit";
import type { Tensor } from "./layerGraph";

/** One number for all channels, or one for each, in the order in which the model takes them. */
const perChannel = v.union([v.number(), v.pipe(v.array(v.number()), v.readonly())]);

/** For everything that stores a `Preprocessing`. Whether it suits a model is another question: `requirePreprocessing`. */
export const preprocessingSchema = v.object({
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

/**
 * How a backbone wants its pixels: `byte * scale + offset`. `{ scale: 1 / 255, offset: 0 }` gives numbers in [0, 1]; for a mean and a
 * standard deviation of each channel see `meanAndStd`.
 */
export interface Preprocessing {
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

/** The examples in the size and with the channels that the model takes, where `preprocessing.fit` says how; else as they are. */
export function fittedTo(dataset: Dataset, { fit }: Preprocessing, shape: readonly number[]): Dataset {
  const [height, width, channels] = shape;
  if (fit === undefined || dataset.imageShape.join("x") === shape.join("x")) return dataset;
  if (height === undefined || width === undefined || channels === undefined) return dataset;
  return dataset.resize({ height, width, channels, ...fit });
}

/** The images as `[n, height, width, channels]`, ready for the backbone; only those at `indices` where given. */
export function preprocess(dataset: Dataset, preprocessing: Preprocessing, indices?: ArrayLike<number>): Tensor {
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
function tablesOf({ scale, offset, channelOrder }: Preprocessing, channels: number): ChannelTable[] {
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
