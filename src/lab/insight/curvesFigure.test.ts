import { describe, expect, it } from "vitest";
import { exampleRuns } from "../../shared/exampleCurves";
import type { TrainingPhase } from "../train/history";
import { curvesFigure } from "./curvesFigure";
import { decimate, stretchMeans } from "./decimate";
import { expectGolden } from "./expectGolden";
import { figureBundle } from "./figureBundle";
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

function epochs(losses: readonly number[], validation: readonly number[], from = 0): TrainingPhase["epochs"] {
  return losses.map((trainLoss, i) => ({
    ...{ epoch: i + 1, step: from + 2 * (i + 1), trainLoss, trainAccuracy: 1 - trainLoss / 2 },
    ...(validation[i] !== undefined && { validationLoss: validation[i], validationAccuracy: 1 - validation[i] / 2 }),
  }));
}

const figureOf = (phases: readonly TrainingPhase[]) => curvesFigure("t", [{ name: "model", phases }], false).runs[0]!;

/** A noisy loss with one spike, at a constant rate, measured after each hundredth step. */
function longRun(steps = 100_000): TrainingPhase {
  const loss = (step: number) => (step === 70_001 ? 9 : 0.1 + 2 / (1 + step / 500) + 0.05 * Math.sin(step * 1.7));
  const records = Array.from({ length: steps }, (_, i) => ({ step: i + 1, loss: loss(i + 1), learningRate: 1e-3 }));
  const measured = records.filter(({ step }) => step % 100 === 0);
  return phase("last 2 layers", 0, 0, {
    steps: records,
    epochs: measured.map(({ step, loss: trainLoss }, i) => ({
      ...{
        epoch: i + 1,
        step,
        trainLoss,
        trainAccuracy: 0.9,
        validationLoss: trainLoss + 0.1,
        validationAccuracy: 0.8,
      },
    })),
  });
}

describe("curves figure", () => {
  it("tiles the step axis with phases and keeps absent validation absent", () => {
    const run = figureOf([
      phase("head", 0, 4, { epochs: [{ epoch: 1, step: 4, trainLoss: 0.5, trainAccuracy: 0.75 }] }),
      phase("last 2 layers", 4, 6, { status: "interrupted" }),
    ]);
    expect(run.phases.map(({ fromStep, toStep, status }) => [fromStep, toStep, status])).toEqual([
      [0, 4, "finished"],
      [4, 10, "interrupted"],
    ]);
    expect(run.series.map(({ metric, split, per, x }) => [metric, split, per, x.length])).toEqual([
      ["loss", "train", "step", 10],
      ["loss", "train", "epoch", 1],
      ["accuracy", "train", "epoch", 1],
    ]);
  });

  it("begins a run at its own first step, whatever the model had been trained before", () => {
    const run = figureOf([phase("last 2 layers", 40, 6, { epochs: epochs([0.4, 0.3, 0.2], [], 40) })]);
    expect(run.phases.map(({ fromStep, toStep }) => [fromStep, toStep])).toEqual([[0, 6]]);
    expect(run.series.map(({ x }) => [x[0], x.at(-1)])).toEqual([
      [1, 6],
      [2, 6],
      [2, 6],
    ]);
  });

  it("has nothing to draw before the first step", () => {
    expect(figureOf([phase("head", 0, 0)])).toMatchObject({ series: [] });
  });

  it.each([
    ["validation, where there is some", epochs([0.5, 0.3, 0.1], [0.6, 0.4, 0.7]), ["validation", 2, 4, 0.4, 0.8]],
    ["training, where there is none", epochs([0.5, 0.1, 0.3], []), ["train", 2, 4, 0.1, 0.95]],
    ["what is finite", epochs([0.5, 0.4], [NaN, 0.9]), ["validation", 2, 4, 0.9, 0.55]],
  ])("finds the epoch with the lowest loss of %s", (_, records, expected) => {
    const { best } = figureOf([phase("head", 0, 6, { epochs: records })]);
    expect([best!.split, best!.epoch, best!.step, best!.loss, best!.accuracy]).toEqual(expected);
  });

  it("thins 100,000 steps and keeps the peak", () => {
    const [loss] = figureOf([longRun()]).series;
    expect(loss!.x.length).toBeLessThanOrEqual(600);
    expect(loss!.y[loss!.x.indexOf(70_001)]).toBe(9);
    expect([loss!.x[0], loss!.x.at(-1)]).toEqual([1, 100_000]);
    // Points lie all along, not only where the training is now.
    expect(loss!.x.filter((step) => step < 50_000).length).toBeGreaterThan(250);
  });

  it("stays below 200 kB in all its forms for 100,000 steps with 1,000 epochs, twenty runs below 1 MB", () => {
    const [long, shorter] = [longRun(), longRun(10_000)];
    const view = { smoothing: 0.9, logLoss: true, hidden: [] };
    const size = (runs: number, run: TrainingPhase) => {
      const named = Array.from({ length: runs }, (_, i) => ({ name: `run ${i}`, phases: [run] }));
      return JSON.stringify(figureBundle(curvesFigure("t", named, false, view))).length;
    };
    expect(size(1, long)).toBeLessThan(200_000);
    expect(size(20, shorter)).toBeLessThan(1_000_000);
  });
});

