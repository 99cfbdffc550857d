/** What a person may say about a fine-tuning, and the plan that it becomes: plain data, so that an interrupted one can be taken up. */
import type { Dataset } from "../data/dataset";
import { checkEarlyStopping, type EarlyStopping } from "../engine/earlyStopping";
import type { Loss } from "../engine/engine";
import type { LowRank } from "../engine/lowRank";
import type { Optimizer } from "../engine/optimizer";
import { checkSchedule, type Schedule } from "../engine/schedule";
import { GraftError } from "../../shared/graftError";
import { balancedClassWeights } from "./classWeights";

/** How to train; which layers is a `LayerSelection`. */
export interface FineTuneOptions {
  /** Default 0.001; for the whole of a pretrained network a tenth of that, which the history says. */
  readonly learningRate?: number;
  /**
   * Default `"adam"`, or `"adamW"` where `weightDecay` is given. A whole `Optimizer` sets momentum, betas and the like; its
   * learning rate and weight decay count then.
   */
  readonly optimizer?: Optimizer["name"] | Optimizer;
  /**
   * `"frozen"` leaves the batch norms among the trained layers as they are, statistics, gamma and beta; `"train"` normalises by each batch,
   * and the statistics follow with the layer's momentum. Default `"frozen"` for a model made by `graft`, as Keras' guide to transfer
   * learning advises: the statistics come from much data, and where they follow slowly (momentum 0.999) trained ones do harm.
   * Default `"train"` for one made by `fromScratch`.
   */
  readonly batchNorm?: "train" | "frozen";
  /** Learning rate over the run. Default `"constant"`. `"plateau"` needs validation data. */
  readonly schedule?: Schedule;
  /** Default 20; for the whole of a pretrained network 5, which the history says. */
  readonly epochs?: number;
  /** Ends the training when the validation loss no longer falls, with the weights of its best epoch. Needs validation. Default: all epochs. */
  readonly earlyStopping?: EarlyStopping;
  /** Default 32, or the number of examples where there are fewer. */
  readonly batchSize?: number;
  /** On kernels. Default 0. */
  readonly weightDecay?: number;
  /** Moves this part of each target's probability to all classes alike (Szegedy et al. 2016, section 7). Default 0. */
  readonly labelSmoothing?: number;
  /** Factors of the loss by class; `"balanced"` is examples / (classes · examples of the class). Default: all 1. */
  readonly classWeights?: "balanced" | readonly number[];
  /** Gradients are scaled down to this global norm where theirs is larger. Default: never. */
  readonly clipNorm?: number;
  /** Batches whose gradients are averaged before one update: a larger batch in the same memory. Default 1. */
  readonly accumulateBatches?: number;
  /** Moving average of the weights, which is what the model then has. Default: none. */
  readonly emaDecay?: number;
  /**
   * Discriminative rates (Howard & Ruder 2018): each layer before the head has the rate of the one behind it times this.
   * ULMFiT's is 1 / 2.6. Default 1.
   */
  readonly layerDecay?: number;
  /** Factors of the learning rate by layer name; they take precedence over `layerDecay`. */
  readonly learningRateFactors?: Readonly<Record<string, number>>;
  readonly validation?: Dataset;
  /** Order of the examples and dropout. Default 0. */
  readonly seed?: number;
  /** Default true: curves under the cell that grow while it trains. */
  readonly plot?: boolean;
}

/** Everything that decides what a training computes, apart from weights and data. JSON. */
export interface TrainingPlan {
  /** Names of the layers that train, from input to head. */
  readonly layers: readonly string[];
  /** Those of them of whose matrices low-rank updates train, and nothing else. */
  readonly lowRank?: LowRank;
  /** In a training of several stages: the layers that all of them train, see `CrossingOptions`. It goes on, after an interrupt, with the same rows. */
  readonly sharedCut?: readonly string[];
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  readonly earlyStopping?: EarlyStopping;
  readonly loss: Loss;
  /** By class; absent: all 1. */
  readonly classWeights?: readonly number[];
  readonly clipNorm?: number;
  readonly accumulateBatches?: number;
  readonly emaDecay?: number;
  readonly learningRateFactors?: Readonly<Record<string, number>>;
  readonly seed: number;
}

/** What is taken where a person gives none. */
export interface TrainingDefaults {
  readonly learningRate: number;
  readonly epochs: number;
}

export const lastLayersDefaults: TrainingDefaults = { learningRate: 1e-3, epochs: 20 };
/** A very small learning rate and a limited number of iterations keep what the network has learnt (Bishop & Bishop 2024, section 6.3.4). */
export const wholeNetworkDefaults: TrainingDefaults = { learningRate: 1e-4, epochs: 5 };

