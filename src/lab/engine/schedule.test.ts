import { describe, expect, test } from "vitest";
import { checkSchedule, learningRateAt, PLATEAU_START, plateauAfter, type Schedule } from "./schedule";

/** Rates of all steps of a run, with a base rate of 1. */
function rates(schedule: Schedule, steps: number): number[] {
  return Array.from({ length: steps }, (_, done) => learningRateAt(schedule, 1, done, steps));
}

test.each<[string, Schedule, readonly number[]]>([
  ["constant", "constant", [1, 1, 1]],
  // (1 + cos(π · done / 4)) / 2
  ["cosine", "cosine", [1, 0.8535534, 0.5, 0.1464466]],
  ["warm-up", { name: "warmup", warmupSteps: 4 }, [0.25, 0.5, 0.75, 1, 1, 1]],
  ["warm-up, then cosine", { name: "warmup", warmupSteps: 2, after: "cosine" }, [0.5, 1, 1, 0.8535534, 0.5, 0.1464466]],
  // Up: 0.04 at 0, (0.04 + 1) / 2 half-way, 1 at a quarter of 8; down over 6 steps to 1e-5: cos 0, 30, 60, 90, 120, 150 degrees.
  ["one cycle", { name: "oneCycle" }, [0.04, 0.52, 1, 0.9330134, 0.7500025, 0.500005, 0.2500075, 0.0669966]],
  // Paper's formula: T = 10, cut_frac = 0.2, so cut = 2 and p falls by 1 / (2 · 4) a step; rate = (1 + 31 p) / 32.
  [
    "slanted triangular",
    { name: "slantedTriangular", cutPart: 0.2 },
    [0, 0.5, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125].map((p) => (1 + 31 * p) / 32),
  ],
  ["exponential", { name: "exponential", factor: 0.5 }, [1, 0.5, 0.25]],
  ["slanted triangular of a short run", { name: "slantedTriangular", ratio: 4 }, [0.25, 1, 0.9166667]],
])("%s", (_, schedule, expected) => {
  expect(rates(schedule, expected.length)).toEqual(expected.map((rate) => expect.closeTo(rate, 6) as number));
});

describe("plateau", () => {
  const schedule: Schedule = { name: "plateau", factor: 0.5, patience: 2, lowest: 0.2 };

  test("halves after two epochs without a lower loss, and waits anew", () => {
    let state = PLATEAU_START;
    const seen = [3, 2, 2, 2.5, 2.1, 2.2, 1.9, NaN, 5].map((loss) => {
      state = plateauAfter(schedule, state, loss);
      return learningRateAt(schedule, 1, 0, 10, state);
    });
    expect(seen).toEqual([1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2]);
  });

  test("its lowest rate never raises a base rate below it", () => {
    expect(learningRateAt(schedule, 0.1, 0, 10)).toBe(0.1);
    expect(learningRateAt(schedule, 0.1, 0, 10, { scale: 0.5, waited: 0 })).toBe(0.1);
  });

  test("is plain data", () => {
    const state = plateauAfter(schedule, PLATEAU_START, 3);
    expect(JSON.parse(JSON.stringify(PLATEAU_START))).toEqual(PLATEAU_START);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });
});

test.each<[string, Schedule, boolean]>([
  ["warm-up of no steps", { name: "warmup", warmupSteps: 0 }, true],
  ["a part above 1", { name: "oneCycle", warmupPart: 1.5 }, true],
  ["a cut at 0", { name: "slantedTriangular", cutPart: 0 }, true],
  ["a ratio below 1", { name: "slantedTriangular", ratio: 0.5 }, true],
  ["a plateau without validation", { name: "plateau" }, false],
  ["an exponential factor of 0", { name: "exponential", factor: 0 }, true],
  ["a factor of 1", { name: "plateau", factor: 1 }, true],
  ["a patience of 0", { name: "plateau", patience: 0 }, true],
  ["a lowest rate below 0", { name: "plateau", lowest: -1 }, true],
])("refuses %s", (_, schedule, hasValidation) => {
  expect(() => checkSchedule(schedule, 10, hasValidation)).toThrow(
    expect.objectContaining({ code: "engine/schedule" }) as Error,
  );
});

test("takes warm-up shorter than the run, and refuses one as long", () => {
  expect(() => checkSchedule({ name: "warmup", warmupSteps: 10 }, 10, false)).toThrow(
    expect.objectContaining({ code: "engine/schedule-too-long", found: "10" }) as Error,
  );
  expect(() => checkSchedule({ name: "warmup", warmupSteps: 9 }, 10, false)).not.toThrow();
});
