/** What cells call to look at things: `show.curves(model)`, `show.embedding(model, test)`, `show.compare(rows)`. */
import type { ComparisonRow } from "../../shared/figure";
import { labHost } from "../../shared/labHost";
import type { Dataset } from "../data/dataset";
import type { Explanation } from "../explain/explain";
import type { TrainingHistory } from "../train/history";
import { curvesFigure } from "./curvesFigure";
import type { FeatureSource, LabelledExamples } from "./embeddingSource";
import { figureBundle } from "./figureBundle";
import { showComparison } from "./showComparison";
import { type EmbeddingOptions, showEmbedding } from "./showEmbedding";
import { type Explained, showExplanation, type ShowExplanationOptions } from "./showExplanation";

/** Figures, drawn under the cell. In JupyterLab they are drawn by Plotly, on GitHub as images. */
export const show = {
  /**
   * Loss and accuracy over all that the model has been trained so far, with the phases and their frozen layers.
   *
   * @example
   * ```ts
   * import { backbones, datasets, graft, show } from "graft";
   * const { train, test } = await datasets.mnist();
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train.sample({ labels: 50, seed: 7 }), { plot: false });
   * show.curves(model);
   * ```
   */
  curves(model: { readonly history: TrainingHistory }, title = "Training"): void {
    labHost().display(figureBundle(curvesFigure(title, model.history, false)));
  },

  /**
   * A t-SNE map of what a layer makes of each example, coloured by class, drawn while it converges. Resolves when it is
   * finished. At most 2,000 examples: of more, a seeded sample is shown, and the figure says so.
   *
   * @example
   * ```ts
   * import { backbones, datasets, graft, show } from "graft";
   * const { train, test } = await datasets.mnist();
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await show.embedding(model, test.sample({ labels: 100, seed: 7 }), { iterations: 250 });
   * ```
   */
  embedding<Data extends LabelledExamples<Data>>(
    model: FeatureSource<Data>,
    dataset: Data,
    options?: EmbeddingOptions,
  ): Promise<void> {
    return showEmbedding(model, dataset, options);
  },

  /**
   * Which part of an image speaks for a class: each image beside itself with a heat map, as `model.explain` makes them; they are returned
   * too. Default: the first six examples, each for the class that is predicted.
   *
   * @throws GraftError as `model.explain` does.
   * @example
   * ```ts
   * import { backbones, datasets, graft, show } from "graft";
   * const { train, test } = await datasets.mnist();
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train.sample({ labels: 50, seed: 7 }), { plot: false });
   * await show.explanation(model, test, { indices: [0, 1, 2] });
   * ```
   */
  explanation(model: Explained, dataset: Dataset, options?: ShowExplanationOptions): Promise<Explanation[]> {
    return showExplanation(model, dataset, options);
  },

  /**
   * The rows of `compareStrategies` as a plot with 95 % intervals and a table.
   *
   * @example
   * ```ts
   * import { backbones, compareStrategies, datasets, show } from "graft";
   * const digits = await datasets.mnist();
   * const dataset = { train: digits.train, test: digits.test.subset(0, 500) };
   * const rows = await compareStrategies({
   *   backbone: await backbones.load("fashion-cnn"),
   *   dataset,
   *   labels: [10],
   *   seeds: 2,
   *   strategies: ["head", { lastLayers: 2 }],
   *   plot: false,
   * });
   * show.compare(rows, "Ten labels");
   * ```
   */
  compare(rows: readonly ComparisonRow[], title?: string): void {
    showComparison(rows, title);
  },
};
