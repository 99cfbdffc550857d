import * as v from "valibot";
import type { EmbeddingFigure } from "../../shared/figures/embeddingFigure";
import { pointLabels } from "../../shared/embeddingPoints";
import { count, pixels, png, strings } from "./parts";

/** Base64; how many numbers it has to hold is checked where that is known. */
const packed = v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]*={0,2}$/, "base64"));

const predictions = v.object({ classes: packed, confidence: packed, loss: packed, lossUnit: v.number() });

const frame = v.object({
  name: v.string(),
  points: packed,
  origin: v.array(v.number()),
  unit: v.number(),
  predictions: v.exactOptional(predictions),
});

export const embeddingSchema = v.pipe(
  v.object({
    kind: v.literal("embedding"),
    title: v.string(),
    plot: v.string(),
    method: v.picklist(["tsne", "umap", "pca"]),
    dims: v.picklist([2, 3]),
    size: count,
    layer: v.exactOptional(v.string()),
    parameters: v.record(v.string(), v.union([v.string(), v.number()])),
    frames: v.pipe(v.array(frame), v.minLength(1)),
    classes: strings,
    labels: packed,
    indices: v.exactOptional(packed),
    splits: v.exactOptional(v.object({ names: strings, of: packed })),
    pictures: v.exactOptional(v.object({ image: png, width: pixels, height: pixels, columns: pixels, points: packed })),
    texts: v.exactOptional(strings),
    iteration: v.number(),
    iterations: v.number(),
    notes: strings,
    quality: v.exactOptional(
      v.object({ trustworthiness: v.number(), neighbourRecall: v.number(), neighbours: v.number() }),
    ),
    live: v.boolean(),
  }),
  v.check(
    ({ size, dims, frames }) =>
      frames.every(({ points, origin }) => origin.length === dims && holds(points, 2 * dims * size)),
    "as many points in each frame as the size says",
  ),
  v.check(
    ({ size, frames }) =>
      frames.every(
        ({ predictions }) =>
          predictions === undefined ||
          (holds(predictions.classes, 2 * size) &&
            holds(predictions.confidence, size) &&
            holds(predictions.loss, 2 * size)),
      ),
    "as many predictions as points",
  ),
  v.check(({ size, labels }) => holds(labels, 2 * size), "as many labels as points"),
  v.check(({ size, indices }) => indices === undefined || holds(indices, 4 * size), "as many indices as points"),
  v.check(({ size, splits }) => splits === undefined || holds(splits.of, size), "a split for each point"),
  v.check(({ size, texts }) => texts === undefined || texts.length === size, "a text for each point"),
  v.check(
    (figure) => pointLabels(figure as EmbeddingFigure).every((label) => label < figure.classes.length),
    "a class for each of the labels",
  ),
);

/** True when base64 text is so many bytes. */
function holds(text: string, bytes: number): boolean {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return (text.length / 4) * 3 - padding === bytes;
}
