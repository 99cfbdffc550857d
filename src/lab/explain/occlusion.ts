/**
 * Occlusion (Zeiler & Fergus 2014, section 4.2): a plain patch moves over the image; where it hides what the class is told by, the model
 * is less sure. How sure is measured in log-odds: unlike the probability they do not saturate.
 */
import { pathTo, weightsOf } from "../backbone/cutGraph";
import { graphHash } from "../backbone/weightsHash";
import type { Tensor } from "../backbone/layerGraph";
import { preprocess } from "../backbone/preprocessing";
import { Dataset } from "../data/dataset";
import type { Network } from "../train/forwardPass";
import { GraftError, InterruptedError } from "../../shared/graftError";
import { heatMap } from "./heatMap";

/** What covers the image, in pixels of the model's input. */
export interface OcclusionOptions {
  /** Side of the patch in pixels of the image. Default: a seventh of its shorter side. */
  readonly patch?: number;
  /** Pixels from one place to the next. Default: half the patch. */
  readonly stride?: number;
  /** Byte of the patch, in all channels. Default: the image's mean in each. */
  readonly fill?: number;
}

/** Of a head that leaves no doubt. */
const mostLogOdds = 1000;

const mostRows = 64;

/**
 * A heat map of one image of the model's size: how much the log-odds of the class fall, on average over the patches that cover a pixel.
 *
 * @param image `[height, width, channels]`, bytes.
 * @throws GraftError `explain/patch`. InterruptedError.
 */
export async function occlusion(
  network: Network,
  image: Uint8Array,
  label: number,
  options: OcclusionOptions,
  onRows: (done: number, total: number) => void,
): Promise<Tensor> {
  const [height, width, channels] = network.graph.input.shape as readonly [number, number, number];
  const { patch, stride, fill } = settings(options, height, width);
  const patches = starts(height, patch, stride).flatMap((top) =>
    starts(width, patch, stride).map((left) => ({ top, left })),
  );
  const colour = fill === undefined ? meanColour(image, channels) : new Uint8Array(channels).fill(fill);
  const hidden = ({ top, left }: Patch): Uint8Array => {
    const copy = Uint8Array.from(image); // `slice` of a Buffer would be the image itself.
    for (let y = top; y < top + patch; y++) {
      for (let x = left; x < left + patch; x++) copy.set(colour, (y * width + x) * channels);
    }
    return copy;
  };

  const certainty = certaintyOf(network, label);
  const [whole] = await certainty([image]);
  const falls = new Float64Array(height * width);
  const counts = new Uint32Array(height * width);
  const rows = Math.max(1, Math.min(mostRows, Math.floor(network.runtime.chunkBytes / (4 * image.length))));
  for (let from = 0; from < patches.length; from += rows) {
    if (network.runtime.interrupted) throw new InterruptedError();
    const chunk = patches.slice(from, from + rows);
    const left = await certainty(chunk.map(hidden));
    chunk.forEach((place, i) => {
      for (let y = place.top; y < place.top + patch; y++) {
        for (let x = place.left; x < place.left + patch; x++) {
          falls[y * width + x]! += whole! - left[i]!;
          counts[y * width + x]!++;
        }
      }
    });
    onRows(from + chunk.length, patches.length);
  }
  return heatMap(
    falls.map((fall, pixel) => fall / Math.max(1, counts[pixel]!)),
    height,
    width,
  );
}

interface Patch {
  readonly top: number;
  readonly left: number;
}

/** Log-odds of the class for each of some images. */
function certaintyOf(
  { graph: whole, weights: all, preprocessing, runtime }: Network,
  label: number,
): (images: readonly Uint8Array[]) => Promise<readonly number[]> {
  const graph = pathTo(whole, whole.output);
  const weights = weightsOf(graph, all);
  const modelKey = graphHash(graph, weights);
  return async (images) => {
    const pixels = new Uint8Array(images.length * images[0]!.length);
    images.forEach((image, i) => pixels.set(image, i * image.length));
    const shape = { imageShape: graph.input.shape, labels: new Uint8Array(images.length), classes: ["image"] };
    const input = preprocess(Dataset.from({ images: pixels, ...shape }), preprocessing);
    const { interruptFlag } = runtime;
    const { data } = await runtime.engine.infer(graph, weights, input, { modelKey, interruptFlag });
    const classes = data.length / images.length;
    return images.map((_, row) => logOdds(data.subarray(row * classes, (row + 1) * classes), label));
  };
}

function logOdds(logits: Float32Array, label: number): number {
  const others = logits.filter((_, i) => i !== label);
  const largest = others.reduce((most, value) => Math.max(most, value), -Infinity);
  const sum = others.reduce((total, value) => total + Math.exp(value - largest), 0);
  return Math.max(-mostLogOdds, Math.min(mostLogOdds, logits[label]! - largest - Math.log(sum)));
}

/** Every `stride` pixels, and the last place that there is. */
function starts(side: number, patch: number, stride: number): readonly number[] {
  const last = side - patch;
  const regular = Array.from({ length: Math.floor(last / stride) + 1 }, (_, i) => i * stride);
  return regular.at(-1) === last ? regular : [...regular, last];
}

function meanColour(image: Uint8Array, channels: number): Uint8Array {
  const sums = new Float64Array(channels);
  for (let i = 0; i < image.length; i++) sums[i % channels]! += image[i]!;
  return Uint8Array.from(sums, (sum) => Math.round((sum * channels) / image.length));
}

function settings(
  { patch: wantedPatch, stride: wantedStride, fill }: OcclusionOptions,
  height: number,
  width: number,
): { readonly patch: number; readonly stride: number; readonly fill: number | undefined } {
  const shorter = Math.min(height, width);
  const patch = wantedPatch ?? Math.max(1, Math.round(shorter / 7));
  if (!isBetween(patch, 1, shorter)) throw badPatch(`a patch of 1 to ${shorter} pixels`, patch);
  const stride = wantedStride ?? Math.max(1, Math.floor(patch / 2));
  if (!isBetween(stride, 1, patch))
    throw badPatch(`a stride of 1 to ${patch} pixels, so that no pixel is left out`, stride);
  if (fill !== undefined && !isBetween(fill, 0, 255)) throw badPatch("a fill from 0 to 255", fill);
  return { patch, stride, fill };
}

function isBetween(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function badPatch(expected: string, found: number): GraftError {
  return new GraftError({
    code: "explain/patch",
    expected,
    found: String(found),
    remedy: "Leave patch, stride and fill out for values that fit the image",
  });
}