/** Which of `wholeNetworkDefaults` are taken and why, as sentences. */
export function wholeNetworkNotes({ learningRate, epochs, optimizer }: FineTuneOptions): readonly string[] {
  const { learningRate: rate, epochs: few } = wholeNetworkDefaults;
  const taken = [
    ...(learningRate === undefined && typeof optimizer !== "object"
      ? [`learning rate ${rate}, a tenth of the ${lastLayersDefaults.learningRate} for the last layers`]
      : []),
    ...(epochs === undefined ? [`${few} epochs`] : []),
  ];
  if (taken.length === 0) return [];
  return [
    `Taken as none was given: ${taken.join(", and ")}; larger steps through a whole network undo what it was pretrained on.`,
  ];
}

/**
 * `layers`: names of the layers that train, from input to head.
 *
 * @throws GraftError `train/batch-size`, `train/class-weights`, `train/unknown-rate-layer`, `train/plateau`, `engine/schedule`, `engine/schedule-too-long`,
 * `engine/early-stopping`, `engine/early-stopping-validation`.
 */
export function planFor(
  layers: readonly string[],
  train: Dataset,
  options: FineTuneOptions,
  defaults: TrainingDefaults = lastLayersDefaults,
): TrainingPlan {
  const { batchSize = Math.min(32, train.size), epochs = defaults.epochs, schedule = "constant" } = options;
  const { clipNorm, accumulateBatches = 1, emaDecay, earlyStopping } = options;
  if (train.size > 0 && !(Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= train.size)) {
    throw new GraftError({
      code: "train/batch-size",
      expected: `a batch size from 1 to ${train.size}, the number of training examples`,
      found: String(batchSize),
      remedy: "Give a smaller batchSize, or none: the default is 32, and fewer where there are fewer examples",
    });
  }
  if (typeof schedule === "object" && schedule.name === "plateau" && options.validation === undefined) {
    throw new GraftError({
      code: "train/plateau",
      expected: "validation data for the schedule that watches its loss",
      found: "none",
      remedy: "Pass validation, or choose another schedule",
    });
  }
  const steps = epochs * Math.ceil(Math.ceil(train.size / batchSize) / accumulateBatches);
  checkSchedule(schedule, steps, options.validation !== undefined);
  checkEarlyStopping(earlyStopping, options.validation !== undefined);
  const factors = rateFactors(layers, options);
  const classWeights = classWeightsOf(train, options.classWeights);
  return {
    layers,
    epochs,
    batchSize,
    optimizer: optimizerOf(options, defaults),
    schedule,
    loss: { name: "softmaxCrossEntropy", labelSmoothing: options.labelSmoothing ?? 0 },
    seed: options.seed ?? 0,
    ...(classWeights && { classWeights }),
    ...(factors && { learningRateFactors: factors }),
    ...(clipNorm !== undefined && { clipNorm }),
    ...(accumulateBatches !== 1 && { accumulateBatches }),
    ...(earlyStopping && { earlyStopping }),
    ...(emaDecay !== undefined && { emaDecay }),
  };
}

/** `[n]`, or undefined where every example counts alike. */
export function sampleWeightsOf(plan: TrainingPlan, labels: Int32Array): Float32Array | undefined {
  const { classWeights } = plan;
  return classWeights && Float32Array.from(labels, (label) => classWeights[label]!);
}

function optimizerOf(options: FineTuneOptions, defaults: TrainingDefaults): Optimizer {
  const { optimizer, learningRate = defaults.learningRate, weightDecay = 0 } = options;
  if (typeof optimizer === "object") return optimizer;
  return { name: optimizer ?? (weightDecay === 0 ? "adam" : "adamW"), learningRate, weightDecay };
}

function rateFactors(
  layers: readonly string[],
  { layerDecay, learningRateFactors = {} }: FineTuneOptions,
): Readonly<Record<string, number>> | undefined {
  const stray = Object.keys(learningRateFactors).find((name) => !layers.includes(name));
  if (stray !== undefined) {
    throw new GraftError({
      code: "train/unknown-rate-layer",
      expected: `learning-rate factors for layers that train: ${layers.join(", ")}`,
      found: `"${stray}"`,
      remedy: "Name one of these layers, or train more layers",
    });
  }
  if (layerDecay === undefined && Object.keys(learningRateFactors).length === 0) return undefined;
  const decayed = layers.map((name, i) => [name, (layerDecay ?? 1) ** (layers.length - 1 - i)] as const);
  return { ...Object.fromEntries(decayed), ...learningRateFactors };
}

/** By class; undefined where all are 1. @throws GraftError `train/class-weights`. */
export function classWeightsOf(
  train: Dataset,
  weights: FineTuneOptions["classWeights"],
): readonly number[] | undefined {
  if (weights === undefined) return undefined;
  if (weights === "balanced") return balancedClassWeights(train);
  if (weights.length === train.classes.length && weights.every((weight) => weight >= 0 && weight < Infinity)) {
    return weights;
  }
  throw new GraftError({
    code: "train/class-weights",
    expected: `${train.classes.length} class weights, one for each class, none negative`,
    found: `[${weights.join(", ")}]`,
    remedy: 'Give one number for each class in their order, or "balanced"',
  });
}
