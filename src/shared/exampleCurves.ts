/** Curves made from a seed, as `exampleFigures.ts`. */
import type { CurveRun, CurveSeries, CurvesFigure } from "./figures/curvesFigure";
import { Rng } from "./rng";

const FROZEN = ["conv1", "bn1", "conv2", "bn2", "conv3", "bn3", "conv4", "bn4"];
const EPOCH = 24;
const HEAD = 120;

/** Two phases: 120 steps of the head, then the last two layers up to `steps`. */
export function exampleCurves(steps = 360, live = false): CurvesFigure {
  const { runs, ...figure } = exampleRuns(1, steps);
  const status = live ? "training" : "finished";
  return {
    ...{ ...figure, title: "Fine-tuning on 50 digits", live },
    runs: runs.map((run) => ({ ...run, phases: [run.phases[0]!, { ...run.phases[1]!, status }] })),
  };
}

/** The same with each run at another learning rate. */
export function exampleRuns(runs = 2, steps = 360): CurvesFigure {
  const rates = Array.from({ length: runs }, (_, run) => 1e-3 / 4 ** run);
  const first = exampleRun("run", 0, steps);
  return {
    kind: "curves",
    title: "Two learning rates",
    runs: runs === 1 ? [first] : rates.map((rate, run) => exampleRun(`lr ${rate.toPrecision(2)}`, run, steps)),
    differences: runs === 1 ? [] : [{ option: "learningRate", values: rates.map(String) }],
    live: false,
  };
}

function exampleRun(name: string, place: number, steps: number): CurveRun {
  const rng = new Rng(5 + place);
  const slowness = 1 + 0.6 * place;
  const ideal = (step: number) =>
    step <= HEAD
      ? 0.9 + 1.4 * Math.exp(-step / 30)
      : 0.28 + 0.6 * Math.exp(-(step - HEAD) / (60 * slowness)) + 0.04 * place;
  const validation = (step: number) => ideal(step) * 1.12 + 0.08 + (Math.max(0, step - 240) / 700) ** 2 * 4;
  const round = (value: number) => Number(value.toPrecision(4));
  const all = Array.from({ length: steps }, (_, i) => i + 1);
  const ends = all.filter((step) => step % EPOCH === 0);
  const series = (
    metric: CurveSeries["metric"],
    split: CurveSeries["split"],
    per: CurveSeries["per"],
    y: (step: number) => number,
  ): CurveSeries => {
    const x = per === "step" ? all : ends;
    return { metric, split, per, x, y: x.map((step) => round(y(step))) };
  };
  const best = ends.reduce((one, other) => (validation(other) < validation(one) ? other : one), ends[0]!);
  const inHead = best <= HEAD;
  return {
    name,
    series: [
      series("loss", "train", "step", (step) => ideal(step) * (1 + 0.12 * rng.normal())),
      series("learningRate", "train", "step", (step) => rate(step, steps) / 4 ** place),
      series("loss", "train", "epoch", ideal),
      series("loss", "validation", "epoch", validation),
      series("accuracy", "train", "epoch", (step) => 1 - 0.34 * ideal(step)),
      series("accuracy", "validation", "epoch", (step) => 0.94 - 0.33 * ideal(step)),
    ],
    phases: [
      { name: "head", fromStep: 0, toStep: HEAD, trainableLayers: ["head"], frozenLayers: FROZEN, status: "finished" },
      {
        ...{ name: "last 2 layers", fromStep: HEAD, toStep: steps },
        ...{ trainableLayers: ["conv4", "head"], frozenLayers: FROZEN.slice(0, 6), status: "finished" },
      },
    ],
    best: {
      ...{ split: "validation", phase: inHead ? "head" : "last 2 layers", step: best },
      epoch: (inHead ? best : best - HEAD) / EPOCH,
      loss: round(validation(best)),
      accuracy: round(0.94 - 0.33 * ideal(best)),
    },
    seconds: 4.2 + place,
  };
}

/** Constant for the head, then a warm-up and half a cosine. */
function rate(step: number, steps: number): number {
  if (step <= HEAD) return 1e-2;
  const done = (step - HEAD) / (steps - HEAD);
  return 1e-3 * Math.min(1, (step - HEAD) / 20) * (0.02 + 0.98 * (0.5 + 0.5 * Math.cos(Math.PI * done)));
}
