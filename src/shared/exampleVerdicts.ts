/** Verdict figures made from a seed, beside those in `exampleFigures.ts`. Not part of any bundle. */
import type { ConfusionFigure } from "./figures/confusionFigure";
import type { DriftFigure, DriftRow } from "./figures/driftFigure";
import type { ExamplesFigure } from "./figures/examplesFigure";
import type { LayerRow, LayersFigure } from "./figures/layersFigure";
import type { LinesFigure } from "./figures/linesFigure";
import type { LrFinderFigure } from "./figures/lrFinderFigure";
import type { PicturedExample } from "./figures/picture";
import type { ReconstructionsFigure } from "./figures/reconstructionsFigure";
import type { ReportFigure, ReportRow } from "./figures/reportFigure";
import type { LosingExample, TopLossesFigure } from "./figures/topLossesFigure";
import { Rng } from "./rng";

const DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/** A bright bar in six by six pixels. */
const BAR =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAYAAAAGCAAAAADFp7CUAAAAEUlEQVR4XmMQEXn2TESECAoACgEMqbADlgUAAAAASUVORK5CYII=";

const SENTENCES = [
  "A film that takes its time, and every minute of it is worth taking.",
  "I wanted to like this. Two hours later I wanted those two hours back, and my coat, which somebody had taken from the rack in the meantime; the popcorn was fine and the seats were new, so one star for each of them and none for whoever wrote the ending.",
  "Fine.",
];

export function pictured(index: number, isText = false): PicturedExample {
  const picture = isText
    ? { kind: "text" as const, text: SENTENCES[index % SENTENCES.length]! }
    : { kind: "image" as const, height: 6, width: 6, image: BAR };
  return { index, picture };
}

/** `classes` classes with 98 examples each; four is taken for nine most often. */
export function exampleConfusion(classes = 10): ConfusionFigure {
  const rng = new Rng(3);
  const names = Array.from({ length: classes }, (_, i) => DIGITS[i] ?? `class ${i}`);
  const counts = names.map((_, truth) => {
    const row = names.map(() => (rng.uniform() < 0.25 ? rng.below(5) : 0));
    if (truth === 4 && classes > 9) row[9] = 22;
    row[truth] = 0;
    row[truth] = 98 - row.reduce((sum, count) => sum + count, 0);
    return row;
  });
  const confused = counts
    .flatMap((row, truth) => row.map((count, prediction) => ({ truth, prediction, count })))
    .filter(({ truth, prediction, count }) => truth !== prediction && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, 6);
  return {
    kind: "confusion",
    title: "Confusion",
    classes: names,
    counts,
    support: names.map(() => 98),
    accuracy: counts.reduce((sum, row, c) => sum + row[c]!, 0) / (98 * classes),
    examples: 98 * classes,
    confused: confused.map((pair, i) => ({
      ...pair,
      examples: Array.from({ length: Math.min(4, pair.count) }, (_, j) => pictured(40 * i + j)),
    })),
    notes: [],
    live: false,
  };
}

export function exampleReport(): ReportFigure {
  const rng = new Rng(8);
  const value = (low: number) => Number((low + (1 - low) * rng.uniform()).toFixed(4));
  const row = (name: string): ReportRow => ({
    ...{ name, precision: value(0.7), recall: value(0.7), f1: value(0.75), rocAuc: value(0.93) },
    ...{ averagePrecision: value(0.8), support: 80 + rng.below(40) },
  });
  const classes = DIGITS.map(row);
  return {
    kind: "report",
    title: "Report",
    examples: 980,
    ...{ accuracy: 0.8816, interval: [0.8598, 0.9004], balancedAccuracy: 0.8744, kappa: 0.8683 },
    ...{ logLoss: 0.4127, brier: 0.1813 },
    classes: [...classes.slice(0, 9), { name: "nine", recall: 0, f1: 0, support: 87 }],
    macro: { ...row("macro average"), support: 980 },
    weighted: { ...row("weighted average"), support: 980 },
    calibration: {
      bins: Array.from({ length: 12 }, (_, i) => {
        const confidence = 0.23 + i * 0.066;
        const accuracy = Math.max(0.05, Math.min(1, confidence - 0.09 + 0.06 * rng.normal()));
        return {
          ...{ low: (i + 3) / 15, high: (i + 4) / 15, count: 4 + i * i * 3 },
          ...{ confidence: Number(confidence.toFixed(4)), accuracy: Number(accuracy.toFixed(4)) },
        };
      }),
      ...{ error: 0.0713, errorEqualMass: 0.0702 },
    },
    notes: ["nine was never predicted: its precision is not defined and counts as 0."],
    live: false,
  };
}

export function exampleTopLosses(isText = false): TopLossesFigure {
  const examples = Array.from({ length: 9 }, (_, i): LosingExample => {
    const [labelled, predicted] = isText ? ["positive", "negative"] : [DIGITS[i]!, DIGITS[(i * 3 + 4) % 10]!];
    const labelledProbability = Number((0.002 * (i + 1) ** 2).toFixed(4));
    return {
      ...pictured(17 * i + 3, isText),
      ...{ labelled, labelledProbability, predicted: i === 8 ? labelled : predicted },
      ...{ probability: 0.99 - 0.05 * i, loss: Number((-Math.log(labelledProbability)).toFixed(3)) },
    };
  });
  return { kind: "topLosses", title: "Largest losses", of: 980, examples, live: false };
}

