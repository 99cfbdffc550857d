import { expect, test } from "vitest";
import { InterruptedError } from "../../../shared/graftError";
import { labHost } from "../../../shared/labHost";
import { Rng } from "../../../shared/rng";
import { Dataset } from "../dataset";
import type { RawImage } from "../joinedImages";
import { mnist } from "../mnist";
import { BitSetSearch } from "./bitSets";
import { nearDuplicates, type NearDuplicate } from "./nearDuplicates";
import { ShingleSearch, shinglesOf } from "./shingles";

const digits = await mnist();

type Change = (image: RawImage) => RawImage;

/** Pixels that come in from outside are as the edge. */
const shifted =
  (down: number, right: number): Change =>
  ({ data, height, width, channels }) => {
    const within = (place: number, side: number) => Math.max(0, Math.min(side - 1, place));
    const from = (i: number) => {
      const [row, column] = [Math.floor(i / channels / width), Math.floor(i / channels) % width];
      return (within(row - down, height) * width + within(column - right, width)) * channels + (i % channels);
    };
    return { height, width, channels, data: data.map((_, i) => data[from(i)]!) };
  };
const each =
  (byte: (byte: number) => number): Change =>
  (image) => ({ ...image, data: new Uint8Array(Uint8ClampedArray.from(image.data, byte).buffer) });
/** As a lossy format leaves it. */
const encodedAgain: Change = (image) => {
  const rng = new Rng(image.data[400]!);
  return each((byte) => byte + 12 * rng.uniform() - 6)(image);
};
const turned: Change = ({ data, height, width, channels }) => ({
  ...{ height, width, channels },
  data: data.map((_, i) => data[(i % width) * width + (height - 1 - Math.floor(i / width))]!),
});
const inColour: Change = ({ data }) => ({
  height: 28,
  width: 28,
  channels: 3,
  data: Uint8Array.from({ length: 2352 }, (_, i) => data[Math.floor(i / 3)]!),
});

const some = digits.train.subset(100, 200);
const everyOne = Array.from({ length: some.size }, (_, i) => [i, i]);
const pairsOf = (found: readonly NearDuplicate[]): number[][] =>
  found.map(({ a, b }) => [a, b]).sort((x, y) => x[0]! - y[0]! || x[1]! - y[1]!);

test.each<[string, Change]>([
  ["themselves", (image) => image],
  ["encoded again", encodedAgain],
  ["brighter", each((byte) => 1.3 * byte + 10)],
  ["darker", each((byte) => 0.6 * byte)],
  ["a pixel down", shifted(1, 0)],
  ["a pixel up and to the right", shifted(-1, 1)],
  ["in colour", inColour],
  [
    "shifted, brighter and encoded again",
    (image) => encodedAgain(each((byte) => 1.1 * byte + 10)(shifted(1, -1)(image))),
  ],
])("images that are %s are found, each by its own alone", (_, change) => {
  expect(pairsOf(nearDuplicates(some, some.map(change)))).toEqual(everyOne);
});

test("images that are turned, or others of the same class, are not", () => {
  const eights = (of: Dataset) => of.select([...of.labels.keys()].filter((i) => of.labels[i] === 8));
  expect(nearDuplicates(eights(some), eights(some).map(turned))).toEqual([]);
  expect(nearDuplicates(eights(digits.train), eights(digits.test))).toEqual([]);
});

test("a dataset with itself: each pair once, and no example with itself", () => {
  const twice = digits.train.select([3, 9, 3, 4, 9]);
  const found = nearDuplicates(twice, twice);
  expect(pairsOf(found)).toEqual([
    [0, 2],
    [1, 4],
  ]);
  for (const { similarity } of found) expect(similarity).toBeCloseTo(1, 9);
});

test("flat images are alike, and nothing else is like them", () => {
  const flat = (byte: number) => ({ height: 28, width: 28, channels: 1, data: new Uint8Array(784).fill(byte) });
  const blanks = Dataset.fromImages([flat(0), flat(200)], { labels: [0, 0], classes: ["blank", "digit"] });
  expect(pairsOf(nearDuplicates(blanks, blanks))).toEqual([[0, 1]]);
  expect(nearDuplicates(blanks, digits.test.subset(0, 200), { threshold: 0.1 })).toEqual([]);
});

test("what leaked among 10,000 images is found, in seconds", () => {
  const train = digits.train.subset(0, 9500);
  const leaked = [7000, 11, 4321];
  const held = digits.test.subset(0, 497);
  const mixed = Dataset.fromImages(
    [
      ...Array.from({ length: held.size }, (_, i) => held.image(i)),
      ...leaked.map((i) => train.map(shifted(0, 1)).image(i)),
    ].map((data) => ({ height: 28, width: 28, channels: 1, data })),
    { labels: new Uint8Array(500), classes: train.classes },
  );
  const started = process.cpuUsage();
  const found = nearDuplicates(mixed, train, { threshold: 0.995 });
  expect(pairsOf(found)).toEqual(leaked.map((b, i) => [497 + i, b]));
  expect(process.cpuUsage(started).user / 1e6).toBeLessThan(5);
});

/** Every pair, by the definition. */
function plainPairs<T>(as: readonly ReadonlySet<T>[], bs: readonly ReadonlySet<T>[], threshold: number): string[] {
  return as.flatMap((a, i) =>
    bs.flatMap((b, j) => {
      const common = [...a].filter((member) => b.has(member)).length;
      const similarity = common / (a.size + b.size - common);
      return similarity >= threshold ? [`${i} ${j} ${similarity}`] : [];
    }),
  );
}

