/** What trains a model: each method is a short way to a strategy over the model's core. */
import type { LayerGraph, Weights } from "../backbone/layerGraph";
import type { Dataset } from "../data/dataset";
import type { StagedOptions } from "../strategies/defaultLayers";
import {
  findLearningRate,
  type FindLearningRateOptions,
  type LearningRateSearch,
} from "../strategies/findLearningRate";
import { fineTune } from "../strategies/fineTune";
import { recordRun } from "../runs/recordRun";
import { gradualUnfreeze } from "../strategies/gradualUnfreeze";
import { linearProbeThenFineTune } from "../strategies/linearProbeThenFineTune";
import { lora, type LoraOptions } from "../strategies/lora";
import { trainHead } from "../strategies/trainHead";
import type { FineTuneOptions } from "./fineTuneOptions";
import type { LiveHistory, TrainingPhase } from "./history";
import type { LabRuntime } from "./labRuntime";
import type { LayerSelection } from "./layerSelection";
import { coreOf, makeCore, type ModelParts } from "./modelCore";
import type { TrainHeadOptions } from "./trainHeadOptions";
import { inWords, requireUnfinished } from "./unfinishedTraining";

/** Options of `resume`. */
export interface ResumeOptions {
  readonly validation?: Dataset;
  /** Default true: curves under the cell that grow while it trains. */
  readonly plot?: boolean;
}

/** Editors name the class that declares a method as its owner, and people know one, `Model`; hence the name. */
abstract class Model {
  constructor(parts: ModelParts, runtime: LabRuntime) {
    makeCore(this, parts, runtime);
  }

  /** Name of the backbone, or of the architecture. */
  get backbone(): string {
    return coreOf(this).backbone;
  }

  get classes(): readonly string[] {
    return coreOf(this).classes;
  }

  /** All that the model has been trained so far. */
  get history(): LiveHistory {
    return coreOf(this).history;
  }

  /** From the images to the logits. */
  get graph(): LayerGraph {
    return coreOf(this).graph;
  }

  /** The weights reached so far. */
  get weights(): Weights {
    return coreOf(this).weights;
  }

  /**
   * Trains the head alone: each image crosses the frozen layers once, then the head learns from the features that are kept. By `method`:
   *
   * - `"linear"` (default): one Dense layer, multinomial logistic regression solved to its optimum (the problem is convex), so there
   *   is no learning rate and no number of epochs.
   * - `"mlp"` (default of a model with such a head): Dense with relu, dropout and Dense by AdamW on the features.
   * - `"nearest"`: the labelled features are kept, and the nearest ones by cosine similarity vote.
   * - `"prototypes"`: the class whose mean feature is nearest, as one Dense layer.
   *
   * A head of another kind is replaced; whatever the head was, it is learnt anew. For the options of each method see `TrainHeadOptions`.
   *
   * @throws GraftError `train/input-shape`, `train/classes`, `train/empty`, `train/one-class`, `train/busy`, `train/class-weights`,
   * `train/head-method`, `train/head-option`, `train/neighbours`, `train/hidden-units`, `train/dropout`, `train/diverged`, `engine/l2`,
   * `engine/label-smoothing`, `engine/batch-size`, `engine/setting`, `engine/early-stopping-validation`. InterruptedError after an interrupt, with the head as far as it got.
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   *
   * const digits = await datasets.mnist();
   * const train = digits.train.sample({ labels: 50 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train, { plot: false });
   * console.log(await model.evaluate(digits.test.subset(0, 500)));
   * await model.trainHead(train, { method: "nearest", neighbours: 3, plot: false });
   * console.log(await model.evaluate(digits.test.subset(0, 500)));
   * ```
   */
  trainHead(train: Dataset, options: TrainHeadOptions = {}): Promise<TrainingPhase> {
    return this.#record("trainHead", train, options, () => trainHead(coreOf(this), train, options));
  }

