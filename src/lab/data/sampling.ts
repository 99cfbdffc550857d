import { GraftError } from "../../shared/graftError";
import { Rng } from "../../shared/rng";

interface Sampling {
  readonly labels: number;
  readonly seed?: number;
  readonly stratify?: boolean;
}

/** Indices of a seeded sample without replacement, in random order. Stratified: class counts differ by at most one. */
export function sampleIndices(labels: Int32Array, classes: readonly string[], options: Sampling): number[] {
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

interface Splitting {
  readonly validation?: number;
  readonly test?: number;
  readonly seed?: number;
  readonly stratify?: boolean;
}

/** Disjoint index lists that cover the dataset. */
export function splitIndices(
  labels: Int32Array,
  classCount: number,
  options: Splitting,
): { readonly train: number[]; readonly validation: number[]; readonly test: number[] } {
  const validationPart = options.validation ?? 0.2;
  const testPart = options.test ?? 0;
  if (!(validationPart >= 0 && testPart >= 0 && validationPart + testPart < 1)) {
    throw new GraftError({
      code: "data/bad-split",
      expected: "parts for validation and test that are at least 0 and together below 1",
      found: `validation ${validationPart}, test ${testPart}`,
      remedy: "Give fractions, e.g. { validation: 0.2, test: 0.2 }",
    });
  }
  const order = [...new Rng(options.seed ?? 0).permutation(labels.length)];
  const groups =
    options.stratify === false
      ? [order]
      : Array.from({ length: classCount }, (_, label) => order.filter((index) => labels[index] === label));
  const parts = { train: [] as number[], validation: [] as number[], test: [] as number[] };
  for (const group of groups) {
    const test = Math.round(group.length * testPart);
    const validation = Math.round(group.length * validationPart);
    parts.test.push(...group.slice(0, test));
    parts.validation.push(...group.slice(test, test + validation));
    parts.train.push(...group.slice(test + validation));
  }
  return parts;
}
