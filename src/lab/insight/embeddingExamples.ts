/** What a map shows of its examples: pictures, texts, what a model says of them. */
import { type PointPredictions, packedPredictions } from "../../shared/embeddingPoints";
import type { EmbeddingPictures, EmbeddingPredictions } from "../../shared/figures/embeddingFigure";
import { pack } from "../../shared/packed";
import { Rng } from "../../shared/rng";
import type { Tensor } from "../backbone/layerGraph";
import { largestIndex, softmax } from "../head/softmaxScore";
import { isText, type PicturedExamples } from "./pictureOf";
import { inPictureSize, type Pixels, pngUrl } from "./png";

/** Longer side of a picture. */
const SIDE = 32;
/** Characters of the sheet of pictures, and of all texts. */
const SHEET_CHARACTERS = 1_000_000;
const TEXT_CHARACTERS = 1_000_000;
const MOST_PICTURES = 8192;
/** So many pictures tell how large one is as PNG. */
const PROBE = 64;

/** Undefined where the model has other classes than the labels. */
export function predictionsOf(
  logits: Tensor,
  labels: ArrayLike<number>,
  classes: number,
): EmbeddingPredictions | undefined {
  const [rows = 0, columns = 0] = logits.shape;
  if (columns !== classes) return undefined;
  const probabilities = softmax(logits).data;
  const said: PointPredictions = {
    classes: new Uint16Array(rows),
    confidence: new Float32Array(rows),
    loss: new Float32Array(rows),
  };
  for (let row = 0; row < rows; row++) {
    const values = probabilities.subarray(row * columns, (row + 1) * columns);
    const best = largestIndex(values);
    said.classes[row] = best;
    said.confidence[row] = values[best]!;
    // A probability that is 0 in float32 is a loss of about 100 nats.
    said.loss[row] = -Math.log(Math.max(values[labels[row]!]!, 1e-44));
  }
  return packedPredictions(said);
}

/** Small pictures of all examples, or of a seeded sample of as many as fit; undefined for what has no pictures. */
export function picturesOf(data: PicturedExamples, seed: number): EmbeddingPictures | undefined {
  if (isText(data)) return undefined;
  const [height, width, channels] = data.imageShape ?? [];
  if (data.image === undefined || height === undefined || width === undefined || data.size === 0) return undefined;
  if (channels === undefined || channels < 1 || channels > 4) return undefined;
  const side = Math.min(SIDE, Math.max(height, width));
  const small = (index: number) => inPictureSize(data.image!(index), { height, width, channels }, side);
  const order = new Rng(seed).permutation(data.size);
  const probe = sheetOf(Array.from(order.subarray(0, PROBE), small));
  const fitting = Math.floor((SHEET_CHARACTERS / probe.image.length) * Math.min(PROBE, data.size));
  const points = order.slice(0, Math.min(fitting, MOST_PICTURES)).sort();
  return { ...sheetOf(Array.from(points, small)), points: pack(points) };
}

function sheetOf(pictures: readonly Pixels[]): Omit<EmbeddingPictures, "points"> {
  const { height, width, channels } = pictures[0]!;
  const columns = Math.ceil(Math.sqrt(pictures.length));
  const rows = Math.ceil(pictures.length / columns);
  const stride = columns * width * channels;
  const data = new Float32Array(rows * height * stride);
  pictures.forEach((picture, place) => {
    const corner = Math.floor(place / columns) * height * stride + (place % columns) * width * channels;
    for (let y = 0; y < height; y++) {
      data.set(picture.data.subarray(y * width * channels, (y + 1) * width * channels), corner + y * stride);
    }
  });
  const image = pngUrl({ height: rows * height, width: columns * width, channels, data });
  return { image, width, height, columns };
}

/** The beginning of each text; undefined for what has no texts. */
export function textsOf(data: PicturedExamples): string[] | undefined {
  if (!isText(data)) return undefined;
  const most = Math.max(24, Math.min(160, Math.floor(TEXT_CHARACTERS / data.size)));
  return Array.from({ length: data.size }, (_, index) => {
    const text = data.text(index);
    return text.length > most ? `${text.slice(0, most - 1)}…` : text;
  });
}
