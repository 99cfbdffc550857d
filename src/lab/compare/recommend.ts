import type { Backbone } from "../backbone/backbone";
import type { Dataset } from "../data/dataset";
import { inspectText } from "../inspectText";
import { GraftError, InterruptedError } from "../../shared/graftError";
import { Rng } from "../../shared/rng";
import { type Depth, defaultLayers, depthTable, layersOf } from "../strategies/defaultLayers";
import { currentRuntime } from "../train/currentRuntime";
import { graftOn } from "../train/graft";
import type { LabRuntime } from "../train/labRuntime";
import { type LayerSelection, selectLayers } from "../train/layerSelection";
import { coreOf } from "../train/modelCore";
import { ProgressReport } from "../train/progressReport";
import { accuracyOn } from "./compareStrategies";
import { normalStrategy, type Strategy, trainBy } from "./strategy";
import { studentInterval } from "./studentInterval";

/** How much is measured before something is recommended. */
export interface RecommendOptions {
  /** Time for the comparison; the first round is finished in any case. Default 60. */
  readonly seconds?: number;
  /** Rounds, each with another part held out; at least 2. Default 3. */
  readonly folds?: number;
  /** Of the examples in each part, and of the trainings. Default 0. */
  readonly seed?: number;
}

/** One candidate as it did in the comparison. */
export interface RecommendationRow {
  /** `"head"`, `"last block"`, `"last half"` or `"all layers"`. */
  readonly depth: Depth;
  readonly strategy: Strategy;
  /** Accuracy on the held-out part of each round. */
  readonly accuracies: readonly number[];
  readonly accuracy: number;
  /** Mean seconds of one training. */
  readonly seconds: number;
}

/** What to do with this many labels, and what that rests on. */
export interface Recommendation {
  /** As `compareStrategies` takes it: `"head"`, `{ lastLayers: 4 }` or `{ all: true }`. */
  readonly strategy: Strategy;
  /** How many layers to train, counted from the head. */
  readonly lastLayers: number;
  /** Why, in words, and the code to run. */
  readonly text: string;
  readonly evidence: readonly RecommendationRow[];
}

/** More examples than this are not compared on: a sample of them says enough. */
const mostExamples = 2000;

/**
 * How many layers of a backbone to train on a dataset. A rule of thumb by the number of labels a class (below 5 the head alone, below 50 also the layer before it,
 * below 500 the last half, from there on all; Bishop & Bishop 2024, section 6.3.4) names a candidate; a short cross-validation
 * holds it against its neighbours in that table. Another one is recommended only where it was better by more than the rounds differ among themselves.
 *
 * @throws GraftError `recommend/folds`, `recommend/seconds`, `recommend/too-few` when a class has fewer examples than folds, and what models throw.
 * InterruptedError after an interrupt.
 * @example
 * ```ts
 * import { backbones, datasets, recommend } from "graft";
 *
 * const digits = await datasets.mnist();
 * const backbone = await backbones.load("fashion-cnn");
 * const { strategy, text } = await recommend(backbone, digits.train.sample({ labels: 40 }), { seconds: 5, folds: 2 });
 * console.log(strategy, text);
 * ```
 */
export function recommend(
  backbone: Backbone,
  dataset: Dataset,
  options: RecommendOptions = {},
): Promise<Recommendation> {
  return recommendOn(currentRuntime(), backbone, dataset, options);
}

/** `recommend` with an engine and a feature store of one's own. */
export async function recommendOn(
  runtime: LabRuntime,
  backbone: Backbone,
  dataset: Dataset,
  { seconds = 60, folds = 3, seed = 0 }: RecommendOptions = {},
): Promise<Recommendation> {
  requireOptions(seconds, folds);
  const { graph, featureLayer } = coreOf(graftOn(runtime, backbone, { classes: dataset.classes, checkpoints: false }));
  const rule = defaultLayers(graph, featureLayer, dataset);
  const candidates = neighbours(rule.depth).map((depth): Candidate => {
    const selection = layersOf(graph, featureLayer, depth);
    return { depth, selection, strategy: depth === "head" ? "head" : selection, trials: [] };
  });
  const sampled = dataset.size > mostExamples;
  const compared = sampled ? dataset.sample({ labels: mostExamples, seed, stratify: false }) : dataset;
  const rounds = stratifiedFolds(compared, folds, seed);
  const done = await crossValidate(runtime, backbone, { candidates, rounds, seconds, seed });

  const evidence = candidates.map(({ depth, strategy, trials }): RecommendationRow => {
    const accuracies = trials.map(({ accuracy }) => accuracy);
    return {
      depth,
      strategy,
      accuracies,
      accuracy: mean(accuracies),
      seconds: mean(trials.map((trial) => trial.seconds)),
    };
  });
  const { ruled, best, chosen } = chosenAmong(evidence, rule.depth);
  const { selection } = candidates.find(({ depth }) => depth === chosen.depth)!;
  const measured = evidence.map((row) => `${row.depth} ${percent(row.accuracy)}`).join(", ");
  const on = sampled ? `a sample of ${mostExamples} of the examples` : "these examples";
  const verdict =
    chosen === ruled
      ? best === ruled
        ? "which bears the rule out"
        : `of which ${best.depth} is ahead by no more than chance may do, so the rule stands`
      : `so ${chosen.depth} goes before the rule`;
  const text = [
    rule.reason,
    `${done === 1 ? "One round" : `${done} rounds`} of cross-validation on ${on} gave an accuracy of ${measured}, ${verdict}.`,
    `Recommended: ${codeOf(chosen.strategy)}.`,
  ].join(" ");
  const result = { strategy: chosen.strategy, lastLayers: selectLayers(graph, selection).length, text, evidence };
  return Object.defineProperty(result, inspectText, { value: () => text });
}

