import { GraftError } from "../../shared/graftError";
import { Rng } from "../../shared/rng";

/** Which examples `Dataset.sample` draws. */
export interface SampleOptions {
  /** How many labelled examples in total, e.g. 50 for five of each of ten digits. */
  readonly labels: number;
  /** Same seed, same examples. Default 0. */
  readonly seed?: number;
  /** Default true: the same number of examples of each class (they differ by at most one). */
  readonly stratify?: boolean;
}

/** Indices of a seeded sample without replacement, in random order. Stratified: class counts differ by at most one. */
export function sampleIndices(labels: Int32Array, classes: readonly string[], options: SampleOptions): number[] {
  const wanted = options.labels;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > labels.length) {
    throw new GraftError({
      code: "data/too-few",
      expected: `a number of labels from 1 to ${labels.length}, the size of the dataset`,
      found: String(wanted),
      remedy: "Ask for fewer labels, or sample from a larger dataset",
    });
  }
  const rng = new Rng(options.seed ?? 0);
  const order = [...rng.permutation(labels.length)];
  if (options.stratify === false) return order.slice(0, wanted);

  // Where the total is no multiple of the number of classes, which classes get one more is drawn too.
  const quota = new Array<number>(classes.length).fill(Math.floor(wanted / classes.length));
  for (const label of [...rng.permutation(classes.length)].slice(0, wanted % classes.length)) quota[label]! += 1;
  const picked = order.filter((index) => quota[labels[index]!]!-- > 0);
  const short = quota.findIndex((missing) => missing > 0);
  if (short >= 0) {
    throw new GraftError({
      code: "data/too-few",
      expected: `${Math.ceil(wanted / classes.length)} examples of each class for ${wanted} labels`,
      found: `too few of "${classes[short]!}"`,
      remedy: "Ask for fewer labels, or pass stratify: false",
    });
  }
  return picked;
}
