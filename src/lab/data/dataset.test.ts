import { expect, test } from "vitest";
import { describe, describeVariable } from "../../shared/sessionState";
import { inspectText } from "../inspectText";
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

const mails = Dataset.fromTexts({
  texts: ["Lunch?", "You have won!", "Re: Lunch?", "Lunch?"],
  labels: [0, 1, 0, 0],
  classes: ["ham", "spam"],
  groups: ["lunch", 7, "lunch", "lunch"],
});

test("texts are examples like images, and the same text is the same item", () => {
  expect([mails.kind, mails.size, mails.text(1)]).toEqual(["text", 4, "You have won!"]);
  expect(mails.itemHash(0)).toBe(mails.itemHash(3));
  expect(mails.itemHash(0)).not.toBe(mails.itemHash(2));
  const [second, first] = [1, 0].map((i) => mails.select([3, 1]).text(i));
  expect([first, second]).toEqual(["Lunch?", "You have won!"]);
  expect(mails.select([0, 1]).id).toBe(mails.select([3, 1]).id);
});

test("groups go along with the examples", () => {
  expect(mails.groups).toEqual(["lunch", "7", "lunch", "lunch"]);
  expect(mails.select([1, 2]).groups).toEqual(["7", "lunch"]);
  expect(mails.sample({ labels: 2 }).groups!.toSorted()).toEqual(["7", "lunch"]);
  expect(dataset().select([0]).groups).toBeUndefined();
});

test("a dataset of texts says what it is", () => {
  expect(mails[inspectText]()).toBe("Dataset: 4 texts, 2 classes");
  expect(mails[describe]()).toMatchObject({ itemKind: "text", itemShape: [], classCounts: [3, 1] });
  expect(mails[describeVariable]()).toMatchObject({ shape: [4], dtype: "string", preview: "2 classes: ham, spam" });
  expect(dataset()[describe]()).toMatchObject({ itemKind: "image", itemShape: [1, 2, 1] });
  expect(dataset()[describeVariable]()).toMatchObject({ shape: [60, 1, 2, 1], dtype: "uint8", bytes: 120 });
});

test("class weights make all classes that occur count alike, with a mean of 1 over the examples", () => {
  const weights = Dataset.fromTexts({
    texts: ["", "", "", ""],
    labels: [0, 0, 0, 2],
    classes: ["many", "none", "one"],
  }).classWeights();
  expect(weights).toEqual([4 / (2 * 3), 0, 4 / 2]);
  expect(mails.classWeights()).toEqual([4 / (2 * 3), 4 / 2]);
});

const texts = ["a", "b"];
test.each([
  ["data/too-few", () => dataset().sample({ labels: 61 })],
  ["data/too-few", () => dataset().select([0, 3, 6, 9]).sample({ labels: 3 })],
  ["data/bad-split", () => dataset().split({ validation: 0.7, test: 0.3 })],
  ["data/index", () => dataset().select([60])],
  ["data/not-images", () => mails.image(0)],
  ["data/not-images", () => mails.imageShape],
  ["data/not-images", () => mails.resize({ height: 2, width: 2 })],
  ["data/not-images", () => mails.augment({ views: 2 })],
  ["data/not-images", () => mails.map((image) => image)],
  ["data/not-text", () => dataset().text(0)],
  ["data/label-count", () => Dataset.fromTexts({ texts, labels: [0], classes })],
  ["data/unknown-label", () => Dataset.fromTexts({ texts, labels: [0, 3], classes })],
  ["data/group-count", () => Dataset.fromTexts({ texts, labels: [0, 1], classes, groups: ["x"] })],
])("refuses as %s what the dataset cannot give", (code, attempt) => {
  expect(attempt).toThrow(expect.objectContaining({ code }));
});