interface Candidate {
  readonly depth: Depth;
  readonly selection: LayerSelection;
  readonly strategy: Strategy;
  readonly trials: { readonly accuracy: number; readonly seconds: number }[];
}

interface Rounds {
  readonly candidates: readonly Candidate[];
  readonly rounds: readonly { readonly train: Dataset; readonly held: Dataset }[];
  readonly seconds: number;
  readonly seed: number;
}

/** Only whole rounds count, in which all candidates had the same examples. Answers how many there were. */
async function crossValidate(
  runtime: LabRuntime,
  backbone: Backbone,
  { candidates, rounds, seconds, seed }: Rounds,
): Promise<number> {
  const progress = new ProgressReport("Comparing how many layers to train");
  const started = performance.now();
  let done = 0;
  try {
    for (const { train, held } of rounds) {
      for (const [i, { depth, strategy, trials }] of candidates.entries()) {
        if (runtime.interrupted) throw new InterruptedError();
        progress.update((done + i / candidates.length) / rounds.length, `round ${done + 1}/${rounds.length}, ${depth}`);
        const from = performance.now();
        const model = await trainBy(normalStrategy(strategy), runtime, backbone, train, seed);
        const took = (performance.now() - from) / 1000;
        trials.push({ accuracy: await accuracyOn(runtime, model, held), seconds: took });
      }
      done += 1;
      const elapsed = (performance.now() - started) / 1000;
      // The next round takes about as long as those before.
      if (elapsed + elapsed / done > seconds) break;
    }
    return done;
  } finally {
    progress.end(`${done} of ${rounds.length} rounds`);
  }
}

/** The depth of the rule with the next smaller and the next larger one. */
function neighbours(depth: Depth): readonly Depth[] {
  const place = depthTable.findIndex((row) => row.depth === depth);
  return depthTable.slice(Math.max(0, place - 1), place + 2).map((row) => row.depth);
}

/** The rule's candidate stands unless the best one is clearly better. */
export function chosenAmong(evidence: readonly RecommendationRow[], rule: Depth) {
  const ruled = evidence.find(({ depth }) => depth === rule)!;
  const best = evidence.reduce((a, b) => (b.accuracy > a.accuracy ? b : a), ruled);
  return { ruled, best, chosen: clearlyBetter(best, ruled) ? best : ruled };
}

/** By the paired differences of the rounds: their 95 % interval lies above 0. One round proves nothing. */
function clearlyBetter(best: RecommendationRow, ruled: RecommendationRow): boolean {
  if (best === ruled || best.accuracies.length < 2) return false;
  const differences = best.accuracies.map((accuracy, i) => accuracy - ruled.accuracies[i]!);
  return studentInterval(differences).interval[0] > 0;
}

/** Parts of equal size in which the classes are as in the whole; each is held out once. */
function stratifiedFolds(dataset: Dataset, folds: number, seed: number): Rounds["rounds"] {
  const order = [...new Rng(seed).permutation(dataset.size)];
  const foldOf = new Int32Array(dataset.size);
  dataset.classes.forEach((name, label) => {
    const own = order.filter((index) => dataset.labels[index] === label);
    if (own.length > 0 && own.length < folds) {
      throw new GraftError({
        code: "recommend/too-few",
        expected: `at least ${folds} examples of each class, one for each round`,
        found: `${own.length} of "${name}"`,
        remedy: `Give more examples, or fewer folds (at least 2)`,
      });
    }
    own.forEach((index, i) => (foldOf[index] = i % folds));
  });
  const select = (fits: (fold: number) => boolean) => dataset.select(order.filter((index) => fits(foldOf[index]!)));
  return Array.from({ length: folds }, (_, held) => ({
    train: select((fold) => fold !== held),
    held: select((fold) => fold === held),
  }));
}

function requireOptions(seconds: number, folds: number): void {
  if (!Number.isInteger(folds) || folds < 2) {
    throw new GraftError({
      code: "recommend/folds",
      expected: "a whole number of folds, at least 2",
      found: String(folds),
      remedy: "3 is usual here",
    });
  }
  if (!(seconds > 0)) {
    throw new GraftError({
      code: "recommend/seconds",
      expected: "a time above 0 seconds",
      found: String(seconds),
      remedy: "Give the time that the comparison may take, e.g. { seconds: 60 }",
    });
  }
}

function codeOf(strategy: Strategy): string {
  if (strategy === "head") return "model.trainHead(train)";
  const selection =
    "all" in (strategy as object)
      ? "{ all: true }"
      : `{ lastLayers: ${(strategy as { lastLayers: number }).lastLayers} }`;
  return `model.linearProbeThenFineTune(train, ${selection})`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
