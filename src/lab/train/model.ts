/** What a person holds: a backbone with a new head. Each method is a short way to what works on the model's core. */
import type { Tensor } from "../backbone/layerGraph";
import { Dataset } from "../data/dataset";
import { explain, type ExplainOptions, type Explanation } from "../explain/explain";
import { notebookPath } from "../data/locations";
import { type ExportedModel, type ExportFormat, exportModel } from "../export/exportModel";
import type { ExportOptions } from "../export/exporter";
import { exportSubject } from "../export/exportSubject";
import { type Prediction, predictionsOf } from "../head/predictions";
import { type Score, scoreLogits } from "../head/softmaxScore";
import { type FeatureSource, watchEpochs } from "../insight/embeddingSource";
import { inspectText } from "../inspectText";
import { drift, type LayerDrift } from "../metrics/drift";
import { type SavedModelFile, saveModelFile } from "../modelFile/saveModelFile";
import {
  type Describable,
  type DescribableVariable,
  describe,
  describeVariable,
  type ModelDescription,
  type VariableContent,
} from "../../shared/sessionState";
import { modelDescription, modelText, modelVariable } from "./describeModel";
import { layerValues, logitsOf } from "./forwardPass";
import { layerTable } from "./layerTable";
import { coreOf } from "./modelCore";
import { requireClasses } from "./requireFit";
import { TrainableModel } from "./trainableModel";

let created = 0;

/** Made by `graft` and `fromScratch`. */
export class Model extends TrainableModel implements Describable, DescribableVariable {
  readonly id = `model-${++created}`;

  /**
   * Accuracy in [0, 1] and mean cross-entropy in nats on labelled images or texts.
   *
   * @throws GraftError `train/classes`, `train/input-kind`, `train/input-shape`.
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   *
   * const digits = await datasets.mnist();
   * const train = digits.train.sample({ labels: 50 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train, { plot: false });
   * console.log((await model.evaluate(digits.test.subset(0, 500))).accuracy);
   * ```
   */
  async evaluate(dataset: Dataset): Promise<Score> {
    requireClasses(dataset, this.classes);
    return scoreLogits(await this.logits(dataset), dataset.labels);
  }

  /**
   * The most probable class of each image or text, in their order. A model of texts takes them by themselves too: `model.predict(["Lunch at noon?"])`.
   *
   * @throws GraftError `train/input-kind`, `train/input-shape`.
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   *
   * const digits = await datasets.mnist();
   * const train = digits.train.sample({ labels: 50 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train, { plot: false });
   * console.log((await model.predict(digits.test.subset(0, 3))).map(({ name }) => name));
   * ```
   */
  async predict(examples: Dataset | readonly string[]): Promise<Prediction[]> {
    return predictionsOf(await this.logits(examples), this.classes);
  }

  /**
   * The head's output before softmax, `[n, classes]`, of a dataset or of texts by themselves.
   *
   * @throws GraftError `train/input-kind`, `train/input-shape`.
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   *
   * const digits = await datasets.mnist();
   * const train = digits.train.sample({ labels: 50 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train, { plot: false });
   * console.log((await model.logits(digits.test.subset(0, 3))).shape);
   * ```
   */
  logits(examples: Dataset | readonly string[]): Promise<Tensor> {
    return logitsOf(coreOf(this).network, asDataset(examples));
  }

  /**
   * What a layer makes of each image or text, `[n, …]`. Default: the features, which the head reads.
   *
   * @throws GraftError `backbone/unknown-layer` listing the layers, `train/input-kind`, `train/input-shape`.
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   *
   * const digits = await datasets.mnist();
   * const train = digits.train.sample({ labels: 50 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train, { plot: false });
   * const { features } = await model.features(digits.test.subset(0, 3));
   * console.log(features.shape);
   * ```
   */
  async features(
    examples: Dataset | readonly string[],
    options: { readonly layer?: string } = {},
  ): Promise<{ readonly layer: string; readonly features: Tensor }> {
    const layer = options.layer ?? coreOf(this).featureLayer;
    return { layer, features: await layerValues(coreOf(this).network, asDataset(examples), layer) };
  }

  /**
   * Which part of an image speaks for a class, as a heat map in the size of the images that the model takes. `"gradCam"` (Selvaraju et al. 2017)
   * weights the maps of a convolution by the gradient of the class's logit; `"occlusion"` (Zeiler & Fergus 2014) hides one patch after the
   * other. `show.explanation` draws them.
   *
   * @throws GraftError `explain/texts` for a model of texts, `explain/index`, `explain/class`, `explain/method`, `explain/no-maps`, `explain/no-gradients`, `explain/patch`,
   * `backbone/unknown-layer` listing the layers, `train/input-shape`.
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   *
   * const digits = await datasets.mnist();
   * const train = digits.train.sample({ labels: 50 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train, { plot: false });
   * const { name, probability, heat } = await model.explain(digits.test, { index: 0, method: "occlusion" });
   * console.log(name, probability, heat.shape);
   * ```
   */
  explain(dataset: Dataset, options: ExplainOptions & { readonly index: number }): Promise<Explanation>;
  /** The same of several images, in the order of `indices`. */
  explain(dataset: Dataset, options: ExplainOptions & { readonly indices: readonly number[] }): Promise<Explanation[]>;
  async explain(
    dataset: Dataset,
    options: ExplainOptions & ({ readonly index: number } | { readonly indices: readonly number[] }),
  ): Promise<Explanation | Explanation[]> {
    const core = coreOf(this);
    const indices = "index" in options ? [options.index] : options.indices;
    const explanations = await explain(core.network, core, dataset, indices, options);
    return "index" in options ? explanations[0]! : explanations;
  }

