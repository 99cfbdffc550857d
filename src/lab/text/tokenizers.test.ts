import { describe, expect, test } from "vitest";
import { Dataset } from "../data/dataset";
import { tokenizers } from "./tokenizers";
import { wordPieceVocabulary } from "./wordPieceVocabulary";

const texts = [
  "the cat sat on the mat",
  "The dog, too, sat on the log.",
  "Cats and dogs sat; the cats sat longest",
  "a café is no cafe for cats",
];
const trained = () => tokenizers.train(texts, { vocabularySize: 120 });
const failing = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
};

test("a text comes back from its tokens, but for case, accents and white space", () => {
  const tokenizer = trained();
  for (const text of texts) {
    const plain = text
      .normalize("NFD")
      .replace(/\p{Mn}/gu, "")
      .toLowerCase();
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(plain.replace(";", " ;"));
  }
  expect(tokenizer.encode("CAFÉ")).toEqual(tokenizer.encode("cafe"));
  expect(tokenizer.encode("cat\u0000sat\n\t cat")).toEqual(tokenizer.encode("cat sat cat"));
  expect(tokenizer.decode([])).toBe("");
});

test("the same texts give the same tokenizer, also by way of JSON", () => {
  const tokenizer = trained();
  expect(trained().data).toEqual(tokenizer.data);
  const read = tokenizers.from(JSON.parse(JSON.stringify(tokenizer.data)) as typeof tokenizer.data);
  for (const text of texts) expect(read.encode(text)).toEqual(tokenizer.encode(text));
  expect(read.vocabularySize).toBe(tokenizer.vocabularySize);
});

test("frequent words are one token, others are cut into pieces, what holds strange letters is unknown", () => {
  const tokenizer = trained();
  expect(tokenizer.tokens("the cats sat")).toEqual(["the", "cats", "sat"]);
  expect(tokenizer.tokens("catsat").length).toBeGreaterThan(1);
  expect(tokenizer.tokens("catsat")[1]).toMatch(/^##/);
  expect(tokenizer.tokens("the жук sat")).toEqual(["the", "[UNK]", "sat"]);
  expect(tokenizer.encode("[PAD] x".slice(0, 5))).toEqual([0]);
  expect(tokenizer.encode("жук [MASK]")).toEqual([1, 2]);
});

test("no more tokens than were asked for, and no pair that occurs once becomes one", () => {
  expect(tokenizers.train(texts, { vocabularySize: 35 }).vocabularySize).toBe(35);
  expect(wordPieceVocabulary(new Map([["abcabc", 9]]), 2)).toHaveLength(2);
  expect(trained().vocabularySize).toBeLessThan(120);
  expect(wordPieceVocabulary(new Map([["ab", 1]]), 10)).toEqual(["##b", "a"]);
});

test("merges go by how often a pair occurs, with words counted as often as they occur", () => {
  // "ab" occurs 5 + 1 times, "bc" 4 + 1 times.
  const pieces = wordPieceVocabulary(
    new Map([
      ["ab", 5],
      ["bc", 4],
      ["abc", 1],
    ]),
    20,
  );
  expect(pieces.slice(-2)).toEqual(["ab", "bc"]);
});

describe("of a long text only the beginning is read", () => {
  const tokenizer = trained();
  const long = Array.from({ length: 400 }, (_, i) => texts[i % texts.length]).join(" ");

  test.each([1, 7, 50, 333, 100_000])("%i tokens", (length) => {
    expect(tokenizer.encode(long, { length })).toEqual(tokenizer.encode(long).slice(0, length));
  });

  test("also where white space is rare", () => {
    const wide = `${" ".repeat(500)}the cat${" ".repeat(500)}sat on ${"x".repeat(300)} the mat`;
    expect(tokenizer.encode(wide, { length: 4 })).toEqual(tokenizer.encode(wide).slice(0, 4));
  });
});

test("a dataset's texts train as well as texts by themselves", () => {
  const dataset = Dataset.fromTexts({ texts, labels: [0, 1, 0, 1], classes: ["a", "b"] });
  expect(tokenizers.train(dataset, { vocabularySize: 120 }).data).toEqual(trained().data);
});

test.each([
  ["text/none", () => tokenizers.train([])],
  ["text/none", () => tokenizers.train(["", "  \n"])],
  ["text/vocabulary-size", () => tokenizers.train(texts, { vocabularySize: 3 })],
  ["text/vocabulary-size", () => tokenizers.train(texts, { vocabularySize: 99.5 })],
  ["text/tokenizer", () => tokenizers.from({})],
  ["text/tokenizer", () => tokenizers.from({ ...trained().data, model: { type: "BPE" } })],
])("%s", (code, work) => {
  expect(failing(work)).toMatchObject({ code });
});
