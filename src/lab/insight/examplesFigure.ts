import type { ExamplesFigure } from "../../shared/figures/examplesFigure";
import { Rng } from "../../shared/rng";
import { type JudgedExamples, requireCount, requireExamples } from "./judgement";
import { picturedExample } from "./pictureOf";

/** Which examples `show.examples` shows. */
export interface ShowExamplesOptions {
  /** Default: about 24, equally many of each class. At most 200. */
  readonly count?: number;
  /** Same seed, same examples. Default 0. */
  readonly seed?: number;
  /** Default "Examples". */
  readonly title?: string;
}

const MAXIMUM = 200;
const USUAL = 24;

/** One of each class after the other until there are enough, so that a class with few examples leaves its place to the rest. */
export function examplesFigure(
  dataset: JudgedExamples,
  { count, seed = 0, title = "Examples" }: ShowExamplesOptions,
): ExamplesFigure {
  requireExamples(dataset);
  const { classes, labels, size } = dataset;
  const order = [...new Rng(seed).permutation(size)];
  const byClass = classes.map((_, c) => order.filter((i) => labels[i] === c));
  const present = byClass.filter(({ length }) => length > 0).length;
  const wanted = requireCount(count ?? Math.max(1, Math.floor(USUAL / present)) * Math.min(present, USUAL), MAXIMUM);
  const rounds = Array.from({ length: Math.max(...byClass.map(({ length }) => length)) }, (_, round) =>
    byClass.flatMap((members) => members.slice(round, round + 1)),
  );
  const chosen = rounds.flat().slice(0, wanted);
  return {
    kind: "examples",
    title,
    of: size,
    classes: present,
    seed,
    examples: chosen
      .toSorted((a, b) => labels[a]! - labels[b]! || a - b)
      .map((i) => ({ ...picturedExample(dataset, i), labelled: classes[labels[i]!]! })),
    live: false,
  };
}
