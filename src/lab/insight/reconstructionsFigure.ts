/** What came back from a stack of autoencoders, as a figure. */
import type { ReconstructionRow, ReconstructionsFigure } from "../../shared/figures/reconstructionsFigure";
import type { Tensor } from "../backbone/layerGraph";
import type { ImagePreprocessing } from "../backbone/preprocessing";
import type { Corruption } from "../engine/corruption";
import type { Reconstructions } from "../pretrain/stackedAutoencoder";
import { inPictureSize, pngUrl } from "./png";
import { significant } from "./round";

export interface ReconstructionsOf {
  readonly title: string;
  readonly indices: readonly number[];
  readonly noise: Corruption;
  readonly preprocessing: ImagePreprocessing;
  /** Units of a layer. */
  readonly unitsOf: (layer: string) => number;
}

/** Longer side of a picture, which small images fill with whole pixels. */
const SIDE = 56;

export function reconstructionsFigure(
  { clean, corrupted, depths }: Reconstructions,
  { title, indices, noise, preprocessing, unitsOf }: ReconstructionsOf,
): ReconstructionsFigure {
  const [, height, width, channels] = clean.shape as readonly [number, number, number, number];
  const pixels = (values: Tensor) => imagesOf(values, preprocessing, channels);
  const originals = pixels(clean);
  const picture = (image: Float32Array) => pngUrl(inPictureSize(image, { height, width, channels }, SIDE));
  const row = (values: Tensor, name: string, depth: number): ReconstructionRow => {
    const images = pixels(values);
    return {
      ...{ name, depth },
      ...(depth > 0 && { units: unitsOf(name) }),
      errors: images.map((image, i) => significant(meanSquaredError(image, originals[i]!), 4)),
      images: images.map(picture),
    };
  };
  return {
    ...{ kind: "reconstructions", title, indices, height, width, noise: inWords(noise) },
    rows: [
      { name: "original", depth: 0, images: originals.map(picture) },
      row(corrupted, "corrupted", 0),
      ...depths.map(({ layer, values }, i) => row(values, layer, i + 1)),
    ],
    live: false,
  };
}

function inWords(noise: Corruption): string {
  return noise.name === "masking"
    ? `${Math.round(100 * noise.rate)} % of the numbers set to 0`
    : `Gaussian noise with a standard deviation of ${noise.deviation} added to each number`;
}

/** Back from what the model takes to pixels from 0 to 255, one array an image. */
function imagesOf({ shape, data }: Tensor, preprocessing: ImagePreprocessing, channels: number): Float32Array[] {
  const { scale, offset, channelOrder } = preprocessing;
  const ofChannel = (values: number | readonly number[], channel: number) =>
    typeof values === "number" ? values : values[channel]!;
  const size = data.length / shape[0]!;
  return Array.from({ length: shape[0]! }, (_, i) =>
    Float32Array.from({ length: size }, (_unused, place) => {
      const channel = channelOrder === "bgr" ? channels - 1 - (place % channels) : place % channels;
      const value = data[i * size + place - (place % channels) + channel]!;
      const pixel = (value - ofChannel(offset, channel)) / ofChannel(scale, channel);
      return Math.min(255, Math.max(0, pixel));
    }),
  );
}

function meanSquaredError(image: Float32Array, original: Float32Array): number {
  let sum = 0;
  image.forEach((pixel, i) => (sum += ((pixel - original[i]!) / 255) ** 2));
  return sum / image.length;
}