export function exampleExamples(isText = false): ExamplesFigure {
  const examples = Array.from({ length: isText ? 5 : 20 }, (_, i) => ({
    ...(i === 4 ? { index: i } : pictured(i, isText)),
    labelled: isText ? "positive" : DIGITS[Math.floor(i / 2)]!,
  }));
  return { kind: "examples", title: "Examples", of: 10_000, classes: isText ? 2 : 10, seed: 0, examples, live: false };
}

export function exampleReconstructions(): ReconstructionsFigure {
  const rng = new Rng(6);
  const indices = [3, 8, 11, 20];
  const images = indices.map(() => BAR);
  const errors = (mean: number) => indices.map(() => Number((mean * (0.7 + 0.6 * rng.uniform())).toPrecision(4)));
  return {
    ...{ kind: "reconstructions", title: "Reconstructions", indices, height: 6, width: 6 },
    noise: "30 % of the numbers set to 0",
    rows: [
      { name: "original", depth: 0, images },
      { name: "corrupted", depth: 0, errors: errors(0.031), images },
      ...[256, 64].map((units, i) => ({
        ...{ name: `dense${i + 1}`, depth: i + 1, units, errors: errors(0.006 * (i + 1)), images },
      })),
    ],
    live: false,
  };
}

/** A small network, or one with so many blocks that its frozen part is folded. */
export function exampleLayers(blocks = 4): LayersFigure {
  const backbone = Array.from({ length: blocks }, (_, i): LayerRow[] => {
    const trained = i >= blocks - 1;
    const filters = 32 * (i + 1);
    const shape = [28 >> Math.min(3, i), 28 >> Math.min(3, i), filters];
    return [
      {
        ...{ name: `conv${i + 1}`, type: "Conv2D", shape, parameters: 9 * filters * Math.max(1, 32 * i) },
        ...{ state: trained ? "trained" : "frozen", part: "backbone" },
      },
      {
        ...{ name: `bn${i + 1}`, type: "BatchNormalization", shape, parameters: 4 * filters, state: "frozen" },
        part: "backbone",
      },
      { name: `relu${i + 1}`, type: "Activation", shape, parameters: 0, part: "backbone" },
    ];
  }).flat();
  const head: LayerRow = {
    ...{ name: "head", type: "Dense", shape: [10], parameters: 32 * blocks * 10 + 10, state: "trained", part: "head" },
  };
  const layers = [...backbone, head];
  let left = layers.filter(({ state }) => state !== undefined).length;
  return {
    kind: "layers",
    title: "Layers",
    backbone: "fashion-cnn",
    input: [28, 28, 1],
    layers: layers.map((layer) => (layer.state === undefined ? layer : { ...layer, lastLayers: left-- })),
    live: false,
  };
}

export function exampleLrFinder(): LrFinderFigure {
  const rng = new Rng(2);
  const rates = Array.from({ length: 92 }, (_, i) => Number((1e-7 * 10 ** ((i * 7) / 99)).toPrecision(4)));
  const losses = rates.map((rate) => {
    const fall = 2.1 / (1 + (rate / 6e-4) ** 1.3);
    return Number((0.35 + fall + 40 * rate ** 2 * 3 + 0.02 * rng.normal()).toPrecision(4));
  });
  return {
    ...{ kind: "lrFinder", title: "Learning rates", rates, losses },
    ...{ valley: 4.2e-4, steepest: 9.1e-4, diverged: true, live: false },
  };
}

/** Two models, of which one has moved much more than the other. */
export function exampleDrift(): DriftFigure {
  const row = (layer: string, type: string, drift: DriftRow["drift"]): DriftRow => ({
    ...{ layer, type, of: "weights", drift },
  });
  return {
    kind: "drift",
    title: "Drift",
    models: ["rate 1e-4", "rate 0.03"],
    rows: [
      row("conv1", "Conv2D", [0.0021, 1.84]),
      row("bn1", "BatchNormalization", [0, 0.31]),
      { layer: "bn1", type: "BatchNormalization", of: "statistics", drift: [0, 0.92] },
      row("conv2", "Conv2D", [0.0064, 1.12]),
      row("conv3", "Conv2D", [0.018, 0.66]),
      row("head", "Dense", [null, null]),
    ],
    live: false,
  };
}

export function exampleLines(): LinesFigure {
  const line = (name: string, means: readonly number[]) => ({
    name,
    points: means.map((y, x) => ({ x, y, interval: [y - 0.012, y + 0.012] as const, trials: 5 })),
  });
  return {
    kind: "lines",
    title: "Copied blocks",
    x: "blocks copied",
    y: "test accuracy",
    logX: false,
    lines: [
      line("copied, frozen", [0.931, 0.938, 0.944, 0.946]),
      line("copied, fine-tuned", [0.931, 0.939, 0.947, 0.953]),
      line("random, frozen", [0.931, 0.925, 0.897, 0.842]),
    ],
    live: false,
  };
}
