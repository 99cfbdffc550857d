/** What cells call to look at things: `show.curves(model)`, `show.embedding(model, test)`, `show.compare(rows)`. */
import type { ComparisonRow } from "../../shared/figure";
import { labHost } from "../../shared/labHost";
import type { TrainingHistory } from "../train/history";
import { curvesFigure } from "./curvesFigure";
import type { FeatureSource, LabelledExamples } from "./embeddingSource";
import { figureBundle } from "./figureBundle";
import { showComparison } from "./showComparison";
import { type EmbeddingOptions, showEmbedding } from "./showEmbedding";

export const show = {
  /** Loss and accuracy over all that the model has been trained so far, with the phases and their frozen layers. */
  curves(model: { readonly history: TrainingHistory }, title = "Training"): void {
    labHost().display(figureBundle(curvesFigure(title, model.history, false)));
  },

  /**
   * A t-SNE map of what a layer makes of each example, coloured by class, drawn while it converges. Resolves when it is
   * finished. At most 2,000 examples: of more, a seeded sample is shown, and the figure says so.
   */
  embedding<Data extends LabelledExamples<Data>>(
    model: FeatureSource<Data>,
    dataset: Data,
    options?: EmbeddingOptions,
  ): Promise<void> {
    return showEmbedding(model, dataset, options);
  },

  /** The rows of `compareStrategies` as a plot with 95 % intervals and a table. */
  compare(rows: readonly ComparisonRow[], title?: string): void {
    showComparison(rows, title);
  },
};