it("several runs, smoothed and on a logarithmic scale, are drawn as their goldens say", () => {
  const bundle = figureBundle({ ...exampleRuns(3), view: { smoothing: 0.8, logLoss: true, hidden: ["step"] } });
  expectGolden("runs.svg", bundle["image/svg+xml"] as string);
  expectGolden("runs.txt", bundle["text/plain"] as string);
});

describe("differences of configuration", () => {
  const optimizer = (learningRate: number) => ({ name: "adam", learningRate });
  const trained = (name: string, options: Record<string, unknown>, trainedOn = "0123456789ab") =>
    phase(name, 0, 2, { options, trainedOn });
  const differences = (...runs: TrainingPhase[][]) =>
    curvesFigure(
      "t",
      runs.map((phases, i) => ({ name: `run ${i}`, phases })),
      false,
    ).differences.map(({ option, values }) => [option, ...values]);

  it("are none of one run, and none of equal ones", () => {
    const one = [trained("head", { batchSize: 32, optimizer: optimizer(1e-3) })];
    expect(differences(one)).toEqual([]);
    expect(differences(one, [...one])).toEqual([]);
  });

  it("are the options that are not the same, those inside an optimizer too", () => {
    expect(
      differences(
        [trained("last 2 layers", { layers: ["a", "b"], batchSize: 32, optimizer: optimizer(1e-3), epochs: 3 })],
        [trained("last 3 layers", { layers: ["c", "a", "b"], batchSize: 32, optimizer: optimizer(1e-4), epochs: 3 })],
      ),
    ).toEqual([
      ["phases", "last 2 layers", "last 3 layers"],
      ["learningRate", "0.001", "0.0001"],
    ]);
  });

  it("name the options of several phases in their order, and say what a run has none of", () => {
    expect(
      differences(
        [phase("head", 0, 2), trained("last 2 layers", { epochs: 3 }), trained("last 3 layers", { epochs: 5 })],
        [phase("head", 0, 2)],
      ),
    ).toEqual([
      ["phases", "head → last 2 layers → last 3 layers", "head"],
      ["epochs", "3 → 5", "–"],
      ["training data", "01234567", "–"],
    ]);
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

  it("keeps the extremes of a stretch that begins with a gap", () => {
    const values = Array.from({ length: 102 }, (_, i) => (i === 1 ? NaN : i === 7 ? 50 : i === 9 ? -50 : 0));
    const kept = decimate(values, 22);
    expect(kept).toContain(7);
    expect(kept).toContain(9);
  });

  it("has the means of what lies between its points, without gaps", () => {
    const x = Array.from({ length: 102 }, (_, i) => i + 1);
    const y = x.map((step) => (step === 5 ? NaN : step));
    const means = stretchMeans(x, y, 22);
    expect(means.x).toHaveLength(10);
    expect(means.y[0]).toBeCloseTo((2 + 3 + 4 + 6 + 7 + 8 + 9 + 10 + 11) / 9);
    expect(means.y[1]).toBeCloseTo(16.5);
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
