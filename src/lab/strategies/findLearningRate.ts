import { cutGraph, weightsOf } from "../backbone/cutGraph";
import type { Dataset } from "../data/dataset";
import type { TrainRequest } from "../engine/engine";
import { inspectText } from "../inspectText";
import { GraftError, InterruptedError } from "../../shared/graftError";
import { settingsOf } from "../train/descend";
import { type FineTuneOptions, sampleWeightsOf } from "../train/fineTuneOptions";
import { streamTrunk } from "../train/forwardPass";
import { requireGradients } from "../train/headLayers";
import type { LayerSelection } from "../train/layerSelection";
import type { ModelCore } from "../train/modelCore";
import { ProgressReport } from "../train/progressReport";
import { requireClasses, requireExamples, requireSeveralClasses } from "../train/requireFit";
import { crossed } from "../train/trainingSession";
import { fineTunePlan } from "./fineTune";
import { steepestRate, valleyRate } from "./suggestLearningRate";

/** The sweep, and the training that it tries. */
export interface FindLearningRateOptions extends Omit<
  FineTuneOptions,
  "learningRate" | "optimizer" | "schedule" | "epochs" | "earlyStopping" | "validation" | "plot" | "emaDecay"
> {
  /** Default Adam, or AdamW where `weightDecay` is given. */
  readonly optimizer?: "sgd" | "adam" | "adamW";
  /** The rate that it begins with. Default 1e-7. */
  readonly from?: number;
  /** The rate at the last step. Default 1. */
  readonly to?: number;
  /** Default 100, at least 20. */
  readonly steps?: number;
}

/** What a sweep over learning rates found. */
export interface LearningRateSearch {
  /** To train with: the one of `valley`. */
  readonly suggestion: number;
  /** In the longest fall of the loss, well before it is at its lowest (fastai's default). */
  readonly valley: number;
  /** Where the loss falls fastest. */
  readonly steepest: number;
  /** Of each step. */
  readonly rates: readonly number[];
  /** Of each step: moving averages of the losses of its batches and those before. */
  readonly losses: readonly number[];
  /** True when the sweep ended because the loss had grown to four times its lowest. */
  readonly diverged: boolean;
}

/** fastai's, of `lr_find` and its recorder. */
const smoothing = 0.98;
const divergence = 4;
const skippedAtEnd = 5;
const sweepDefaults = { from: 1e-7, to: 1, steps: 100 };

/**
 * Smith 2017 (arXiv:1506.01186, section 3.3): one run whose rate grows exponentially from step to step. The weights that it makes are thrown away: of the model nothing
 * changes.
 */
export async function findLearningRate(
  core: ModelCore,
  train: Dataset,
  options: LayerSelection & FindLearningRateOptions,
): Promise<LearningRateSearch> {
  const { from, to, steps } = requireSweep({ ...sweepDefaults, ...options });
  requireClasses(train, core.classes);
  requireExamples(train, "training");
  requireSeveralClasses(train);
  requireGradients(core.graph);
  const { plan } = fineTunePlan(core, train, { ...options, learningRate: from });
  const { batchSize, accumulateBatches = 1, seed } = plan;
  const enough = steps * batchSize * accumulateBatches;
  const data = train.size > enough ? train.sample({ labels: enough, seed, stratify: false }) : train;
  const cut = cutGraph(core.graph, new Set(plan.layers));
  const progress = new ProgressReport("Finding a learning rate");
  const sweep = new Sweep(steps);
  try {
    const sampleWeights = sampleWeightsOf(plan, data.labels);
    const examples = {
      features: await streamTrunk(core.network, cut.trunk, data, { onRows: crossed(progress) }),
      targets: data.labels,
      ...(sampleWeights && { sampleWeights }),
    };
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const request: TrainRequest = {
      ...settingsOf({ ...plan, schedule: { name: "exponential", factor: (to / from) ** (1 / (steps - 1)) } }),
      epochs: Math.ceil(steps / Math.ceil(data.size / batchSize / accumulateBatches)),
      graph: cut.tail,
      weights: weightsOf(cut.tail, core.weights),
      trainable: plan.layers,
      train: examples,
      interruptFlag: stop,
    };
    await core.runtime.engine.train(request, {
      onStep: ({ loss, learningRate }) => {
        sweep.add(learningRate, loss);
        progress.update(sweep.rates.length / steps, `learning rate ${learningRate.toExponential(1)}`);
        if (sweep.ended || core.runtime.interrupted) Atomics.store(stop, 0, 1);
      },
    });
  } finally {
    progress.end(`${sweep.rates.length} of ${steps} rates`);
  }
  if (core.runtime.interrupted) throw new InterruptedError();
  return sweep.result();
}

/** What has been seen of a sweep. */
class Sweep {
  readonly rates: number[] = [];
  readonly losses: number[] = [];
  readonly #steps: number;
  #average = 0;
  #lowest = Infinity;
  #diverged = false;

  constructor(steps: number) {
    this.#steps = steps;
  }

  get ended(): boolean {
    return this.#diverged || this.rates.length >= this.#steps;
  }

  /** Steps that the engine had taken before it heard of the end are not counted. */
  add(rate: number, loss: number): void {
    if (this.ended) return;
    this.#average = smoothing * this.#average + (1 - smoothing) * loss;
    const smoothed = this.#average / (1 - smoothing ** (this.rates.length + 1));
    this.rates.push(rate);
    this.losses.push(smoothed);
    this.#lowest = Math.min(this.#lowest, smoothed);
    this.#diverged = smoothed > divergence * this.#lowest;
  }

  result(): LearningRateSearch {
    const { rates, losses } = this;
    const kept = <T>(values: readonly T[]) => values.slice(Math.floor(this.#steps / 10), -skippedAtEnd);
    const valley = valleyRate(kept(rates), kept(losses));
    const steepest = steepestRate(kept(rates), kept(losses));
    if (valley === undefined || steepest === undefined) {
      throw new GraftError({
        code: "train/no-valley",
        expected: "a loss that falls somewhere between the first and the last learning rate",
        found: `one that does not, from ${rates[0] ?? "none"} to ${rates.at(-1) ?? "none"} (${rates.length} steps)`,
        remedy: "Begin with a smaller rate (from), take more steps, or check the labels",
      });
    }
    const diverged = rates.length < this.#steps;
    const text = `Learning rate ${shown(valley)} (valley; steepest at ${shown(steepest)}), from ${rates.length} steps between ${shown(rates[0]!)} and ${shown(rates.at(-1)!)}`;
    return Object.defineProperty({ suggestion: valley, valley, steepest, rates, losses, diverged }, inspectText, {
      value: () => text,
    });
  }
}

function shown(rate: number): string {
  return rate.toExponential(1);
}

function requireSweep({ from, to, steps }: Required<Pick<FindLearningRateOptions, "from" | "to" | "steps">>) {
  if (!(from > 0 && to > from && Number.isFinite(to))) {
    throw new GraftError({
      code: "train/sweep-range",
      expected: "learning rates from one above 0 to a larger one",
      found: `from ${from} to ${to}`,
      remedy: "For example { from: 1e-7, to: 1 }",
    });
  }
  if (!Number.isInteger(steps) || steps < 20) {
    throw new GraftError({
      code: "train/sweep-steps",
      expected: "a whole number of steps, at least 20",
      found: String(steps),
      remedy: "100 is usual",
    });
  }
  return { from, to, steps };
}
