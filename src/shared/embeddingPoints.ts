/** A map's packed numbers as arrays, and the other way round. */
import type { EmbeddingFigure, EmbeddingFrame, EmbeddingPredictions } from "./figures/embeddingFigure";
import { pack, unpack } from "./packed";

/** Half of what an `Int16Array` holds: the longest side of a map has 65,534 steps, finer than pixels at 60-fold zoom. */
const REACH = 32_767;
/** A loss above is drawn as this one, in nats. */
const MOST_LOSS = 65_535;

/** `[size, dims]`. */
export function packedPoints(map: Float32Array, dims: number): Pick<EmbeddingFrame, "points" | "origin" | "unit"> {
  const low = new Array<number>(dims).fill(Infinity);
  const high = new Array<number>(dims).fill(-Infinity);
  for (let i = 0; i < map.length; i++) {
    const d = i % dims;
    low[d] = Math.min(low[d]!, map[i]!);
    high[d] = Math.max(high[d]!, map[i]!);
  }
  const digits = (value: number) => Number(value.toPrecision(7));
  const origin = low.map((value, d) => digits((value + high[d]!) / 2));
  const widest = Math.max(...low.map((value, d) => high[d]! - value));
  // A little more than half, because the origin has been rounded.
  const unit = digits((widest > 0 ? widest / 2 : 1) / (REACH - 2));
  const values = Int16Array.from(map, (value, i) => Math.round((value - origin[i % dims]!) / unit));
  return { points: pack(values), origin, unit };
}

/** `[size, dims]`, in the units of the map. */
export function framePoints({ points, origin, unit }: EmbeddingFrame): Float32Array {
  const dims = origin.length;
  return Float32Array.from(unpack(points, Int16Array), (value, i) => origin[i % dims]! + unit * value);
}

/** What a model said: its most probable classes with their probabilities, and the loss of each label. */
export interface PointPredictions {
  readonly classes: Uint16Array;
  readonly confidence: Float32Array;
  readonly loss: Float32Array;
}

export function packedPredictions({ classes, confidence, loss }: PointPredictions): EmbeddingPredictions {
  let most = 0;
  for (const value of loss) most = Math.max(most, Math.min(value, MOST_LOSS));
  const lossUnit = Number((most > 0 ? most / 65_534 : 1).toPrecision(6));
  return {
    classes: pack(classes),
    confidence: pack(Uint8Array.from(confidence, (value) => Math.round(255 * value))),
    loss: pack(Uint16Array.from(loss, (value) => Math.min(65_535, Math.round(value / lossUnit)))),
    lossUnit,
  };
}

export function framePredictions({ predictions }: EmbeddingFrame): PointPredictions | undefined {
  if (predictions === undefined) return undefined;
  return {
    classes: unpack(predictions.classes, Uint16Array),
    confidence: Float32Array.from(unpack(predictions.confidence, Uint8Array), (value) => value / 255),
    loss: Float32Array.from(unpack(predictions.loss, Uint16Array), (value) => value * predictions.lossUnit),
  };
}

export function pointLabels({ labels }: EmbeddingFigure): Uint16Array {
  return unpack(labels, Uint16Array);
}

/** Place of each point's example in the dataset. */
export function pointIndices({ indices, size }: EmbeddingFigure): Uint32Array {
  return indices === undefined ? Uint32Array.from({ length: size }, (_, i) => i) : unpack(indices, Uint32Array);
}

/** More points than this would make notebooks heavy where each is written out: in Plotly's JSON and in SVG. */
export const DRAWN_ELSEWHERE = 5000;

/** The points that are drawn where each is written out, evenly over the whole. */
export function drawnElsewhere(size: number): Uint32Array {
  const drawn = Math.min(size, DRAWN_ELSEWHERE);
  return Uint32Array.from({ length: drawn }, (_, i) => Math.floor((i * size) / drawn));
}

/** Said where not all points are drawn. */
export function elsewhereNote(size: number): string | undefined {
  return size <= DRAWN_ELSEWHERE
    ? undefined
    : `${DRAWN_ELSEWHERE.toLocaleString("en")} of ${size.toLocaleString("en")} points are drawn here; VS Code draws all.`;
}