  /**
   * Trains the last layers by gradient descent, starting from the weights as they are: train the head first. All other layers stay
   * frozen to the bit, batch-norm statistics included, which is verified. Batch norms among the trained layers
   * stay as they are where they come from a pre-trained backbone, see `batchNorm`. Interrupted, it keeps the weights as far as they got, and `resume` goes on.
   *
   * Which layers: `{ lastLayers: 3 }`, `{ fromLayer: "conv4" }` or `{ all: true }`. For the whole of a pretrained network a learning rate that is not given is 0.0001
   * and the number of epochs 5, which the history says; numbers that are given are never changed.
   *
   * @throws GraftError `train/no-selection`, `train/several-selections`, `train/last-layers`, `train/unknown-layer`, `train/branching-layer`,
   * `train/nothing-to-train`, `train/input-shape`, `train/classes`, `train/empty`, `train/one-class`, `train/batch-size`, `train/class-weights`,
   * `train/unknown-rate-layer`, `train/plateau`, `train/no-gradients`, `train/busy`, `train/diverged`, `train/frozen-drift`, `engine/schedule`,
   * `engine/schedule-too-long`, `engine/early-stopping`, `engine/early-stopping-validation`. InterruptedError after an interrupt.
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   *
   * const digits = await datasets.mnist();
   * const { train, validation } = digits.train.sample({ labels: 100 }).split({ validation: 0.2 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train, { validation, plot: false });
   * await model.fineTune(train, { lastLayers: 3, epochs: 20, earlyStopping: { patience: 3 }, validation, plot: false });
   * console.log(await model.evaluate(digits.test.subset(0, 500)));
   * ```
   */
  async fineTune(train: Dataset, options: LayerSelection & FineTuneOptions): Promise<TrainingPhase> {
    return this.#record("fineTune", train, options, () => fineTune(coreOf(this), train, options));
  }

  /**
   * LoRA (Hu et al. 2021): the selected dense and attention layers of the backbone keep their matrices W and compute with W + alpha / rank · A · B, of
   * which only A `[inputs, rank]` and B `[rank, outputs]` train, from a random A and a B of zeros; the head trains in full. So do Conv2D layers, whose
   * kernel is a matrix from the numbers of a window to the filters. Everything else stays frozen to the bit: biases, and whatever else is among the selected
   * layers (normalisation, embeddings, depthwise and separable convolutions), which the history names beside the number of parameters that train. In the end the updates are added to the weights, so that predict, save and
   * export have an ordinary model, which computes the same to rounding. Interrupted, they are added as far as they got, and `resume` goes on.
   *
   * Which layers: as in `fineTune`; which of them count is up to their kind. Defaults are those of `fineTune` for the last layers (learning rate 0.001, 20 epochs).
   *
   * @throws GraftError `train/rank` naming the layer and its shape, `train/alpha`, `train/no-matrix`, and those of `fineTune`.
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   *
   * const digits = await datasets.mnist();
   * const train = digits.train.sample({ labels: 50 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train, { plot: false });
   * const phase = await model.lora(train, { rank: 4, all: true, epochs: 3, plot: false });
   * console.log(phase.trainableParameters, phase.notes);
   * ```
   */
  async lora(train: Dataset, options: LayerSelection & LoraOptions): Promise<TrainingPhase> {
    return this.#record("lora", train, options, async () => lora(coreOf(this), train, options));
  }

  /**
   * The way to begin with: `linearProbeThenFineTune` with as many layers as the number of labels allows.
   *
   * @throws GraftError and InterruptedError as `linearProbeThenFineTune`.
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   *
   * const digits = await datasets.mnist();
   * const train = digits.train.sample({ labels: 100 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * console.log(await model.fit(train, { plot: false }));
   * console.log(await model.evaluate(digits.test.subset(0, 500)));
   * ```
   */
  fit(train: Dataset, options: StagedOptions = {}): Promise<TrainingPhase> {
    return this.#record("fit", train, options, () => linearProbeThenFineTune(coreOf(this), train, options));
  }

