import { describe, expect, it } from "vitest";
import type { TrainingHistory, TrainingPhase } from "../train/history";
import { curvesFigure } from "./curvesFigure";
import { decimate } from "./decimate";
import { sparkline } from "./sparkline";

function phase(name: string, from: number, steps: number, parts: Partial<TrainingPhase> = {}): TrainingPhase {
  return {
    name,
    trainableLayers: ["head"],
    frozenLayers: ["conv1", "conv2"],
    steps: Array.from({ length: steps }, (_, i) => ({ step: from + i + 1, loss: 1 / (from + i + 1) })),
    epochs: [],
    status: "finished",
    seconds: 1,
    notes: [],
    ...parts,
  };
}

describe("curves figure", () => {
  it("tiles the step axis with phases and keeps absent validation absent", () => {
    const history: TrainingHistory = {
      phases: [
        phase("head", 0, 4, { epochs: [{ epoch: 1, step: 4, trainLoss: 0.5, trainAccuracy: 0.75 }] }),
        phase("last 2 layers", 4, 6, { status: "interrupted" }),
      ],
    };
    const figure = curvesFigure("t", history, false);
    expect(figure.phases.map(({ fromStep, toStep, status }) => [fromStep, toStep, status])).toEqual([
      [0, 4, "finished"],
      [4, 10, "interrupted"],
    ]);
    expect(figure.series.map(({ metric, split, per, x }) => [metric, split, per, x.length])).toEqual([
      ["loss", "train", "step", 10],
      ["loss", "train", "epoch", 1],
      ["accuracy", "train", "epoch", 1],
    ]);
  });

  it("has nothing to draw before the first step", () => {
    expect(curvesFigure("t", { phases: [phase("head", 0, 0)] }, true).series).toEqual([]);
  });

  it("thins 100,000 steps and keeps the peak", () => {
    const long = phase("head", 0, 100_000);
    const spiked = { ...long, steps: long.steps.map((s) => (s.step === 70_001 ? { ...s, loss: 9 } : s)) };
    const [loss] = curvesFigure("t", { phases: [spiked] }, false).series;
    expect(loss!.x.length).toBeLessThanOrEqual(600);
    expect(loss!.y[loss!.x.indexOf(70_001)]).toBe(9);
    expect(loss!.x.at(-1)).toBe(100_000);
  });
});

describe("decimate", () => {
  it.each([1, 4, 5, 7, 100, 1001])("keeps order and both ends of %d values", (n) => {
    const kept = decimate(
      Array.from({ length: n }, (_, i) => Math.sin(i)),
      12,
    );
    expect(kept[0]).toBe(0);
    expect(kept.at(-1)).toBe(n - 1);
    expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
    expect(kept.length).toBeLessThanOrEqual(Math.max(12, Math.min(n, 12)));
  });
});

describe("sparkline", () => {
  it.each([
    [[0, 1, 2, 3, 4, 5, 6, 7], 8, "▁▂▃▄▅▆▇█"],
    [[5, 5], 8, "▁▁"],
    [[0, NaN, 1], 8, "▁ █"],
    [[], 8, ""],
  ])("%j in %d columns", (values, width, drawn) => {
    expect(sparkline(values, width)).toBe(drawn);
  });
});
