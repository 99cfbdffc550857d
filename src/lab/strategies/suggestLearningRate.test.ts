import { expect, test } from "vitest";
import { steepestRate, valleyRate } from "./suggestLearningRate";

const rates = Array.from({ length: 90 }, (_, i) => 1e-6 * 10 ** (i / 15));
/** Flat, then down, then up again, with a ripple. */
const losses = rates.map((_, i) => {
  const ripple = 0.002 * Math.sin(i * 1.7);
  if (i < 30) return 2.3 + ripple;
  if (i < 65) return 2.3 - (1.6 * (1 - Math.cos((Math.PI * (i - 30)) / 35))) / 2 + ripple;
  return 0.7 + 0.02 * (i - 65) ** 2 + ripple;
});

/** fastai's own `valley`, line by line (fastai/callback/schedule.py). */
function fastaiValley(): number {
  const n = losses.length;
  let [maxStart, maxEnd] = [0, 0];
  const lds = new Array<number>(n).fill(1);
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) {
      if (losses[i]! < losses[j]! && lds[i]! < lds[j]! + 1) lds[i] = lds[j]! + 1;
      if (lds[maxEnd]! < lds[i]!) {
        maxEnd = i;
        maxStart = maxEnd - lds[maxEnd]!;
      }
    }
  }
  const sections = (maxEnd - maxStart) / 3;
  return rates[maxStart + Math.trunc(sections) + Math.trunc(sections / 2)]!;
}

test("the valley is fastai's, and lies on the way down", () => {
  const valley = valleyRate(rates, losses)!;
  expect(valley).toBe(fastaiValley());
  expect(valley).toBeGreaterThan(rates[30]!);
  expect(valley).toBeLessThan(rates[65]!);
});

test("steepest is where the loss falls most for a relative change of the rate", () => {
  const place = rates.indexOf(steepestRate(rates, losses)!);
  expect(place).toBeGreaterThan(42);
  expect(place).toBeLessThan(53);
});

test("a loss that never falls has neither", () => {
  const rising = rates.map((_, i) => 1 + i);
  expect(valleyRate(rates, rising)).toBeUndefined();
  expect(steepestRate(rates, rising)).toBeUndefined();
  expect(valleyRate([], [])).toBeUndefined();
});