test.each([0.3, 0.5, 0.8, 1])("the search of hashes finds what comparing all pairs finds, from %d on", (threshold) => {
  const rng = new Rng(9);
  const words = 5;
  // Each is a variation of one of ten.
  const bits = new Uint32Array(200 * words);
  const models = Array.from({ length: 10 * words }, () => rng.uint32() & rng.uint32());
  bits.forEach((_, i) => {
    const flips = rng.uint32() & rng.uint32() & rng.uint32() & rng.uint32();
    bits[i] =
      models[(Math.floor(i / words) % 10) * words + (i % words)]! ^ (Math.floor(i / words) % 3 === 0 ? flips : 0);
  });
  const sets = Array.from({ length: 200 }, (_, set) => {
    const own = bits.subarray(set * words, (set + 1) * words);
    return new Set(
      Array.from({ length: 32 * words }, (__, bit) => bit).filter((bit) => (own[bit >>> 5]! >>> (bit & 31)) & 1),
    );
  });
  const search = new BitSetSearch({ words, bits: bits.slice(0, 120 * words) }, threshold);
  const found = sets.slice(120).flatMap((_, i) => {
    const pairs: [number, string][] = [];
    search.find(bits.subarray((120 + i) * words, (121 + i) * words), (j, similarity) =>
      pairs.push([j, `${i} ${j} ${similarity}`]),
    );
    return pairs.sort((x, y) => x[0] - y[0]).map(([, pair]) => pair);
  });
  const expected = plainPairs(sets.slice(120), sets.slice(0, 120), threshold);
  expect(expected.length).toBeGreaterThan(100);
  expect(found).toEqual(expected);
});

const vocabulary = Array.from({ length: 60 }, (_, i) => `word${i}`);

/** Lines of eight words; `seed` is what they say. */
function mail(seed: number, lines = 12): string[] {
  const rng = new Rng(seed);
  return Array.from({ length: lines }, () => Array.from({ length: 8 }, () => vocabulary[rng.below(60)]!).join(" "));
}

function mails(texts: readonly string[]): Dataset {
  return Dataset.fromTexts({ texts, labels: texts.map(() => 0), classes: ["ham", "spam"] });
}

test("texts with a changed line are found, others are not", () => {
  const originals = Array.from({ length: 50 }, (_, i) => mail(i));
  const changed = originals.map((lines, i) => lines.toSpliced(i % 12, 1, ...mail(1000 + i, 1)).join("\n"));
  const found = nearDuplicates(mails(originals.map((lines) => lines.join("\n"))), mails(changed));
  expect(pairsOf(found)).toEqual(originals.map((_, i) => [i, i]));
  expect(Math.min(...found.map(({ similarity }) => similarity))).toBeGreaterThan(0.7);
});

test("case, punctuation and line breaks do not count; short and empty texts are texts", () => {
  const found = nearDuplicates(
    mails(["Free money, NOW!", "Hi", "", "a b"]),
    mails(["free\nmoney now", "hi!", "…", "b a"]),
  );
  expect(found).toEqual([0, 1, 2].map((i) => ({ a: i, b: i, similarity: 1 })));
});

test.each([0.2, 0.5, 0.7, 1])("the search of texts finds what comparing all pairs finds, from %d on", (threshold) => {
  const rng = new Rng(4);
  const texts = Array.from({ length: 160 }, (_, i) => {
    const lines = [...mail(i % 12, 6), ...mail(500, 2)];
    for (let changes = rng.below(6); changes > 0; changes--) lines[rng.below(6)] = mail(rng.below(1e6), 1)[0]!;
    return lines.join("\n");
  });
  const sets = texts.map((text) => {
    const words = text.split(/\s/);
    return new Set(words.slice(2).map((_, i) => words.slice(i, i + 3).join(" ")));
  });
  const search = new ShingleSearch(texts.slice(60).map(shinglesOf), threshold);
  const found = texts.slice(0, 60).flatMap((text, i) => {
    const pairs: [number, string][] = [];
    search.find(shinglesOf(text), (j, similarity) => pairs.push([j, `${i} ${j} ${similarity}`]));
    return pairs.sort((x, y) => x[0] - y[0]).map(([, pair]) => pair);
  });
  const expected = plainPairs(sets.slice(0, 60), sets.slice(60), threshold);
  expect(expected.length).toBeGreaterThan(10);
  expect(found).toEqual(expected);
});

test("an interrupt ends it", () => {
  Atomics.store(labHost().interruptFlag, 0, 1);
  try {
    expect(() => nearDuplicates(some, some)).toThrow(InterruptedError);
  } finally {
    Atomics.store(labHost().interruptFlag, 0, 0);
  }
});

test.each<[string, () => unknown]>([
  ["data/threshold", () => nearDuplicates(some, some, { threshold: 0 })],
  ["data/threshold", () => nearDuplicates(some, some, { threshold: 1.1 })],
  ["data/threshold", () => nearDuplicates(some, some, { threshold: NaN })],
  ["data/mixed-kinds", () => nearDuplicates(some, mails(["a"]))],
])("refuses as %s what cannot be compared so", (code, attempt) => {
  expect(attempt).toThrow(expect.objectContaining({ code }));
});
