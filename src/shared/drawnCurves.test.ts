import { describe, expect, it } from "vitest";
import { curveEntries, drawnCurves, sharedPhases, valueRange } from "./drawnCurves";
import { exampleCurves, exampleRuns } from "./exampleCurves";
import type { CurvesFigure } from "./figures/curvesFigure";
import { paperTheme } from "./figureTheme";
import { movingAverage } from "./movingAverage";
import { spreadApart } from "./spreadApart";

const seen = (figure: CurvesFigure, smoothing = 0, hidden: string[] = []) =>
  drawnCurves({ ...figure, view: { smoothing, logLoss: false, hidden } });
const names = (lines: ReturnType<typeof drawnCurves>) =>
  lines.map(({ run, metric, split, per, smoothed }) =>
    [run, metric, split, per, ...(smoothed ? ["smoothed"] : [])].join(" "),
  );

describe("moving average", () => {
  const average = (y: number[], weight: number) =>
    movingAverage(
      y.map((_, i) => i),
      y,
      weight,
      1,
    );

  it("is TensorBoard's, without the pull of its beginning", () => {
    // By hand: 0.4·1; 0.6·0.4+0.4·2; …, each divided by 1 − 0.6^n.
    const expected = [1, (0.6 * 0.4 + 0.4 * 2) / (1 - 0.36), (0.6 * 1.04 + 0.4 * 4) / (1 - 0.216)];
    average([1, 2, 4], 0.6).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
  });

  it("leaves a constant alone, keeps gaps, and is the values themselves at weight 0", () => {
    for (const value of average([3, 3, 3, 3], 0.99)) expect(value).toBeCloseTo(3, 10);
    expect(average([2, NaN, 2], 0.5)).toEqual([2, NaN, 2]);
    expect(average([5, 1, 4], 0)).toEqual([5, 1, 4]);
  });

  it("lets less remain over a longer way", () => {
    const [, next] = movingAverage([0, 3], [0, 1], 0.5, 1);
    expect(next).toBeCloseTo(1 / (1 + 0.5 ** 3), 12);
  });
});

describe("drawn curves", () => {
  it("are the series, those of single steps behind", () => {
    const lines = seen(exampleCurves());
    expect(names(lines)[0]).toBe("0 loss train step");
    expect(lines.filter(({ strong }) => strong)).toHaveLength(5);
    expect(lines).toHaveLength(6);
  });

  it("are smoothed once for each metric and split, from the finest series, what was measured pale behind", () => {
    const lines = seen(exampleCurves(), 0.6);
    expect(names(lines.filter(({ smoothed }) => smoothed))).toEqual([
      "0 loss train step smoothed",
      "0 loss validation epoch smoothed",
      "0 accuracy train epoch smoothed",
      "0 accuracy validation epoch smoothed",
    ]);
    expect(lines.filter(({ strong }) => !strong)).toHaveLength(5);
    expect(lines.find(({ metric }) => metric === "learningRate")).toMatchObject({ strong: true, smoothed: false });
  });

  it("are smoothed from the means where the series was thinned to its extremes", () => {
    const figure = exampleCurves();
    const [loss, ...rest] = figure.runs[0]!.series;
    const thinned = { ...loss!, means: { x: [10, 20], y: [1, 1] } };
    const lines = seen({ ...figure, runs: [{ ...figure.runs[0]!, series: [thinned, ...rest] }] }, 0.9);
    const smoothed = lines.find(({ metric, per, smoothed }) => metric === "loss" && per === "step" && smoothed);
    expect(smoothed!.x).toEqual([10, 20]);
    expect(smoothed!.y[1]).toBeCloseTo(1, 12);
  });

  it("are smoothed over the same stretch of the training, however many points they have", () => {
    const lines = seen(exampleCurves(), 0.8);
    const validation = lines.filter(({ metric, split }) => metric === "loss" && split === "validation");
    const [raw, smoothed] = [validation.find((line) => !line.smoothed)!, validation.find((line) => line.smoothed)!];
    // An epoch of 24 steps later next to nothing remains: 0.8^24 is 0.5 %.
    smoothed.y.forEach((value, i) => expect(Math.abs(value - raw.y[i]!)).toBeLessThan(0.01));
  });

  it("are without what is hidden: a kind of line, or a run with its learning rate", () => {
    expect(names(seen(exampleCurves(), 0, ["step", "train"]))).toEqual([
      "0 learningRate train step",
      "0 loss validation epoch",
      "0 accuracy validation epoch",
    ]);
    expect(new Set(seen(exampleRuns(2), 0, ["run 0"]).map(({ run }) => run))).toEqual(new Set([1]));
  });

  it("can be hidden by run where there are several, and by kind", () => {
    expect(curveEntries(exampleCurves(), paperTheme).map(({ key }) => key)).toEqual(["train", "validation", "step"]);
    const entries = curveEntries(exampleRuns(8), paperTheme);
    expect(entries.filter(({ kind }) => kind === "run")).toHaveLength(8);
    expect(new Set(entries.slice(0, 8).map(({ colour }) => colour)).size).toBe(8);
  });
});

describe("phases behind the lines", () => {
  it("are those that all runs share", () => {
    expect(sharedPhases(exampleRuns(2)).map(({ name }) => name)).toEqual(["head", "last 2 layers"]);
    const [first, second] = exampleRuns(2).runs;
    const shorter = { ...second!, phases: [{ ...second!.phases[0]!, toStep: 60 }] };
    expect(sharedPhases({ ...exampleRuns(2), runs: [first!, shorter] })).toEqual([]);
  });
});

describe("range of values", () => {
  const lines = (y: number[]) => [{ ...seen(exampleCurves())[0]!, y }];
  it.each([
    ["of a loss that falls far, from zero", "loss", [0.1, 2], false, [0, 2.114]],
    ["in powers of ten, without what has none", "loss", [0, 0.01, 1], true, [-2.12, 0.12]],
    ["of nothing", "loss", [NaN], false, [0, 1]],
  ] as const)("%s", (_, metric, y, log, expected) => {
    valueRange(metric, lines([...y]), log).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6));
  });
});

describe("labels", () => {
  it.each([
    ["that do not meet stay", [100, 50, 0], [100, 50, 0]],
    ["that meet share their mean", [50, 50], [57.5, 42.5]],
    ["push one another in groups", [52, 50, 40], [62.333, 47.333, 32.333]],
  ])("%s", (_, wanted, expected) => {
    spreadApart(wanted, 15).forEach((height, i) => expect(height).toBeCloseTo(expected[i]!, 2));
  });
});
