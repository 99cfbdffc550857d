/**
 * What a model is inside. It owns which layers are frozen, the weights reached so far and the history; the engine computes, the
 * feature store remembers. Strategies are functions over it. Weights change only as a whole, after a training ended or was interrupted.
 */
import { ModelCheckpoints } from "../checkpoint/modelCheckpoints";
import { cutGraph, weightsOf } from "../backbone/cutGraph";
import { layerNamed, placedLayers, weightedLayers } from "../backbone/graphShapes";
import type { Layer, LayerGraph, Weights } from "../backbone/layerGraph";
import type { Preprocessing } from "../backbone/preprocessing";
import type { Dataset } from "../data/dataset";
import { trainableParameters } from "../engine/parameterLayout";
import type { TrainingSnapshot } from "../engine/trainingSnapshot";
import { liveCurves } from "../insight/liveCurves";
import { GraftError, InterruptedError } from "../../shared/graftError";
import type { Provenance } from "../modelFile/provenance";
import { descend } from "./descend";
import { divergenceError } from "./divergenceError";
import type { TrainingPlan } from "./fineTuneOptions";
import type { Network } from "./forwardPass";
import { hashFrozen, verifyFrozen } from "./frozenGuard";
import { requireGradients } from "./headLayers";
import type { TrainingHistory, TrainingPhase } from "./history";
import { HistoryLog } from "./historyLog";
import type { LabRuntime } from "./labRuntime";
import { lowRankName, phaseName } from "./layerSelection";
import { type Progress, ProgressReport } from "./progressReport";
import { requireClasses, requireExamples, requireInput, requireSeveralClasses } from "./requireFit";
import { type BestWeights, reached, type TrainedPart, type TrainingSession } from "./trainingSession";
import type { UnfinishedTraining } from "./unfinishedTraining";

export interface ModelParts {
  /** Name of the backbone, or of the architecture. */
  readonly backbone: string;
  /** From the images to the logits. */
  readonly graph: LayerGraph;
  /** Name of the value that the head reads, `[width]`: the layers behind it are the head. */
  readonly featureLayer: string;
  readonly weights: Weights;
  /** What `drift` measures from. Default: all weights as they are now. */
  readonly origin?: Weights;
  readonly preprocessing: Preprocessing;
  readonly classes: readonly string[];
  /** Whether the backbone's weights, batch-norm statistics among them, come from a training on much data. */
  readonly pretrained: boolean;
  readonly provenance?: Provenance;
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

/** What every training may be given. */
export interface TrainingSettings {
  readonly validation?: Dataset;
  readonly plot?: boolean;
  /** As planned, for the words of a checkpoint. */
  readonly epochs?: number;
  /** Of a gradient descent. */
  readonly plan?: TrainingPlan;
  /** The training goes on from here. */
  readonly resume?: TrainingSnapshot;
  /** Of a larger piece of work that this training is part of. */
  readonly progress?: Progress;
  /** What the phase says beside its numbers. */
  readonly notes?: readonly string[];
  /** With another head, which the model has once the training has ended. */
  readonly graph?: LayerGraph;
}

/** Draws a model as it is after an epoch. */
export type EpochWatcher = (network: Network, name: string) => Promise<void>;

export class ModelCore {
  readonly runtime: LabRuntime;
  readonly backbone: string;
  readonly featureLayer: string;
  readonly preprocessing: Preprocessing;
  readonly classes: readonly string[];
  readonly pretrained: boolean;
  readonly provenance: Provenance | undefined;
  readonly origin: Weights;
  readonly history: HistoryLog;
  readonly checkpoints: ModelCheckpoints;
  graph: LayerGraph;
  weights: Weights;
  trainable: ReadonlySet<string>;
  trainedOn: string | undefined;
  best: BestWeights | undefined;
  unfinished: UnfinishedTraining | undefined;
  watcher: EpochWatcher | undefined;
  #busy = false;

  /** `owner`: the object that the person's variable holds. */
  constructor(owner: object & { readonly history: TrainingHistory }, parts: ModelParts, runtime: LabRuntime) {
    this.runtime = runtime;
    this.backbone = parts.backbone;
    this.featureLayer = parts.featureLayer;
    this.preprocessing = parts.preprocessing;
    this.classes = [...parts.classes];
    this.pretrained = parts.pretrained;
    this.provenance = parts.provenance;
    this.graph = parts.graph;
    this.weights = parts.weights;
    this.origin = parts.origin ?? parts.weights;
    this.trainable = new Set(parts.trainable);
    this.trainedOn = parts.trainedOn;
    this.unfinished = parts.unfinished;
    this.history = new HistoryLog(parts.history);
    this.checkpoints = new ModelCheckpoints(owner, parts);
  }

