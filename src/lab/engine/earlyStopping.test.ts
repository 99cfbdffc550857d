import { expect, test } from "vitest";
import { checkEarlyStopping, improves, stopsEarly } from "./earlyStopping";

test("better is lower by more than minDelta; a loss that is no number never is", () => {
  expect([0.9, 0.8999, 0.89, 1.1, NaN].map((loss) => improves({ patience: 1, minDelta: 0.1 }, loss, 1))).toEqual([
    false,
    true,
    true,
    false,
    false,
  ]);
  expect(improves(undefined, 0.999, 1)).toBe(true);
  expect(improves(undefined, 5, undefined)).toBe(true);
});

test("stops when the best epoch is as far back as the patience", () => {
  expect([4, 5, 6].map((epochs) => stopsEarly({ patience: 3 }, epochs, 2))).toEqual([false, true, true]);
  expect(stopsEarly(undefined, 100, 2)).toBe(false);
  expect(stopsEarly({ patience: 2 }, 2, undefined)).toBe(true);
});

test.each([
  [{ patience: 0 }, true, "engine/early-stopping"],
  [{ patience: 1.5 }, true, "engine/early-stopping"],
  [{ patience: 2, minDelta: -0.1 }, true, "engine/early-stopping"],
  [{ patience: 2, minDelta: NaN }, true, "engine/early-stopping"],
  [{ patience: 2 }, false, "engine/early-stopping-validation"],
])("refuses %j with validation %s as %s", (stopping, hasValidation, code) => {
  expect(() => checkEarlyStopping(stopping, hasValidation)).toThrow(expect.objectContaining({ code }) as Error);
});
