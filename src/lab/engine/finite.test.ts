import { expect, test } from "vitest";
import { allFinite, firstNotFinite } from "./finite";

const largest = 3.4028234663852886e38;

test.each([0, -0, 1e-45, -1e-45, 1, -1, largest, -largest])("%d is finite", (value) => {
  expect(allFinite(Float32Array.of(value))).toBe(true);
});

test.each([NaN, -NaN, Infinity, -Infinity])("%d is not, wherever it lies", (value) => {
  for (let at = 0; at < 9; at++) {
    const data = new Float32Array(9).fill(-2);
    data[at] = value;
    expect(allFinite(data)).toBe(false);
    expect(firstNotFinite(data)).toBe(at);
  }
});

test("looks at the view alone, and nothing is finite", () => {
  const data = Float32Array.of(NaN, 1, 2, Infinity);
  expect(allFinite(data.subarray(1, 3))).toBe(true);
  expect(firstNotFinite(data.subarray(1, 3))).toBe(-1);
  expect(allFinite(new Float32Array())).toBe(true);
});
