/** What cells call to look at things: `show.curves(model)`, `show.embedding(model, test)`, `show.compare(rows)`. */
import type { ComparisonRow } from "../../shared/figure";
import type { ComparableRun } from "../compare/compareRuns";
import type { Dataset } from "../data/dataset";
import type { Explanation } from "../explain/explain";
import type { EmbeddingPlot } from "./embeddingPlot";
import type { FeatureSource, GivenFeatures, LabelledExamples } from "./embeddingSource";
import { showComparison } from "./showComparison";
import { type CurvesOptions, type CurvesSource, showCurves } from "./showCurves";
import { type EmbeddingOptions, showEmbedding } from "./showEmbedding";
import { type Explained, showExplanation, type ShowExplanationOptions } from "./showExplanation";
import { showReconstructions, type ShowReconstructionsOptions } from "./showReconstructions";
import {
  showConfusion,
  showDrift,
  showExamples,
  showLayers,
  showLines,
  showLrFinder,
  showReport,
  showTopLosses,
} from "./showVerdicts";
import type { DriftSource } from "./driftFigure";
import type { LinePoints, LinesOptions } from "./linesFigure";
import type { ConfusionOptions } from "./confusionFigure";
import type { ShowExamplesOptions } from "./examplesFigure";
import type { Classifier, JudgedExamples, Told } from "./judgement";
import type { TopLossesOptions } from "./topLossesFigure";
import type { StackedAutoencoder } from "../pretrain/stackedAutoencoder";
import type { LearningRateSearch } from "../strategies/findLearningRate";

