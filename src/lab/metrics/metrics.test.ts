import { describe, expect, it } from "vitest";
import { metrics } from "./metrics";

const probabilities = (rows: readonly (readonly number[])[]) => ({
  shape: [rows.length, rows[0]?.length ?? 0],
  data: Float32Array.from(rows.flat()),
});

describe("metrics", () => {
  it("count a tie as one half", () => {
    expect(metrics.rocAuc([0.5, 0.5], [true, false])).toBe(0.5);
    expect(metrics.rocAuc([0.2, 0.5, 0.5, 0.9], [false, true, false, true])).toBe(0.875);
  });

  it("are undefined where they cannot be told", () => {
    expect(metrics.rocAuc([0.1, 0.2], [true, true])).toBeUndefined();
    expect(metrics.rocAuc([0.1, 0.2], [false, false])).toBeUndefined();
    expect(metrics.averagePrecision([0.1, 0.2], [0, 0])).toBeUndefined();
    expect(metrics.sensitivityAtSpecificity([0.1, 0.2], [1, 1], 0.9)).toBeUndefined();
    expect(
      metrics.cohenKappa([
        [3, 0],
        [0, 0],
      ]),
    ).toBeUndefined();
    const [absent] = metrics.classificationReport([
      [0, 0],
      [1, 2],
    ]).classes;
    expect(absent).toEqual({ precision: 0, recall: undefined, f1: 0, support: 0 });
  });

  it("find nothing at a specificity that no threshold leaves", () => {
    const point = metrics.sensitivityAtSpecificity([0.9, 0.5], [false, true], 1);
    expect(point).toEqual({ sensitivity: 0, specificity: 1, threshold: Infinity });
  });

  it("put equally many examples into bins of equal mass", () => {
    const rows = [0.51, 0.52, 0.53, 0.9, 0.95, 0.99].map((p) => [p, 1 - p]);
    const { bins, error, maximumError } = metrics.calibration(probabilities(rows), [1, 0, 0, 0, 0, 1], {
      bins: 2,
      equal: "mass",
    });
    expect(bins.map(({ count }) => count)).toEqual([3, 3]);
    const gaps = [2 / 3 - 0.52, (0.9 + 0.95 + 0.99) / 3 - 2 / 3];
    expect(error).toBeCloseTo((gaps[0]! + gaps[1]!) / 2, 6);
    expect(maximumError).toBeCloseTo(Math.max(...gaps), 6);
  });

  it("put a probability on the edge of two bins into the lower one", () => {
    const { bins } = metrics.calibration(
      probabilities([
        [0.5, 0.5],
        [0.75, 0.25],
      ]),
      [0, 0],
      { bins: 2 },
    );
    expect(bins.map(({ low, high, count }) => [low, high, count])).toEqual([
      [0, 0.5, 1],
      [0.5, 1, 1],
    ]);
  });

  it("do not make one certain and wrong answer infinite", () => {
    expect(metrics.logLoss(probabilities([[1, 0]]), [1])).toBeCloseTo(-Math.log(2 ** -23), 6);
  });

  it("have an interval that stays in [0, 1]", () => {
    expect(metrics.accuracyInterval(0, 10)[0]).toBe(0);
    expect(metrics.accuracyInterval(10, 10)[1]).toBe(1);
  });

  const two = probabilities([
    [0.4, 0.6],
    [0.9, 0.1],
  ]);
  it.each<readonly [string, () => unknown]>([
    ["metrics/lengths", () => metrics.confusionMatrix([0, 1], [0], 2)],
    ["metrics/lengths", () => metrics.logLoss(two, [0])],
    ["metrics/empty", () => metrics.rocAuc([], [])],
    ["metrics/empty", () => metrics.confusionMatrix([], [], 2)],
    ["metrics/label", () => metrics.confusionMatrix([0, 2], [0, 1], 2)],
    ["metrics/label", () => metrics.confusionMatrix([0, 1], [0, -1], 2)],
    ["metrics/not-finite", () => metrics.rocAuc([0.1, NaN], [0, 1])],
    ["metrics/not-finite", () => metrics.brierScore(probabilities([[NaN, 1]]), [0])],
    ["metrics/probabilities", () => metrics.logLoss(probabilities([[2, -1]]), [0])],
    ["metrics/probabilities", () => metrics.logLoss({ shape: [2], data: Float32Array.of(1, 0) }, [0, 0])],
    ["metrics/matrix", () => metrics.cohenKappa([[1, 2]])],
    [
      "metrics/matrix",
      () =>
        metrics.balancedAccuracy([
          [0, 0],
          [0, 0],
        ]),
    ],
    ["metrics/specificity", () => metrics.sensitivityAtSpecificity([0.1, 0.2], [0, 1], 95)],
    ["metrics/bins", () => metrics.calibration(two, [0, 1], { bins: 0 })],
    ["metrics/counts", () => metrics.accuracyInterval(3, 2)],
  ])("refuse bad input: %s", (code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }) as Error);
  });
});
