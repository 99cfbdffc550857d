import { expect, test } from "vitest";
import { Dataset } from "./dataset";

const classes = ["a", "b", "c"];

/** One-pixel images that all differ: example `i` has the label `i % 3`. */
function dataset(size = 60): Dataset {
  return Dataset.from({
    images: Uint8Array.from({ length: size * 2 }, (_, i) => (i % 2 === 0 ? i >> 9 : (i >> 1) & 255)),
    imageShape: [1, 2, 1],
    labels: Array.from({ length: size }, (_, i) => i % 3),
    classes,
  });
}

function counts(part: Dataset): number[] {
  return classes.map((_, label) => part.labels.filter((other) => other === label).length);
}

function items(part: Dataset): string[] {
  return Array.from({ length: part.size }, (_, i) => part.itemHash(i));
}

test.each([
  [3, [1, 1, 1]],
  [30, [10, 10, 10]],
  [60, [20, 20, 20]],
])("a sample of %i labels is balanced over classes", (labels, expected) => {
  expect(counts(dataset().sample({ labels, seed: 4 }))).toEqual(expected);
});

test("where the classes don't divide the sample, their counts differ by one", () => {
  const found = counts(dataset().sample({ labels: 11, seed: 1 }));
  expect(found.reduce((a, b) => a + b)).toBe(11);
  expect(Math.max(...found) - Math.min(...found)).toBe(1);
});

test("samples are seeded and without replacement", () => {
  const one = dataset().sample({ labels: 30, seed: 1 });
  expect(dataset().sample({ labels: 30, seed: 1 }).id).toBe(one.id);
  expect(dataset().sample({ labels: 30, seed: 2 }).id).not.toBe(one.id);
  expect(new Set(items(one)).size).toBe(30);
});

test("a sample keeps image and label together", () => {
  const whole = dataset();
  const labelOf = new Map(items(whole).map((item, i) => [item, whole.labels[i]]));
  const part = whole.sample({ labels: 20, seed: 3 });
  expect(items(part).map((item) => labelOf.get(item))).toEqual([...part.labels]);
});

test("a split is stratified, disjoint and complete", () => {
  const { train, validation, test: held } = dataset().split({ validation: 0.2, test: 0.1, seed: 7 });
  expect([counts(train), counts(validation), counts(held)]).toEqual([
    [14, 14, 14],
    [4, 4, 4],
    [2, 2, 2],
  ]);
  expect(new Set([...items(train), ...items(validation), ...items(held)])).toEqual(new Set(items(dataset())));
});

test("the id follows content, labels and order", () => {
  const whole = dataset();
  expect(whole.subset(0, 60).id).toBe(dataset().id);
  expect(whole.subset(0, 59).id).not.toBe(whole.id);
  const [first, second] = [
    [0, 1, 2],
    [0, 2, 1],
  ].map((labels) => Dataset.from({ images: new Uint8Array(6), imageShape: [1, 2, 1], labels, classes }));
  expect(first!.id).not.toBe(second!.id);
  expect(whole.select([3, 0, 6]).itemHash(1)).toBe(whole.itemHash(0));
});

test.each([
  ["data/too-few", () => dataset().sample({ labels: 61 })],
  ["data/too-few", () => dataset().select([0, 3, 6, 9]).sample({ labels: 3 })],
  ["data/bad-split", () => dataset().split({ validation: 0.7, test: 0.3 })],
  ["data/index", () => dataset().select([60])],
])("refuses as %s what the dataset cannot give", (code, attempt) => {
  expect(attempt).toThrow(expect.objectContaining({ code }));
});