  /** As it stands. */
  get network(): Network {
    const { runtime, backbone, graph, weights, preprocessing, trainable } = this;
    return { runtime, backbone, graph, weights, preprocessing, trainable };
  }

  /** Whether batch norms among the trained layers train, where a person has not said it. */
  get batchNormDefault(): "train" | "frozen" {
    return this.pretrained ? "frozen" : "train";
  }

  /** Gradient descent on the layers that the plan names. @throws GraftError `train/no-gradients` for a head that has none. */
  async descend(train: Dataset, plan: TrainingPlan, settings: TrainingSettings = {}): Promise<TrainingPhase> {
    requireGradients(this.graph);
    const layers = plan.layers.map((name) => layerNamed(this.graph, name));
    const { validation, resume: snapshot } = settings;
    const descent = { checkpoints: this.checkpoints, plan, train, ...(validation && { validation }) };
    return this.train(train, layers, { ...settings, epochs: plan.epochs, plan }, (session) =>
      descend({ ...descent, network: this.network, ...(snapshot && { snapshot }) }, session),
    );
  }

  /** @throws GraftError `train/no-best`. */
  useBest(): void {
    if (this.best === undefined) {
      throw new GraftError({
        code: "train/no-best",
        expected: "a fine-tuning with validation data, whose loss tells the best epoch",
        found: "none since the model was made or restored",
        remedy: "Pass validation to fineTune",
      });
    }
    this.weights = this.best.weights;
  }

  /** What every training shares: checks, freeze mask, history, curves, progress, and that frozen layers stayed frozen. */
  async train(
    train: Dataset,
    layers: readonly Layer[],
    settings: TrainingSettings,
    work: (session: TrainingSession) => Promise<TrainedPart>,
  ): Promise<TrainingPhase> {
    const { validation, graph = this.graph, notes = [] } = settings;
    this.#check(train, "training");
    if (validation) this.#check(validation, "validation");
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
    const lowRank = settings.plan?.lowRank;
    const name = lowRank ? lowRankName(lowRank) : phaseName(graph, layers, this.featureLayer);
    const parameters = trainableParameters(placedLayers(graph), { trainable: [...trainable], lowRank });
    const progress = settings.progress ?? new ProgressReport(`Training ${name}`);
    const frozenLayers = weightedLayers(graph)
      .map((layer) => layer.name)
      .filter((layer) => !trainable.has(layer));
    const log = settings.resume
      ? this.history.reopen(settings.resume.progress.step)
      : this.history.begin({
          ...{ name, trainableLayers: [...trainable], frozenLayers, trainableParameters: parameters, notes },
          ...{ trainedOn: train.id, options: settings.plan && { ...settings.plan } },
        });
    const curves = settings.plot === false ? undefined : liveCurves("Training");
    const unsubscribe = this.history.onChange(() => curves?.update(this.history));
    const { watcher } = this;
    let watched = Promise.resolve();
    const watch =
      watcher &&
      ((weights: Weights) => {
        const [network, name] = [{ ...this.network, graph, weights, trainable }, reached(log, settings.epochs)];
        watched = watched.then(() => watcher(network, name));
      });
    try {
      const before = hashFrozen(graph, this.weights, trainable);
      const trained = await work({ cut: cutGraph(graph, trainable), log, progress, ...(watch && { watch }) });
      const weights = weightsOf(graph, new Map([...this.weights, ...trained.weights]));
      verifyFrozen(graph, weights, before);
      this.graph = graph;
      this.weights = weights;
      this.trainable = trainable;
      this.trainedOn = train.id;
      this.best = trained.best;
      this.unfinished = trained.unfinished;
      log.end(trained.interrupted ? "interrupted" : trained.diverged ? "failed" : "finished");
      await this.checkpoints.save({
        graph,
        weights,
        trainable: [...trainable],
        trainedOn: train.id,
        reached: reached(log, settings.epochs),
        ...(trained.unfinished && { unfinished: trained.unfinished }),
      });
      if (trained.interrupted) throw new InterruptedError();
      if (trained.diverged) throw divergenceError(trained.diverged);
      watch?.(weights);
      await watched;
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
    requireInput(dataset, this);
    requireExamples(dataset, role);
  }
}

const cores = new WeakMap<object, ModelCore>();

/** Of the object that the person's variable holds: nobody else gets at it. */
export function coreOf(owner: object): ModelCore {
  return cores.get(owner)!;
}

export function makeCore(
  owner: object & { readonly history: TrainingHistory },
  parts: ModelParts,
  runtime: LabRuntime,
): void {
  cores.set(owner, new ModelCore(owner, parts, runtime));
}
