/** Dividing a dataset into disjoint parts, by example or by group. */
import { GraftError } from "../../shared/graftError";
import { Rng } from "../../shared/rng";
import type { Labelled } from "./datasetParts";
import { dealGroups } from "./dealGroups";

/** How `Dataset.folds` divides. */
export interface FoldOptions {
  /** Same seed, same parts. Default 0. */
  readonly seed?: number;
  /** Default true: every part has the classes in the same proportions, or as nearly so as whole groups allow. */
  readonly stratify?: boolean;
  /** Whether examples of one group stay together. Default true where the dataset has `groups`. */
  readonly group?: boolean;
}

/** How `Dataset.split` divides. */
export interface SplitOptions extends FoldOptions {
  /** Parts of the dataset that go to `validation` and to `test`, each in [0, 1). Default 0.2 and 0. */
  readonly validation?: number;
  readonly test?: number;
}

/** What a split came to: whole groups and few examples keep it from what was asked for. */
export interface SplitReached {
  /** Parts of the examples that are in `validation` and in `test`, in [0, 1]. */
  readonly validation: number;
  readonly test: number;
  /** Of all classes and parts the one that is furthest from what was asked for; undefined where there are no examples. */
  readonly furthest: SplitShare | undefined;
}

/** How much of a class lies in a part, as fractions of the class's examples. */
export interface SplitShare {
  readonly class: string;
  readonly part: "train" | "validation" | "test";
  readonly asked: number;
  readonly reached: number;
}

interface PartIndices {
  readonly train: number[];
  readonly validation: number[];
  readonly test: number[];
}

/** Disjoint index lists that cover the dataset. @throws GraftError `data/bad-split`, `data/no-groups`, `data/few-groups`. */
export function splitIndices(
  labelled: Labelled,
  options: SplitOptions,
): PartIndices & { readonly reached: SplitReached } {
  const { validation = 0.2, test = 0, seed = 0 } = options;
  if (!(validation >= 0 && test >= 0 && validation + test < 1)) {
    throw new GraftError({
      code: "data/bad-split",
      expected: "parts for validation and test that are at least 0 and together below 1",
      found: `validation ${validation}, test ${test}`,
      remedy: "Give fractions, e.g. { validation: 0.2, test: 0.2 }",
    });
  }
  const fractions = { train: 1 - (validation + test), validation, test };
  const groups = groupsOf(labelled, options);
  const strata = strataOf(labelled, options);
  const rng = new Rng(seed);
  const parts = groups
    ? splitGroups(dealGroups(groups, strata, Object.values(fractions), rng))
    : splitExamples(strata, fractions, rng);
  return { ...parts, reached: reachedBy(parts, labelled, fractions) };
}

/** The examples of each fold, ascending. @throws GraftError `data/folds`, `data/no-groups`, `data/few-groups`. */
export function foldIndices(labelled: Labelled, count: number, options: FoldOptions): number[][] {
  const size = labelled.labels.length;
  if (!Number.isInteger(count) || count < 2 || count > size) {
    throw new GraftError({
      code: "data/folds",
      expected: `a whole number of folds from 2 to ${size}, the number of examples`,
      found: String(count),
      remedy: "Give 5 or 10, as is usual",
    });
  }
  const groups = groupsOf(labelled, options);
  const strata = strataOf(labelled, options);
  const rng = new Rng(options.seed ?? 0);
  const folds = groups
    ? dealGroups(groups, strata, new Array<number>(count).fill(1 / count), rng)
    : dealExamples(strata, count, rng);
  const indices = Array.from({ length: count }, (): number[] => []);
  folds.forEach((fold, index) => indices[fold]!.push(index));
  return indices;
}

function groupsOf({ groups }: Labelled, { group = groups !== undefined }: FoldOptions): readonly string[] | undefined {
  if (!group) return undefined;
  if (groups !== undefined) return groups;
  throw new GraftError({
    code: "data/no-groups",
    expected: "a dataset that knows which examples belong together",
    found: "one without groups",
    remedy: "Give groups where the dataset is made, e.g. Dataset.from({ …, groups }), or leave group out",
  });
}

/** `[n]`: the labels, or one stratum of all. */
function strataOf({ labels }: Labelled, { stratify = true }: FoldOptions): Int32Array {
  return stratify ? labels : new Int32Array(labels.length);
}

/** Of each stratum the first of a random order are tested on, the next validated. */
function splitExamples(
  strata: Int32Array,
  fractions: Readonly<Record<keyof PartIndices, number>>,
  rng: Rng,
): PartIndices {
  const parts: PartIndices = { train: [], validation: [], test: [] };
  for (const examples of shuffledStrata(strata, rng)) {
    const test = Math.round(examples.length * fractions.test);
    const validation = Math.round(examples.length * fractions.validation);
    parts.test.push(...examples.slice(0, test));
    parts.validation.push(...examples.slice(test, test + validation));
    parts.train.push(...examples.slice(test + validation));
  }
  return parts;
}

function splitGroups(parts: Int32Array): PartIndices {
  const of = (part: number) => [...parts.keys()].filter((index) => parts[index] === part);
  return { train: of(0), validation: of(1), test: of(2) };
}

/** Each stratum goes on where the one before it stopped, so the folds differ by at most one example in each stratum and in all. */
function dealExamples(strata: Int32Array, count: number, rng: Rng): Int32Array {
  const folds = new Int32Array(strata.length);
  shuffledStrata(strata, rng)
    .flat()
    .forEach((index, place) => (folds[index] = place % count));
  return folds;
}

/** Ascending by stratum. */
function shuffledStrata(strata: Int32Array, rng: Rng): number[][] {
  const count = strata.reduce((most, stratum) => Math.max(most, stratum + 1), 0);
  const examples = Array.from({ length: count }, (): number[] => []);
  for (const index of rng.permutation(strata.length)) examples[strata[index]!]!.push(index);
  return examples;
}

function reachedBy(
  parts: PartIndices,
  { labels, classes }: Labelled,
  asked: Readonly<Record<keyof PartIndices, number>>,
): SplitReached {
  const whole = countsOf(labels, classes.length);
  const shares = (["train", "validation", "test"] as const).flatMap((part) => {
    const counts = countsOf(
      parts[part].map((index) => labels[index]!),
      classes.length,
    );
    return classes
      .map((name, label): SplitShare => ({
        class: name,
        part,
        asked: asked[part],
        reached: counts[label]! / whole[label]!,
      }))
      .filter((_, label) => whole[label]! > 0);
  });
  const distance = (share: SplitShare | undefined) => (share ? Math.abs(share.reached - share.asked) : -1);
  return {
    validation: parts.validation.length / Math.max(1, labels.length),
    test: parts.test.length / Math.max(1, labels.length),
    furthest: shares.reduce<SplitShare | undefined>(
      (most, share) => (distance(share) > distance(most) ? share : most),
      undefined,
    ),
  };
}

function countsOf(labels: Iterable<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]! += 1;
  return counts;
}
