import { expect, test } from "vitest";
import type { Notebook } from "../src/cli/notebook";
import { bandOf, numberProblems, keyNumbersOf } from "./keyNumbers";

function executed(printed: string): Notebook {
  const outputs = [{ output_type: "stream", name: "stdout", text: printed.match(/[^\n]*\n|[^\n]+$/g) ?? [] }];
  const cell = { cell_type: "code", id: "numbers", metadata: { tags: ["key-numbers"] }, source: "…", outputs };
  return { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] };
}

test("key numbers are what the tagged cell printed", () => {
  expect(keyNumbersOf(executed('{\n  "head, 10 labels": 0.61\n}\n'))).toEqual({ "head, 10 labels": 0.61 });
  expect(() => keyNumbersOf(executed('{ "gain": null }'))).toThrow(/gain|number/i);
  expect(() => keyNumbersOf({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] })).toThrow("key-numbers");
});

test("a number outside its band, a missing one and an unknown one are told", () => {
  const bands = { seeds: 2, numbers: { a: bandOf([0.5, 0.6]), b: bandOf([1, 2]) } };
  expect(numberProblems(executed('{ "a": 0.55, "b": 1.5 }'), bands)).toEqual([]);
  expect(numberProblems(executed("nothing"), bands)).toEqual([expect.stringContaining("key numbers: ")]);
  expect(numberProblems(executed('{ "a": 0.9, "c": 1 }'), bands)).toEqual([
    expect.stringContaining('"a" is 0.9, outside its band'),
    expect.stringContaining('"c" has no band'),
    expect.stringContaining('"b" is missing'),
  ]);
});

test("a number that all seeds came to is in its band, which is recorded with five digits", () => {
  const always = 56 / 109;
  const { mean, interval } = bandOf([always, always]);
  const bands = { seeds: 2, numbers: { a: { mean, interval, band: [0.51376, 0.51376] as const } } };
  expect(numberProblems(executed(`{ "a": ${always} }`), bands)).toEqual([]);
});

test("a band reaches a quarter of the spread of the seeds beyond them", () => {
  const { mean, band, interval } = bandOf([0.5, 0.6, 0.7]);
  expect(mean).toBeCloseTo(0.6);
  expect(band[0]).toBeCloseTo(0.45);
  expect(band[1]).toBeCloseTo(0.75);
  expect(interval[0]).toBeLessThan(0.5);
});