  /**
   * How far the weights of each layer have moved since the model was made: ‖now − then‖ / ‖then‖, exactly 0 for layers that stayed frozen, batch-norm statistics apart.
   * A head is new and has none. Of a model that was loaded or restored: since then. `metrics.drift` compares with other weights, `show.drift` draws it.
   *
   * @throws GraftError `metrics/not-finite`.
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   *
   * const digits = await datasets.mnist();
   * const train = digits.train.sample({ labels: 50 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.fineTune(train, { lastLayers: 3, epochs: 2, plot: false });
   * for (const { layer, drift } of model.drift()) console.log(layer, drift);
   * ```
   */
  drift(): LayerDrift[] {
    return drift(coreOf(this).origin, coreOf(this));
  }

  /**
   * Writes the model into one `.graft` file, relative to the notebook: weights, preprocessing, classes, history, where the weights come
   * from, which layers are frozen, and a training that is not at its end. `models.load` reads it. A file that is there is replaced once the
   * new one is whole.
   *
   * @throws GraftError `model-file/extension`.
   * @example
   * ```ts
   * import { backbones, datasets, graft, models } from "graft";
   *
   * const digits = await datasets.mnist();
   * const train = digits.train.sample({ labels: 50 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train, { plot: false });
   * await model.save("digits.graft");
   * console.log((await models.load("digits.graft")).classes);
   * ```
   */
  save(path: string): Promise<SavedModelFile> {
    return saveModelFile(coreOf(this), path);
  }

  /**
   * Writes the model for others, relative to the notebook, with its classes and preprocessing. The input is preprocessed images
   * `[batch, height, width, channels]`, of a model of texts the ids of their tokens `[batch, length]` as float32, the output logits `[batch, classes]`. What was written is run by the format's own runtime and held against the model
   * (within 1e-4 of the largest logit) before it is moved to `path`.
   *
   * - `"onnx"`: a file (operator set 18), output `output`; metadata `graft`, as JSON.
   * - `"tfjs"`: a folder with a LayersModel for `tf.loadLayersModel`; `getUserDefinedMetadata().graft`.
   * - `"savedmodel"`: a folder for TensorFlow, written by Keras 3 in the `python` that you name; `graft.json` in it.
   *
   * @throws GraftError `export/format`, `export/differs`, `export/path-in-use`, `export/unsupported-layer` and `engine/cannot-compile` naming a layer
   * that the format has no form of, `export/savedmodel` where there is no Python with Keras 3 and TensorFlow.
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   *
   * const digits = await datasets.mnist();
   * const train = digits.train.sample({ labels: 50 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train, { plot: false });
   * console.log(await model.exportTo("onnx", "digits.onnx"));
   * console.log(await model.exportTo("tfjs", "digits-tfjs"));
   * ```
   */
  exportTo(format: ExportFormat, path: string, options: ExportOptions = {}): Promise<ExportedModel> {
    return exportModel(format, notebookPath(path), exportSubject(coreOf(this), path), options);
  }

  /**
   * The layers with their shapes, parameters, number for `lastLayers` and what is frozen, as a text table.
   *
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   *
   * const digits = await datasets.mnist();
   * const train = digits.train.sample({ labels: 50 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train, { plot: false });
   * console.log(model.summary());
   * ```
   */
  summary(): string {
    return layerTable(coreOf(this).graph, coreOf(this).weights, coreOf(this).trainable);
  }

  [inspectText](): string {
    return modelText(coreOf(this));
  }

  [watchEpochs](draw: (model: FeatureSource<Dataset>, name: string) => Promise<void>): void {
    const core = coreOf(this);
    core.watcher = (network, name) => {
      const features = async (dataset: Dataset, { layer = core.featureLayer }: { readonly layer?: string } = {}) => ({
        layer,
        features: await layerValues(network, dataset, layer),
      });
      return draw({ features, logits: (dataset) => logitsOf(network, dataset) }, name);
    };
  }

  [describe](): ModelDescription {
    return modelDescription(coreOf(this), this.id);
  }

  [describeVariable](): VariableContent {
    return modelVariable(coreOf(this));
  }
}

/** Texts by themselves, with labels that say nothing. */
function asDataset(examples: Dataset | readonly string[]): Dataset {
  if (examples instanceof Dataset) return examples;
  return Dataset.fromTexts({ texts: examples, labels: new Int32Array(examples.length), classes: ["any"] });
}
