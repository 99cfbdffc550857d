import { expect, test } from "vitest";
import { studentInterval, studentQuantile } from "./studentInterval";

// Table of Student's t, two-sided 95 % (NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2).
test.each([
  [1, 12.706],
  [2, 4.303],
  [4, 2.776],
  [9, 2.262],
  [19, 2.093],
  [30, 2.042],
  [100, 1.984],
])("t(0.975, %d) is %f", (df, expected) => {
  expect(studentQuantile(0.975, df)).toBeCloseTo(expected, 3);
});

test("t(0.95, 5) and t(0.995, 9)", () => {
  expect(studentQuantile(0.95, 5)).toBeCloseTo(2.015, 3);
  expect(studentQuantile(0.995, 9)).toBeCloseTo(3.25, 3);
});

test("the interval of a known sample", () => {
  const { mean, interval } = studentInterval([0.61, 0.65, 0.58, 0.7, 0.66]);
  expect(mean).toBeCloseTo(0.64, 12);
  expect(interval[0]).toBeCloseTo(0.64 - 2.776445 * Math.sqrt(0.00215 / 5), 6);
  expect(interval[1]).toBeCloseTo(0.64 + 2.776445 * Math.sqrt(0.00215 / 5), 6);
});