/** Figures, drawn under the cell. In JupyterLab they are drawn by Plotly, on GitHub as images. */
export const show = {
  /**
   * Loss, accuracy and learning rate over all that the model has been trained so far, per step and per epoch, with the phases, their frozen layers and the
   * best epoch: the one with the lowest validation loss, without validation data the lowest training loss. Several models or runs are drawn over
   * the same steps, above a table of the options in which they differ and of what came of them. In the figure: smoothing, a logarithmic scale of the
   * loss, lines to hide.
   *
   * @param source A model, a run, a list of them, or an object with a name for each.
   * @throws GraftError `show/untrained`, `show/no-runs`, `show/same-run`, `show/not-a-model`, `show/smoothing`.
   * @example
   * ```ts
   * import { backbones, datasets, graft, show } from "graft";
   * const { train } = await datasets.mnist();
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train.sample({ labels: 50, seed: 7 }), { plot: false });
   * show.curves(model);
   * ```
   * @example
   * ```ts
   * import { backbones, datasets, graft, show } from "graft";
   * const { train, test } = await datasets.mnist();
   * const [few, validation] = [train.sample({ labels: 50, seed: 7 }), test.subset(0, 200)];
   * const backbone = await backbones.load("fashion-cnn");
   * const [fast, slow] = [graft(backbone, { classes: train.classes }), graft(backbone, { classes: train.classes })];
   * await fast.fineTune(few, { lastLayers: 2, epochs: 3, learningRate: 1e-2, validation, plot: false });
   * await slow.fineTune(few, { lastLayers: 2, epochs: 3, learningRate: 1e-3, validation, plot: false });
   * show.curves({ "lr 1e-2": fast, "lr 1e-3": slow }, { smoothing: 0.6 });
   * ```
   */
  curves(source: CurvesSource, options?: CurvesOptions): void {
    showCurves(source, options);
  },

  /**
   * A map of what a layer makes of each example, in two or three dimensions: t-SNE, UMAP or PCA, drawn while it converges. Resolves when it is
   * finished. In the figure: colour by label, prediction, correctness, split, loss or confidence, pictures on hover, search, box and lasso,
   * whose selection `await plot.selection()` brings into a cell. With `watch: true` the map follows the model: after each epoch of its later
   * trainings it has one frame more, and a slider over them; `plot.addFrame(name)` adds one at any other time. At most 20,000 examples unless
   * `maximumExamples` says otherwise: of more, a seeded sample is shown, and the figure says so.
   *
   * @param model A model, or features that you have made: `[n, …]`, one row for each example of the dataset.
   * @throws GraftError `embedding/too-few`, `embedding/bad-method`, `embedding/bad-dims`, `embedding/bad-perplexity`,
   * `embedding/bad-neighbours`, `embedding/bad-iterations`, `embedding/bad-seed`, `embedding/bad-maximum`, `embedding/splits`, `embedding/rows`,
   * `embedding/uneven-rows`, `embedding/not-finite` when the weights have diverged, `embedding/no-model` where features are to be watched,
   * `backbone/unknown-layer` listing the layers.
   * @example
   * ```ts
   * import { backbones, datasets, graft, show } from "graft";
   * const { train, test } = await datasets.mnist();
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * const plot = await show.embedding(model, test.sample({ labels: 100, seed: 7 }), { iterations: 250 });
   * console.log(plot.quality.trustworthiness);
   * ```
   * @example
   * ```ts
   * import { backbones, datasets, graft, show } from "graft";
   * const { train, test } = await datasets.mnist();
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await show.embedding(model, test.sample({ labels: 100, seed: 7 }), { iterations: 250, watch: true });
   * await model.fineTune(train.sample({ labels: 50, seed: 7 }), { lastLayers: 3, epochs: 3, plot: false });
   * ```
   */
  embedding<Data extends LabelledExamples<Data>>(
    model: FeatureSource<Told<Data>> | GivenFeatures,
    dataset: Data,
    options?: EmbeddingOptions,
  ): Promise<EmbeddingPlot<Data>> {
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
   * Which classes are taken for which: counts, each row coloured by its own sum, the recall of each class, and the most confused pairs in words and
   * with their examples. Of more than 40 classes, those with the most errors.
   *
   * @throws GraftError `show/untrained`, `show/empty`, `show/sort`, `train/classes` for a dataset with other classes, `train/input-shape`,
   * `metrics/not-finite` when the weights have diverged.
   * @example
   * ```ts
   * import { backbones, datasets, graft, show } from "graft";
   * const { train, test } = await datasets.mnist();
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train.sample({ labels: 50, seed: 7 }), { plot: false });
   * await show.confusion(model, test.subset(0, 500), { sort: "confused" });
   * ```
   */
  confusion<Data extends JudgedExamples>(
    model: Classifier<Told<Data>>,
    dataset: Data,
    options?: ConfusionOptions,
  ): Promise<void> {
    return showConfusion(model, dataset, options);
  },

  /**
   * Precision, recall, F1, support and ROC-AUC (one class against the rest) of each class with their means, accuracy with its 95 % interval,
   * and whether the probabilities are to be believed: a reliability diagram with the expected calibration error. What is not defined is left out and
   * said. The numbers themselves: `metrics`.
   *
   * @throws GraftError as `show.confusion`.
   * @example
   * ```ts
   * import { backbones, datasets, graft, show } from "graft";
   * const { train, test } = await datasets.mnist();
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train.sample({ labels: 50, seed: 7 }), { plot: false });
   * await show.report(model, test.subset(0, 500));
   * ```
   */
  report<Data extends JudgedExamples>(model: Classifier<Told<Data>>, dataset: Data, title?: string): Promise<void> {
    return showReport(model, dataset, title);
  },

  /**
   * The examples with the largest loss: what each is labelled, what it was taken for, and how sure the model was. Wrong labels gather here. Of texts the
   * beginning is shown.
   *
   * @throws GraftError as `show.confusion`, and `show/count`.
   * @example
   * ```ts
   * import { backbones, datasets, graft, show } from "graft";
   * const { train, test } = await datasets.mnist();
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train.sample({ labels: 50, seed: 7 }), { plot: false });
   * await show.topLosses(model, test.subset(0, 500), { count: 18 });
   * ```
   */
  topLosses<Data extends JudgedExamples>(
    model: Classifier<Told<Data>>,
    dataset: Data,
    options?: TopLossesOptions,
  ): Promise<void> {
    return showTopLosses(model, dataset, options);
  },

  /**
   * Examples of a dataset with their labels, as equally many of each class as there are, chosen by a seed. Of texts the beginning is shown.
   *
   * @throws GraftError `show/empty`, `show/count`.
   * @example
   * ```ts
   * import { datasets, show } from "graft";
   * const { train } = await datasets.mnist();
   * show.examples(train, { count: 30 });
   * ```
   */
  examples(dataset: JudgedExamples, options?: ShowExamplesOptions): void {
    showExamples(dataset, options);
  },

  /**
   * What a stack of autoencoders has kept of images: the originals, corrupted as in the pre-training, and below what comes back from the first
   * layer, from the first two, …, each with its mean squared error.
   *
   * @throws GraftError `show/not-autoencoders`, `show/count`, `data/index`, `train/input-kind`, `train/input-shape`.
   * @example
   * ```ts
   * import { datasets, denseEncoder, pretrain, show } from "graft";
   * const { train, test } = await datasets.mnist();
   * const encoder = denseEncoder({ inputShape: [28, 28, 1], widths: [64, 32] });
   * const stack = await pretrain.autoencoders(encoder, train.subset(0, 1000), { epochsPerLayer: 3, plot: false });
   * await show.reconstructions(stack, test, { indices: [0, 1, 2, 3] });
   * ```
   */
  reconstructions(stack: StackedAutoencoder, dataset: Dataset, options?: ShowReconstructionsOptions): Promise<void> {
    return showReconstructions(stack, dataset, options);
  },

  /**
   * The model's layers from input to head: what they put out, how many parameters they have, which train and which are frozen, and the `lastLayers` with which
   * training would begin at each. Of large networks long frozen stretches are folded; "Save as CSV" has every layer.
   *
   * @throws GraftError `show/not-a-model`.
   * @example
   * ```ts
   * import { backbones, datasets, graft, show } from "graft";
   * const { train } = await datasets.mnist();
   * show.layers(graft(await backbones.load("fashion-cnn"), { classes: train.classes }));
   * ```
   */
  layers(model: object, title?: string): void {
    showLayers(model, title);
  },

  /**
   * The loss over the learning rates that `model.findLearningRate` tried, with the rate that it suggests.
   *
   * @throws GraftError `show/no-search`.
   * @example
   * ```ts
   * import { backbones, datasets, graft, show } from "graft";
   * const { train } = await datasets.mnist();
   * const some = train.sample({ labels: 500 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(some, { plot: false });
   * show.lrFinder(await model.findLearningRate(some, { lastLayers: 3 }));
   * ```
   */
  lrFinder(search: LearningRateSearch, title?: string): void {
    showLrFinder(search, title);
  },

  /**
   * How far the weights of each layer have moved since the model was made, as bars, see `model.drift`; or what `metrics.drift` found. Several
   * side by side: an object with a name for each.
   *
   * @throws GraftError `show/no-drift`, `metrics/not-finite` when the weights have diverged.
   * @example
   * ```ts
   * import { backbones, datasets, graft, show } from "graft";
   * const { train } = await datasets.mnist();
   * const [some, backbone] = [train.sample({ labels: 50, seed: 7 }), await backbones.load("fashion-cnn")];
   * const [careful, reckless] = [graft(backbone, { classes: train.classes }), graft(backbone, { classes: train.classes })];
   * await careful.fineTune(some, { all: true, learningRate: 1e-4, epochs: 3, plot: false });
   * await reckless.fineTune(some, { all: true, learningRate: 1e-2, epochs: 3, plot: false });
   * show.drift({ "rate 1e-4": careful, "rate 1e-2": reckless });
   * ```
   */
  drift(source: DriftSource, title?: string): void {
    showDrift(source, title);
  },

  /**
   * Numbers over a number, a line for each name: what a sweep of yours found. Several trials of the same are drawn as their mean with its 95 % interval.
   *
   * @throws GraftError `show/no-points`, `show/not-finite`, `show/log-scale` for numbers that are not above 0 on a logarithmic axis.
   * @example
   * ```ts
   * import { show } from "graft";
   * show.lines(
   *   { frozen: [[1, [0.91, 0.92, 0.92]], [2, [0.94, 0.93, 0.94]]], "fine-tuned": [[1, 0.93], [2, 0.95]] },
   *   { title: "Copied layers", x: "layers copied", y: "test accuracy" },
   * );
   * ```
   */
  lines(lines: Readonly<Record<string, LinePoints>>, options?: LinesOptions): void {
    showLines(lines, options);
  },

  /**
   * The rows of `compareStrategies` as a plot with 95 % intervals and a table. Or runs: the last validation accuracy of each with its cost, those
   * that differ in their seed alone as one row.
   *
   * @throws GraftError `show/nothing-to-compare`; `show/no-validation` for a run without validation data.
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
  compare(rowsOrRuns: readonly ComparisonRow[] | readonly ComparableRun[], title?: string): void {
    showComparison(rowsOrRuns, title);
  },
};
