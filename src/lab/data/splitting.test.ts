import { expect, test } from "vitest";
import { Rng } from "../../shared/rng";
import { Dataset, type DatasetSplit } from "./dataset";

const classes = ["common", "seldom", "rare"];

/** Groups of 1 to `most` examples that are mostly of one class; classes are 70 %, 25 % and 5 % of them. */
function patients(count: number, most: number, seed = 3): Dataset {
  const rng = new Rng(seed);
  const labels: number[] = [];
  const groups: string[] = [];
  for (let group = 0; group < count; group++) {
    const draw = rng.uniform();
    const usual = draw < 0.7 ? 0 : draw < 0.95 ? 1 : 2;
    for (let i = 1 + rng.below(most); i > 0; i--) {
      labels.push(rng.uniform() < 0.9 ? usual : rng.below(3));
      groups.push(`patient ${group}`);
    }
  }
  // Examples of a group do not lie beside each other.
  const order = [...rng.permutation(labels.length)];
  return Dataset.fromTexts({
    texts: order.map(String),
    labels: order.map((i) => labels[i]!),
    groups: order.map((i) => groups[i]!),
    classes,
  });
}

const partsOf = ({ train, validation, test: held }: DatasetSplit): Dataset[] => [train, validation, held];
const shares = (part: Dataset): number[] =>
  classes.map((_, label) => part.labels.filter((other) => other === label).length / part.size);

function textsOf(dataset: Dataset): string[] {
  return Array.from({ length: dataset.size }, (_, i) => dataset.text(i));
}

function expectWholeGroups(parts: readonly Dataset[], whole: Dataset): void {
  const groups = parts.map((part) => new Set(part.groups));
  expect(groups.reduce((sum, { size }) => sum + size, 0)).toBe(new Set(whole.groups).size);
  expect(parts.flatMap(textsOf).sort()).toEqual(textsOf(whole).sort());
}

test.each([1, 2, 3])(
  "a split divides no group, is complete and nearly as stratified as one by example (seed %i)",
  (seed) => {
    const whole = patients(300, 8, seed);
    const split = whole.split({ validation: 0.2, test: 0.1, seed });
    expectWholeGroups(partsOf(split), whole);
    expect(split.reached.validation).toBeCloseTo(0.2, 2);
    expect(split.reached.test).toBeCloseTo(0.1, 2);
    for (const part of partsOf(split)) {
      shares(part).forEach((share, label) => expect(Math.abs(share - shares(whole)[label]!)).toBeLessThan(0.01));
    }
    const { asked, reached } = split.reached.furthest!;
    expect(Math.abs(asked - reached)).toBeLessThan(0.03);
  },
);

test("where groups are large the split says how far it is from what was asked for", () => {
  const whole = Dataset.fromTexts({
    texts: Array.from({ length: 100 }, (_, i) => String(i)),
    // The rare class is one patient's.
    labels: Array.from({ length: 100 }, (_, i) => (i < 10 ? 1 : 0)),
    groups: Array.from({ length: 100 }, (_, i) => Math.floor(i / 10)),
    classes: ["common", "rare"],
  });
  const { reached, train, validation } = whole.split({ validation: 0.2, seed: 1 });
  expect([train.size, validation.size]).toEqual([80, 20]);
  expect(reached).toEqual({
    validation: 0.2,
    test: 0,
    furthest: { class: "rare", part: "validation", asked: 0.2, reached: 0 },
  });
});

test("every part that is asked for gets a group, however large the groups are", () => {
  const whole = Dataset.fromTexts({
    texts: ["a", "b", "c", "d", "e", "f"],
    labels: [0, 0, 0, 0, 0, 0],
    groups: ["x", "x", "y", "y", "z", "z"],
    classes: ["one"],
  });
  const split = whole.split({ validation: 0.1, test: 0.1 });
  expect(partsOf(split).map(({ size }) => size)).toEqual([2, 2, 2]);
  expect(whole.split({ validation: 0.3 }).test.size).toBe(0);
});

test("group: false divides groups, and stratifies exactly", () => {
  const whole = patients(60, 8);
  const { validation } = whole.split({ validation: 0.25, group: false });
  const counts = (part: Dataset) => classes.map((_, label) => part.labels.filter((other) => other === label).length);
  expect(counts(validation)).toEqual(counts(whole).map((count) => Math.round(0.25 * count)));
});

test("same seed, same parts, by group too", () => {
  const ids = (seed: number) => partsOf(patients(100, 5).split({ seed })).map(({ id }) => id);
  expect(ids(4)).toEqual(ids(4));
  expect(ids(5)).not.toEqual(ids(4));
});

test.each([{ group: true }, { group: false }, { group: true, stratify: false }])(
  "folds validate every example once, %o",
  ({ group, stratify = true }) => {
    const whole = patients(200, 4);
    const folds = whole.folds(5, { group, stratify, seed: 2 });
    expect(folds.flatMap(({ validation }) => textsOf(validation)).sort()).toEqual(textsOf(whole).sort());
    for (const { train, validation } of folds) {
      expect([...textsOf(train), ...textsOf(validation)].sort()).toEqual(textsOf(whole).sort());
      if (group) expectWholeGroups([train, validation], whole);
      if (!stratify) continue;
      shares(validation).forEach((share, label) => expect(Math.abs(share - shares(whole)[label]!)).toBeLessThan(0.02));
    }
    const sizes = folds.map(({ validation }) => validation.size);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(group ? 4 : 1);
  },
);

test("an empty dataset splits into empty parts", () => {
  const { train, reached } = patients(3, 2).select([]).split({ group: false });
  expect([train.size, reached]).toEqual([0, { validation: 0, test: 0, furthest: undefined }]);
});

const alone = Dataset.fromTexts({ texts: ["a", "b", "c"], labels: [0, 1, 0], classes });
const pair = Dataset.fromTexts({ texts: ["a", "b", "c"], labels: [0, 1, 0], groups: [7, 7, 8], classes });

test.each<[string, () => unknown]>([
  ["data/no-groups", () => alone.split({ group: true })],
  ["data/no-groups", () => alone.folds(2, { group: true })],
  ["data/few-groups", () => pair.split({ validation: 0.2, test: 0.2 })],
  ["data/few-groups", () => pair.folds(3)],
  ["data/folds", () => alone.folds(4)],
  ["data/folds", () => alone.folds(1)],
  ["data/folds", () => alone.folds(2.5)],
])("refuses as %s what cannot be divided so", (code, attempt) => {
  expect(attempt).toThrow(expect.objectContaining({ code }));
});