  /**
   * First the head on the frozen backbone, then the chosen layers with it (Kumar et al. 2022, arXiv:2202.10054): features that a wrong head would
   * distort stay useful, also on data from elsewhere. Each is a phase of the history, the last of which is the answer. Without `lastLayers`, `fromLayer` or
   * `all` the number of labels a class decides: below 5 the head alone, below 50 also the layer before it, below 500 the last
   * half, from there on all; the phase says so. All other options are those of `fineTune`, for its part; a
   * learning rate that is not given is 0.0003 there, for the whole network 0.0001. Interrupted, the model keeps what it has learnt by then.
   *
   * @throws GraftError as `trainHead` and `fineTune`. InterruptedError after an interrupt.
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   *
   * const digits = await datasets.mnist();
   * const train = digits.train.sample({ labels: 100 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.linearProbeThenFineTune(train, { lastLayers: 3, epochs: 10, plot: false });
   * console.log(await model.evaluate(digits.test.subset(0, 500)));
   * ```
   */
  linearProbeThenFineTune(train: Dataset, options: StagedOptions = {}): Promise<TrainingPhase> {
    return this.#record("linearProbeThenFineTune", train, options, () =>
      linearProbeThenFineTune(coreOf(this), train, options),
    );
  }

  /**
   * First the head, then one layer more with each stage (a layer with weights together with its batch norm), until all chosen layers train
   * (Howard & Ruder 2018, ULMFiT, arXiv:1801.06146). Layers default as in `linearProbeThenFineTune`. Each stage is a phase of the history and has `epochs` epochs, by
   * default 5, at a learning rate of 0.001 for the head, by default 2.6 times less for each group before it (`layerDecay`, here by group), with a slanted triangular
   * schedule. Interrupted, the model keeps what it has learnt by then.
   *
   * @throws GraftError as `trainHead` and `fineTune`. InterruptedError after an interrupt.
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   *
   * const digits = await datasets.mnist();
   * const train = digits.train.sample({ labels: 100 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.gradualUnfreeze(train, { lastLayers: 5, epochs: 3, plot: false });
   * console.log(model.history.phases.map(({ name }) => name));
   * ```
   */
  gradualUnfreeze(train: Dataset, options: StagedOptions = {}): Promise<TrainingPhase> {
    return this.#record("gradualUnfreeze", train, options, () => gradualUnfreeze(coreOf(this), train, options));
  }

  /**
   * Looks for a learning rate for `fineTune` with the same layers: one run whose rate grows exponentially from `from` (default 1e-7) to `to` (default 1)
   * over `steps` (default 100), ended when the loss grows to four times its lowest (Smith 2017, arXiv:1506.01186; suggestions as fastai's). Nothing of the model changes,
   * weights to the bit, and the history has no trace of it.
   *
   * @throws GraftError `train/sweep-range`, `train/sweep-steps`, `train/no-valley` when the loss never falls, and those of `fineTune`. InterruptedError after an interrupt.
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   *
   * const digits = await datasets.mnist();
   * const train = digits.train.sample({ labels: 500 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train, { plot: false });
   * const { suggestion } = await model.findLearningRate(train, { lastLayers: 3 });
   * await model.fineTune(train, { lastLayers: 3, learningRate: suggestion, epochs: 3, plot: false });
   * ```
   */
  findLearningRate(train: Dataset, options: LayerSelection & FindLearningRateOptions): Promise<LearningRateSearch> {
    return findLearningRate(coreOf(this), train, options);
  }

  /**
   * Goes on with a fine-tuning that was interrupted, or that a checkpoint was taken of, as if it had never stopped: same numbers, same curve.
   * `train` and `validation` have to be the data that it was begun with.
   *
   * @throws GraftError `train/nothing-to-resume`, `train/other-data`, and those of `fineTune`.
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   *
   * const digits = await datasets.mnist();
   * const train = digits.train.sample({ labels: 50 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train, { plot: false });
   * if (model.unfinished !== undefined) await model.resume(train); // After an interrupt of fineTune.
   * ```
   */
  async resume(train: Dataset, options: ResumeOptions = {}): Promise<TrainingPhase> {
    const { plan, snapshot } = requireUnfinished(coreOf(this).unfinished, train, options.validation);
    return this.#record("resume", train, options, () =>
      coreOf(this).descend(train, plan, { ...options, resume: snapshot }),
    );
  }

  /** What `resume` would go on with, in words; undefined when nothing is left to do. */
  get unfinished(): string | undefined {
    return inWords(coreOf(this).unfinished);
  }

  /** The epoch with the lowest validation loss of the last fine-tuning; undefined without validation data. */
  get bestEpoch(): number | undefined {
    return coreOf(this).best?.epoch;
  }

  /**
   * Goes back to the weights of `bestEpoch`.
   *
   * @throws GraftError `train/no-best` when the last training had no validation data.
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   *
   * const digits = await datasets.mnist();
   * const train = digits.train.sample({ labels: 50 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train, { plot: false });
   * const validation = digits.train.sample({ labels: 100, seed: 1 });
   * await model.fineTune(train, { lastLayers: 3, epochs: 10, validation, plot: false });
   * model.useBestWeights();
   * console.log(model.bestEpoch, await model.evaluate(validation));
   * ```
   */
  useBestWeights(): void {
    coreOf(this).useBest();
  }

  /** Trains, and keeps what came of it among the runs. */
  #record(
    strategy: string,
    train: Dataset,
    options: object,
    work: () => Promise<TrainingPhase>,
  ): Promise<TrainingPhase> {
    return recordRun({ model: this, core: coreOf(this), strategy, train, options }, work);
  }
}

export { Model as TrainableModel };
