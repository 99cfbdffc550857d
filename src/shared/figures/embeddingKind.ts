import { count } from "../count";
import { framePoints, framePredictions, pointIndices, pointLabels } from "../embeddingPoints";
import type { FigureKind } from "../figureKind";
import { plotlyEmbedding } from "../plotlyEmbedding";
import type { EmbeddingFigure } from "./embeddingFigure";

/** How people write the names of the methods. */
const methodNames = { tsne: "t-SNE", umap: "UMAP", pca: "PCA" } as const satisfies Record<
  EmbeddingFigure["method"],
  string
>;

export const embeddingKind: FigureKind<EmbeddingFigure> = {
  caption({ method, size, layer, parameters, quality, notes, live, iteration, iterations, frames, dims }) {
    const at = layer === undefined ? "" : ` at ${layer}`;
    const { qualityExamples, ...rest } = parameters;
    const settings = Object.entries(rest).map(([name, value]) => `${words(name)} ${value}`);
    const measuredOn =
      qualityExamples === undefined ? "" : `, measured on ${count(Number(qualityExamples), "example")}`;
    const made = `${methodNames[method]} of ${count(size, "example")}${at} in ${dims} dimensions, ${settings.join(", ")}.`;
    const state = live && iterations > 0 ? [`Iteration ${iteration} of ${iterations}.`] : [];
    const measured =
      quality === undefined
        ? []
        : [
            `Trustworthiness ${quality.trustworthiness.toFixed(3)}, neighbour recall ${quality.neighbourRecall.toFixed(3)} (k = ${quality.neighbours}${measuredOn}).`,
          ];
    const placed =
      frames.length === 1
        ? []
        : [
            `${count(frames.length, "frame")}: the later ones are placed into the map of the first, “${frames[0]!.name}”.`,
          ];
    return [made, ...state, ...measured, ...placed, ...notes, "Distances between clusters are not to be read."];
  },
  plotly: plotlyEmbedding,
  table(figure) {
    const { dims, classes, frames } = figure;
    const labels = pointLabels(figure);
    const indices = pointIndices(figure);
    const axes = ["x", "y", "z"].slice(0, dims);
    const several = frames.length > 1;
    const predicted = frames.some(({ predictions }) => predictions !== undefined);
    return {
      header: [
        ...(several ? ["frame"] : []),
        ...["example", ...axes, "class"],
        ...(predicted ? ["predicted", "confidence", "loss"] : []),
      ],
      rows: frames.flatMap((frame) => {
        const points = framePoints(frame);
        const said = framePredictions(frame);
        return Array.from(indices, (index, i) => [
          ...(several ? [frame.name] : []),
          index,
          ...axes.map((_, d) => Number(points[i * dims + d]!.toPrecision(5))),
          classes[labels[i]!],
          ...(predicted ? [classes[said?.classes[i] ?? -1], short(said?.confidence[i]), short(said?.loss[i])] : []),
        ]);
      }),
    };
  },
  progress: ({ iteration, iterations }) => (iterations > 0 ? `iteration ${iteration} of ${iterations}` : "mapping"),
};

/** `"minDist"` as `"min dist"`. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function short(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value.toPrecision(4));
}
