/**
 * A model in the making: a backbone with a new head. It owns which layers are frozen, the weights reached so far and the history; the
 * engine computes, the feature store remembers. Weights change only as a whole, after a training ended or was interrupted.
 */
import { ModelCheckpoints } from "../checkpoint/modelCheckpoints";
import { cutGraph } from "../backbone/cutGraph";
import { layerNamed, parameterCount, weightedLayers } from "../backbone/graphShapes";
import type { Layer, LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import type { Preprocessing } from "../backbone/preprocessing";
import type { Dataset } from "../data/dataset";
import { notebookPath } from "../data/locations";
import { createTfjsEngine } from "../engine/tfjs/tfjsEngine";
import type { TrainingSnapshot } from "../engine/trainingSnapshot";
import { exportOnnxFile, type OnnxExport } from "../export/exportOnnxFile";
import { largestIndex, type Score, scoreLogits, softmax } from "../head/softmaxScore";
import { liveCurves } from "../insight/liveCurves";
import { inspectText } from "../inspectText";
import { GraftError, InterruptedError } from "../../shared/graftError";
import {
  type Describable,
  type DescribableVariable,
  describe,
  describeVariable,
  type ModelDescription,
  type VariableContent,
} from "../../shared/sessionState";
import { descend } from "./descend";
import { divergenceError } from "./divergenceError";
import { type FineTuneOptions, planFor } from "./fineTuneOptions";
import { layerValues, logitsOf, type Network } from "./forwardPass";
import { hashFrozen, verifyFrozen } from "./frozenGuard";
import type { TrainingPhase } from "./history";
import { HistoryLog } from "./historyLog";
import type { LabRuntime } from "./labRuntime";
import { phaseName, selectLastLayers, withBatchNorm } from "./layerSelection";
import { layerTable } from "./layerTable";
import { ProgressReport } from "./progressReport";
import { requireClasses, requireExamples, requireSeveralClasses, requireShape } from "./requireFit";
import { solveHead } from "./solveHead";
import { type BestWeights, reached, type TrainedPart, type TrainingSession } from "./trainingSession";
import { requireUnfinished, type UnfinishedTraining } from "./unfinishedTraining";

export interface ModelParts {
  /** Name of the backbone, or of the architecture. */
  readonly backbone: string;
  /** From the images to the logits. Its output is the head: a Dense layer with one unit a class. */
  readonly graph: LayerGraph;
  readonly weights: Weights;
  readonly preprocessing: Preprocessing;
  readonly classes: readonly string[];
  /** Names of the layers that are not frozen to begin with. */
  readonly trainable: readonly string[];
  /** True: saved while it trains. */
  readonly checkpoints: boolean;
  /** Of a model that was trained before. */
  readonly history?: readonly TrainingPhase[];
  /** Id of the dataset that it was last trained on. */
  readonly trainedOn?: string;
  /** The training that it was saved in the middle of. */
  readonly unfinished?: UnfinishedTraining;
}

export interface TrainHeadOptions {
  /** Picks the strength of L2 and is drawn beside the training curves. */
  readonly validation?: Dataset;
  /** Strength of L2 on standardised features. Default: the one with the lowest validation loss; without validation 0.03. */
  readonly l2?: number;
  /** Default true: curves under the cell that grow while it trains. */
  readonly plot?: boolean;
}

export interface ResumeOptions {
  readonly validation?: Dataset;
  /** Default true: curves under the cell that grow while it trains. */
  readonly plot?: boolean;
}

export interface Prediction {
  /** Index into the model's classes. */
  readonly label: number;
  readonly name: string;
  /** Of this class, in [0, 1]. */
  readonly probability: number;
}

let created = 0;

/** Made by `graft` and `fromScratch`. */
export class Model implements Describable, DescribableVariable {
  readonly id: string;
  readonly backbone: string;
  readonly classes: readonly string[];
  /** All that the model has been trained so far; `history.onChange(listener)` tells of each step. */
  readonly history: HistoryLog;
  readonly #runtime: LabRuntime;
  readonly #graph: LayerGraph;
  readonly #preprocessing: Preprocessing;
  readonly #checkpoints: ModelCheckpoints;
  #weights: Weights;
  #trainable: ReadonlySet<string>;
  #trainedOn: string | undefined;
  #best: BestWeights | undefined;
  #unfinished: UnfinishedTraining | undefined;
  #busy = false;

  constructor(parts: ModelParts, runtime: LabRuntime) {
    this.id = `model-${++created}`;
    this.backbone = parts.backbone;
    this.classes = [...parts.classes];
    this.#runtime = runtime;
    this.#graph = parts.graph;
    this.#weights = parts.weights;
    this.#preprocessing = parts.preprocessing;
    this.#trainable = new Set(parts.trainable);
    this.#trainedOn = parts.trainedOn;
    this.#unfinished = parts.unfinished;
    this.history = new HistoryLog(parts.history);
    this.#checkpoints = new ModelCheckpoints(this, parts);
  }

  /** From the images to the logits. */
  get graph(): LayerGraph {
    return this.#graph;
  }

  /** The weights reached so far. */
  get weights(): Weights {
    return this.#weights;
  }

  /**
   * Trains the head alone: each image crosses the frozen layers once, then the head is solved to its optimum (the problem is
   * convex), so there is no learning rate and no number of epochs.
   *
   * @throws GraftError `train/input-shape`, `train/classes`, `train/empty`, `train/one-class`, `train/busy`. InterruptedError after an interrupt, with the head
   * as far as it got.
   */
  async trainHead(train: Dataset, options: TrainHeadOptions = {}): Promise<TrainingPhase> {
    const head = layerNamed(this.#graph, this.#graph.output);
    return this.#training(train, [head], options, (session) =>
      solveHead(this.#network, { train, classes: this.classes.length, ...options }, session),
    );
  }

  /**
   * Trains the last layers by gradient descent, starting from the weights as they are: train the head first. All other layers stay
   * frozen to the bit, batch-norm statistics included, which is verified. A batch norm among the trained layers uses the batch's
   * statistics, unless `batchNorm` is `"frozen"`. Interrupted, it keeps the weights as far as they got, and `resume` goes on.
   *
   * @throws GraftError `train/last-layers`, `train/nothing-to-train`, `train/input-shape`, `train/classes`, `train/empty`, `train/one-class`, `train/batch-size`,
   * `train/class-weights`, `train/unknown-rate-layer`, `train/plateau`, `train/busy`, `train/diverged`, `train/frozen-drift`.
   * InterruptedError after an interrupt.
   */
  async fineTune(train: Dataset, options: FineTuneOptions): Promise<TrainingPhase> {
    const layers = withBatchNorm(selectLastLayers(this.#graph, options.lastLayers), options.batchNorm ?? "train");
    const plan = planFor(
      layers.map(({ name }) => name),
      train,
      options,
    );
    return this.#training(train, layers, { ...options, epochs: plan.epochs }, (session) =>
      descend({ network: this.#network, checkpoints: this.#checkpoints, plan, train, ...options }, session),
    );
  }

  /**
   * Goes on with a fine-tuning that was interrupted, or that a checkpoint was taken of, as if it had never stopped: same numbers, same curve.
   * `train` and `validation` have to be the data that it was begun with.
   *
   * @throws GraftError `train/nothing-to-resume`, `train/other-data`, and those of `fineTune`.
   */
  async resume(train: Dataset, options: ResumeOptions = {}): Promise<TrainingPhase> {
    const unfinished = requireUnfinished(this.#unfinished, train, options.validation);
    const { plan, snapshot } = unfinished;
    const layers = weightedLayers(this.#graph).filter(({ name }) => plan.layers.includes(name));
    return this.#training(train, layers, { ...options, epochs: plan.epochs, resume: snapshot }, (session) =>
      descend({ network: this.#network, checkpoints: this.#checkpoints, plan, train, ...options, snapshot }, session),
    );
  }

  /** What `resume` would go on with, in words; undefined when nothing is left to do. */
  get unfinished(): string | undefined {
    if (this.#unfinished === undefined) return undefined;
    const { plan, snapshot } = this.#unfinished;
    return `training of ${plan.layers.length} layers, ${snapshot.progress.epoch} of ${plan.epochs} epochs done`;
  }

  /** The epoch with the lowest validation loss of the last fine-tuning; undefined without validation data. */
  get bestEpoch(): number | undefined {
    return this.#best?.epoch;
  }

  /**
   * Goes back to the weights of `bestEpoch`.
   *
   * @throws GraftError `train/no-best` when the last training had no validation data.
   */
  useBestWeights(): void {
    if (this.#best === undefined) {
      throw new GraftError({
        code: "train/no-best",
        expected: "a fine-tuning with validation data, whose loss tells the best epoch",
        found: "none since the model was made or restored",
        remedy: "Pass validation to fineTune",
      });
    }
    this.#weights = this.#best.weights;
  }

  /** Accuracy and mean cross-entropy on labelled images. */
  async evaluate(dataset: Dataset): Promise<Score> {
    requireClasses(dataset, this.classes);
    return scoreLogits(await this.logits(dataset), dataset.labels);
  }

  /** The most probable class of each image. */
  async predict(dataset: Dataset): Promise<Prediction[]> {
    const probabilities = softmax(await this.logits(dataset));
    const classes = this.classes.length;
    return Array.from({ length: dataset.size }, (_, row) => {
      const values = probabilities.data.subarray(row * classes, (row + 1) * classes);
      const label = largestIndex(values);
      return { label, name: this.classes[label]!, probability: values[label]! };
    });
  }

  /** The head's output before softmax, `[n, classes]`. */
  logits(dataset: Dataset): Promise<Tensor> {
    return logitsOf(this.#network, dataset);
  }

  /**
   * What a layer makes of each image, `[n, …]`. Default: the layer before the head.
   *
   * @throws GraftError `backbone/unknown-layer` listing the layers.
   */
  async features(
    dataset: Dataset,
    options: { readonly layer?: string } = {},
  ): Promise<{ readonly layer: string; readonly features: Tensor }> {
    const layer = options.layer ?? layerNamed(this.#graph, this.#graph.output).inputs[0]!;
    return { layer, features: await layerValues(this.#network, dataset, layer) };
  }

  /**
   * Writes the model as an ONNX file, relative to the notebook: input `[batch, height, width, channels]` of preprocessed images,
   * output `output`, the logits `[batch, classes]`. The file is run in ONNX Runtime and held against tfjs before it is called done.
   *
   * @throws GraftError `export/differs`, `engine/cannot-compile` naming a layer that ONNX has no form of.
   */
  exportOnnx(path: string): Promise<OnnxExport> {
    return exportOnnxFile(this.#network, this.classes, notebookPath(path), createTfjsEngine());
  }

  /** The layers with their shapes, parameters, number for `lastLayers` and what is frozen, as a text table. */
  summary(): string {
    return layerTable(this.#graph, this.#weights, this.#trainable);
  }

  [inspectText](): string {
    const trainable = weightedLayers(this.#graph).filter((layer) => this.#trainable.has(layer.name));
    return `Model on "${this.backbone}", ${this.classes.length} classes, trains ${trainable.map(({ name }) => name).join(", ")}`;
  }

  [describe](): ModelDescription {
    return {
      kind: "model",
      id: this.id,
      backbone: this.backbone,
      classes: this.classes,
      layers: weightedLayers(this.#graph).map((layer) => ({
        name: layer.name,
        type: layer.type,
        parameters: parameterCount(layer, this.#weights),
        frozen: !this.#trainable.has(layer.name),
      })),
      ...(this.#trainedOn === undefined ? {} : { trainedOn: this.#trainedOn }),
    };
  }

  [describeVariable](): VariableContent {
    const parameters = this.#graph.layers.reduce((sum, layer) => sum + parameterCount(layer, this.#weights), 0);
    return { kind: "model", type: "Model", dtype: "float32", bytes: 4 * parameters, preview: this[inspectText]() };
  }

  /** What every training shares: checks, freeze mask, history, curves, progress, and that frozen layers stayed frozen. */
  async #training(
    train: Dataset,
    layers: readonly Layer[],
    options: SharedOptions,
    work: (session: TrainingSession) => Promise<TrainedPart>,
  ): Promise<TrainingPhase> {
    this.#check(train, "training");
    if (options.validation) this.#check(options.validation, "validation");
    requireSeveralClasses(train);
    if (this.#busy) {
      throw new GraftError({
        code: "train/busy",
        expected: "one training of a model at a time",
        found: "that it is being trained already",
        remedy: "Await the training that runs before starting the next",
      });
    }
    this.#busy = true;
    const trainable = new Set(layers.map((layer) => layer.name));
    const name = phaseName(this.#graph, layers);
    const progress = new ProgressReport(`Training ${name}`);
    const frozenLayers = weightedLayers(this.#graph)
      .map((layer) => layer.name)
      .filter((layer) => !trainable.has(layer));
    const log = options.resume
      ? this.history.reopen(options.resume.progress.step)
      : this.history.begin({ name, trainableLayers: [...trainable], frozenLayers });
    const curves = options.plot === false ? undefined : liveCurves("Training");
    const unsubscribe = this.history.onChange(() => curves?.update(this.history));
    try {
      const before = hashFrozen(this.#graph, this.#weights, trainable);
      const trained = await work({ cut: cutGraph(this.#graph, trainable), log, progress });
      const weights = new Map([...this.#weights, ...trained.weights]);
      verifyFrozen(this.#graph, weights, before);
      this.#weights = weights;
      this.#trainable = trainable;
      this.#trainedOn = train.id;
      this.#best = trained.best;
      this.#unfinished = trained.unfinished;
      log.end(trained.interrupted ? "interrupted" : trained.diverged ? "failed" : "finished");
      await this.#checkpoints.save({
        weights,
        trainable: [...trainable],
        trainedOn: train.id,
        reached: reached(log, options.epochs),
        ...(trained.unfinished && { unfinished: trained.unfinished }),
      });
      if (trained.interrupted) throw new InterruptedError();
      if (trained.diverged) throw divergenceError(trained.diverged);
      return log;
    } catch (error) {
      if (log.status === "training") log.end(error instanceof InterruptedError ? "interrupted" : "failed");
      throw error;
    } finally {
      unsubscribe();
      curves?.finish(this.history);
      progress.end(log.status);
      this.#busy = false;
    }
  }

  #check(dataset: Dataset, role: string): void {
    requireClasses(dataset, this.classes);
    requireShape(dataset, this.#graph.input.shape, this.backbone);
    requireExamples(dataset, role);
  }

  get #network(): Network {
    return {
      runtime: this.#runtime,
      backbone: this.backbone,
      graph: this.#graph,
      weights: this.#weights,
      preprocessing: this.#preprocessing,
      trainable: this.#trainable,
    };
  }
}

interface SharedOptions extends ResumeOptions {
  readonly epochs?: number;
  readonly resume?: TrainingSnapshot;
}
