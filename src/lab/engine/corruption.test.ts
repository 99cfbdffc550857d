import { expect, test } from "vitest";
import { Rng } from "../../shared/rng";
import { corrupt, corruptedRows } from "./corruption";
import { openRows } from "./rowReader";

const ones = () => new Float32Array(20_000).fill(1);

test("masking sets the given part to 0 and leaves the rest", () => {
  const values = ones();
  corrupt(values, 0, values.length, { name: "masking", rate: 0.3 }, new Rng(1));
  expect([...new Set(values)].sort()).toEqual([0, 1]);
  expect(values.filter((value) => value === 0).length / values.length).toBeCloseTo(0.3, 1.7);
});

test("Gaussian noise has mean 0 and the given standard deviation", () => {
  const values = ones();
  corrupt(values, 0, values.length, { name: "gaussian", deviation: 0.5 }, new Rng(1));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(mean).toBeCloseTo(1, 1.7);
  expect(Math.sqrt(variance)).toBeCloseTo(0.5, 1.7);
});

test("a row is corrupted anew each time it is read, nothing beside it, and what it is read from stays", () => {
  const clean = { shape: [2, 50], data: new Float32Array(100).fill(1) };
  const reader = corruptedRows(openRows(clean), { name: "masking", rate: 0.5 }, 50, new Rng(3));
  const into = new Float32Array(150).fill(7);
  reader.read(1, into, 50);
  const first = into.slice(50, 100);
  reader.read(1, into, 50);
  expect(into.slice(50, 100)).not.toEqual(first);
  expect([...into.slice(0, 50), ...into.slice(100)]).toEqual(new Array(100).fill(7));
  expect(clean.data.every((value) => value === 1)).toBe(true);
});
