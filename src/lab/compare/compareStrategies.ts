import type { ComparisonRow } from "../../shared/figure";
import { GraftError, InterruptedError } from "../../shared/graftError";
import type { Backbone } from "../backbone/backbone";
import type { Dataset } from "../data/dataset";
import { liveComparison } from "../insight/showComparison";
import { currentRuntime } from "../train/currentRuntime";
import type { LabRuntime } from "../train/labRuntime";
import { ProgressReport } from "../train/progressReport";
import { type Strategy, strategyKind, trainBy } from "./strategy";
import { studentInterval } from "./studentInterval";

export interface CompareOptions {
  readonly backbone: Backbone;
  /** `train` is the pool that labelled examples are drawn from; `test` is never trained on. */
  readonly dataset: { readonly train: Dataset; readonly test: Dataset };
  /** Numbers of labelled examples, in total. Default 10, 50 and 250. */
  readonly labels?: readonly number[];
  /** How many times each is repeated, with other examples and other random numbers. At least 2. Default 10. */
  readonly seeds?: number;
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
  readonly detail: string;
}

/**
 * Trains by each strategy with few labels, over several seeds, and measures on the whole test set. For one number of labels and one seed all strategies get the same
 * labelled examples, so the gain over `"scratch"` is a paired difference. Intervals are 95 %, Student's t over seeds.
 *
 * Learning rates and numbers of epochs come from recipes that were tuned for each strategy alike, by number of labels, on
 * held-out digits of the pool with seeds that are not used here (`scripts/tuneRecipes.ts`); the test set had no part in it.
 * Seconds are those of one training, evaluation not included.
 *
 * @throws GraftError `compare/seeds`, `compare/strategies`, and what datasets and models throw. InterruptedError after an interrupt; the rows
 * that were complete by then stay shown.
 */
export function compareStrategies(options: CompareOptions): Promise<ComparisonRow[]> {
  return compareOn(currentRuntime(), options);
}

/** `compareStrategies` with an engine and a feature store of one's own. */
export async function compareOn(runtime: LabRuntime, options: CompareOptions): Promise<ComparisonRow[]> {
  const labelCounts = options.labels ?? [10, 50, 250];
  const seeds = options.seeds ?? 10;
  const strategies = options.strategies ?? ["scratch", "head", { lastLayers: 3 }];
  requireSettings(seeds, strategies);

  const trials: Trial[] = [];
  const total = labelCounts.length * seeds * strategies.length;
  const live = options.plot === false ? undefined : liveComparison();
  const progress = new ProgressReport("Comparing strategies");
  try {
    for (const labels of labelCounts) {
      for (let seed = 0; seed < seeds; seed++) {
        const train = options.dataset.train.sample({ labels, seed });
        for (const [index, strategy] of strategies.entries()) {
          if (runtime.interrupted) throw new InterruptedError();
          progress.update(
            trials.length / total,
            `${labels} labels, seed ${seed + 1}/${seeds}, ${strategyKind(strategy)}`,
          );
          const started = performance.now();
          const model = await trainBy(strategy, runtime, options.backbone, train, seed);
          const seconds = (performance.now() - started) / 1000;
          const { accuracy } = await model.evaluate(options.dataset.test);
          const detail = detailOf(strategy, model.history.phases.at(-1)!.trainableLayers);
          trials.push({ strategy: index, labels, seed, accuracy, seconds, detail });
        }
        if (seed >= 1) live?.update(toRows(trials, strategies));
      }
    }
    return toRows(trials, strategies);
  } finally {
    live?.finish(toRows(trials, strategies));
    progress.end(`${trials.length} of ${total} trainings`);
  }
}

/** Rows in the order of label counts, then of strategies, of all that has at least two seeds. */
function toRows(trials: readonly Trial[], strategies: readonly Strategy[]): ComparisonRow[] {
  const labelCounts = [...new Set(trials.map((trial) => trial.labels))];
  const scratch = strategies.indexOf("scratch");
  return labelCounts.flatMap((labels) =>
    strategies.flatMap((strategy, index): ComparisonRow[] => {
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
          strategy: strategyKind(strategy),
          detail: own[0]!.detail,
          labels,
          seeds: own.length,
          accuracy: mean,
          interval,
          ...(strategy === "scratch" || gains.length < 2 ? {} : { gain: studentInterval(gains) }),
          seconds: own.reduce((sum, trial) => sum + trial.seconds, 0) / own.length,
        },
      ];
    }),
  );
}

function detailOf(strategy: Strategy, trained: readonly string[]): string {
  switch (strategyKind(strategy)) {
    case "scratch":
      return "all layers from random weights";
    case "head":
      return "new head on the frozen backbone";
    case "lastN":
      return `last ${trained.length} layers: ${trained.join(", ")}`;
  }
}

function requireSettings(seeds: number, strategies: readonly Strategy[]): void {
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
