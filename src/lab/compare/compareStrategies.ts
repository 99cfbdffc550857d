import type { ComparisonRow } from "../../shared/figure";
import { GraftError, InterruptedError } from "../../shared/graftError";
import type { Backbone } from "../backbone/backbone";
import type { Dataset } from "../data/dataset";
import { scoreLogits } from "../head/softmaxScore";
import { liveComparison } from "../insight/showComparison";
import { currentRuntime } from "../train/currentRuntime";
import { logitsOf } from "../train/forwardPass";
import { LabRuntime } from "../train/labRuntime";
import type { Model } from "../train/model";
import { coreOf } from "../train/modelCore";
import { ProgressReport } from "../train/progressReport";
import { type NormalStrategy, normalStrategy, type Strategy, strategyDetail, strategyKey, trainBy } from "./strategy";
import { studentInterval } from "./studentInterval";

/** What is compared, on which data, how often. */
export interface CompareOptions {
  readonly backbone: Backbone;
  /** `train` is the pool that labelled examples are drawn from; `test` is never trained on. */
  readonly dataset: { readonly train: Dataset; readonly test: Dataset };
  /** Numbers of labelled examples, in total. Default 10, 50 and 250. */
  readonly labels?: readonly number[];
  /** How many times each is repeated, with other examples and other random numbers. At least 2. Default 10. */
  readonly seeds?: number;
  /** The first of these seeds; the others follow it. Default 0. */
  readonly seed?: number;
  /** Default `["scratch", "head", { lastLayers: 3 }]`: 3 is the last block and the head of the shipped backbone. */
  readonly strategies?: readonly Strategy[];
  /** Default true: shows the table and the plot, growing with each row. */
  readonly plot?: boolean;
}

/** One training: which strategy with how many labels and which seed came how far. */
interface Trial {
  readonly strategy: number;
  readonly labels: number;
  readonly seed: number;
  readonly accuracy: number;
  readonly seconds: number;
  readonly trunkPasses: number;
  readonly detail: string;
}

/**
 * Trains by each strategy with few labels, over several seeds, and measures on the whole test set. For one number of labels and one seed all strategies get the same
 * labelled examples, so the gain over `"scratch"` is a paired difference. Intervals are 95 %, Student's t over seeds.
 *
 * Learning rates and numbers of epochs of `"scratch"`, of layers by number or name and of LoRA come from recipes that were tuned alike, by number of labels, on
 * held-out digits of the pool with seeds that are not used here (`scripts/tuneRecipes.ts`); the test set had no part in it. The other strategies have the
 * defaults of the model's methods of the same name. Settings that are given replace both.
 *
 * What each costs: seconds of one training, and how often a training image crossed the frozen trunk. Each training begins without features from
 * before, so that the order of the strategies does not matter; evaluation is not included.
 *
 * @throws GraftError `compare/seeds`, `compare/strategies`, `compare/unknown-strategy`, and what datasets and models throw. InterruptedError after an interrupt; the rows
 * that were complete by then stay shown.
 * @example
 * ```ts
 * import { backbones, compareStrategies, datasets } from "graft";
 *
 * const { train, test } = await datasets.mnist();
 * const rows = await compareStrategies({
 *   backbone: await backbones.load("fashion-cnn"),
 *   dataset: { train, test: test.subset(0, 500) },
 *   labels: [20],
 *   seeds: 2,
 *   strategies: ["head", "prototypes", { lastLayers: 3, epochs: 3 }],
 *   plot: false,
 * });
 * for (const { strategy, accuracy, seconds } of rows) console.log(strategy, accuracy, seconds);
 * ```
 */
export function compareStrategies(options: CompareOptions): Promise<ComparisonRow[]> {
  return compareOn(currentRuntime(), options);
}

