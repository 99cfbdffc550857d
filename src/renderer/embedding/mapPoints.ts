import {
  framePoints,
  framePredictions,
  type PointPredictions,
  pointIndices,
  pointLabels,
} from "../../shared/embeddingPoints";
import type { EmbeddingFigure, EmbeddingFrame } from "../../shared/figures/embeddingFigure";
import { unpack } from "../../shared/packed";

/** One frame of a figure with its numbers unpacked. */
export interface MapPoints {
  readonly size: number;
  readonly dims: 2 | 3;
  /** `[size, dims]`. */
  readonly points: Float32Array;
  readonly classes: readonly string[];
  readonly labels: Uint16Array;
  /** Of the examples in the dataset. */
  readonly indices: Uint32Array;
  readonly predictions: PointPredictions | undefined;
  readonly splits: Uint8Array | undefined;
  readonly splitNames: readonly string[];
  readonly texts: readonly string[] | undefined;
  /** Place in the sheet of pictures by point. */
  readonly pictures: ReadonlyMap<number, number>;
}

export function mapPoints(figure: EmbeddingFigure, frame: EmbeddingFrame): MapPoints {
  const { size, dims, classes, splits, texts, pictures } = figure;
  const pictured = pictures === undefined ? [] : Array.from(unpack(pictures.points, Uint32Array));
  return {
    size,
    dims,
    classes,
    points: framePoints(frame),
    labels: pointLabels(figure),
    indices: pointIndices(figure),
    predictions: framePredictions(frame),
    splits: splits === undefined ? undefined : unpack(splits.of, Uint8Array),
    splitNames: splits?.names ?? [],
    texts,
    pictures: new Map(pictured.map((point, place) => [point, place])),
  };
}
