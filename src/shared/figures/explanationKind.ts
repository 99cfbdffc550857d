import type { ExplanationFigure } from "../figure";
import type { FigureKind } from "../figureKind";
import { plotlyExplanation } from "../plotlyExplanation";

export const explanationKind: FigureKind<ExplanationFigure> = {
  caption({ method, layer, examples }) {
    const made = method === "gradCam" ? `Grad-CAM at ${layer ?? "the last maps"}` : "Occlusion by a moving patch";
    const cold = examples.some(({ warmest }) => warmest === undefined)
      ? ["No heat: nothing speaks for the class."]
      : [];
    return [`${made}; the warmer, the more a pixel speaks for the class, each image on a scale of its own.`, ...cold];
  },
  plotly: plotlyExplanation,
  table: ({ examples }) => ({
    header: ["example", "explained", "probability", "labelled", "warmest row", "warmest column"],
    rows: examples.map(({ index, name, probability, labelled, warmest }) => [
      ...[index, name, probability, labelled, warmest?.[0], warmest?.[1]],
    ]),
  }),
  progress: ({ examples }) => `${examples.length} explained`,
};