/** `compareStrategies` with an engine and a feature store of one's own. */
export async function compareOn(runtime: LabRuntime, options: CompareOptions): Promise<ComparisonRow[]> {
  const labelCounts = options.labels ?? [10, 50, 250];
  const { seeds = 10, seed: first = 0 } = options;
  const strategies = named(options.strategies ?? ["scratch", "head", { lastLayers: 3 }]);
  requireSettings(seeds, strategies);

  const trials: Trial[] = [];
  const total = labelCounts.length * seeds * strategies.length;
  const live = options.plot === false ? undefined : liveComparison();
  const progress = new ProgressReport("Comparing strategies");
  try {
    for (const labels of labelCounts) {
      for (let seed = first; seed < first + seeds; seed++) {
        const train = options.dataset.train.sample({ labels, seed });
        for (const [index, { key, strategy }] of strategies.entries()) {
          if (runtime.interrupted) throw new InterruptedError();
          progress.update(trials.length / total, `${labels} labels, seed ${seed - first + 1}/${seeds}, ${key}`);
          const { model, seconds, trunkPasses } = await measured(runtime, (fresh) =>
            trainBy(strategy, fresh, options.backbone, train, seed),
          );
          const accuracy = await accuracyOn(runtime, model, options.dataset.test);
          const detail = strategyDetail(strategy, model.history.phases.at(-1)!.trainableLayers);
          trials.push({
            strategy: index,
            labels,
            seed,
            accuracy,
            seconds,
            trunkPasses: trunkPasses / train.size,
            detail,
          });
        }
        if (seed > first) live?.update(toRows(trials, strategies));
      }
    }
    return toRows(trials, strategies);
  } finally {
    live?.finish(toRows(trials, strategies));
    progress.end(`${trials.length} of ${total} trainings`);
  }
}

/** A strategy with what its rows are called. */
interface NamedStrategy {
  readonly key: string;
  readonly strategy: NormalStrategy;
}

/** Of two with the same key the later one is numbered. */
function named(strategies: readonly Strategy[]): readonly NamedStrategy[] {
  const seen = new Map<string, number>();
  return strategies.map((given) => {
    const strategy = normalStrategy(given);
    const key = strategyKey(strategy);
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return { key: count === 1 ? key : `${key} (${count})`, strategy };
  });
}

/** Trains with features of its own, so that what came before makes nothing cheaper. */
async function measured(
  runtime: LabRuntime,
  train: (fresh: LabRuntime) => Promise<Model>,
): Promise<{ readonly model: Model; readonly seconds: number; readonly trunkPasses: number }> {
  const { streamAboveBytes, chunkBytes } = runtime;
  const fresh = new LabRuntime(runtime.engine, { streamAboveBytes, chunkBytes });
  const started = performance.now();
  const model = await train(fresh);
  return { model, seconds: (performance.now() - started) / 1000, trunkPasses: fresh.trunkPasses };
}

/** By way of the runtime whose features of the test images last from model to model. */
export async function accuracyOn(runtime: LabRuntime, model: Model, test: Dataset): Promise<number> {
  return scoreLogits(await logitsOf({ ...coreOf(model).network, runtime }, test), test.labels).accuracy;
}

/** Rows in the order of label counts, then of strategies, of all that has at least two seeds. */
function toRows(trials: readonly Trial[], strategies: readonly NamedStrategy[]): ComparisonRow[] {
  const labelCounts = [...new Set(trials.map((trial) => trial.labels))];
  const scratch = strategies.findIndex(({ key }) => key === "scratch");
  return labelCounts.flatMap((labels) =>
    strategies.flatMap(({ key }, index): ComparisonRow[] => {
      const own = trials.filter((trial) => trial.labels === labels && trial.strategy === index);
      if (own.length < 2) return [];
      const { mean, interval } = studentInterval(own.map((trial) => trial.accuracy));
      const gains = own.flatMap((trial) => {
        const base = trials.find(
          (other) => other.strategy === scratch && other.labels === labels && other.seed === trial.seed,
        );
        return base === undefined ? [] : [trial.accuracy - base.accuracy];
      });
      return [
        {
          strategy: key,
          detail: own[0]!.detail,
          labels,
          seeds: own.length,
          accuracy: mean,
          interval,
          ...(index === scratch || gains.length < 2 ? {} : { gain: studentInterval(gains) }),
          seconds: meanOf(own, ({ seconds }) => seconds),
          trunkPasses: meanOf(own, ({ trunkPasses }) => trunkPasses),
        },
      ];
    }),
  );
}

function meanOf(trials: readonly Trial[], value: (trial: Trial) => number): number {
  return trials.reduce((sum, trial) => sum + value(trial), 0) / trials.length;
}

function requireSettings(seeds: number, strategies: readonly NamedStrategy[]): void {
  if (!Number.isInteger(seeds) || seeds < 2) {
    throw new GraftError({
      code: "compare/seeds",
      expected: "at least 2 seeds, for an interval",
      found: String(seeds),
      remedy: "Ask for 5 or more",
    });
  }
  if (strategies.length === 0) {
    throw new GraftError({
      code: "compare/strategies",
      expected: "at least one strategy",
      found: "none",
      remedy: 'Pass e.g. ["scratch", "head", { lastLayers: 2 }]',
    });
  }
}
