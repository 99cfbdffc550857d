/** One figure of each kind, made from a seed: what goldens, renderer tests and screenshots draw. Not part of any bundle. */
import type {
  ComparisonFigure,
  ComparisonRow,
  CurveSeries,
  CurvesFigure,
  EmbeddingFigure,
  ExplanationFigure,
} from "./figure";
import { Rng } from "./rng";

const FROZEN = ["conv1", "bn1", "conv2", "bn2", "conv3", "bn3", "conv4", "bn4"];
const DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/** Two phases: 120 steps of the head, then the last two layers up to `steps`. */
export function exampleCurves(steps = 360, live = false): CurvesFigure {
  const rng = new Rng(5);
  const ideal = (step: number) =>
    step <= 120 ? 0.9 + 1.4 * Math.exp(-step / 30) : 0.28 + 0.6 * Math.exp(-(step - 120) / 60);
  const round = (value: number) => Number(value.toPrecision(4));
  const all = Array.from({ length: steps }, (_, i) => i + 1);
  const ends = all.filter((step) => step % 24 === 0);
  const epoch = (
    metric: "loss" | "accuracy",
    split: "train" | "validation",
    y: (step: number) => number,
  ): CurveSeries => ({
    metric,
    split,
    per: "epoch",
    x: ends,
    y: ends.map((step) => round(y(step))),
  });
  const second = {
    name: "last 2 layers",
    fromStep: 120,
    toStep: steps,
    trainableLayers: ["conv4", "head"],
    frozenLayers: FROZEN.slice(0, 6),
    status: live ? ("training" as const) : ("finished" as const),
  };
  return {
    kind: "curves",
    title: "Fine-tuning on 50 digits",
    series: [
      {
        metric: "loss",
        split: "train",
        per: "step",
        x: all,
        y: all.map((s) => round(ideal(s) * (1 + 0.12 * rng.normal()))),
      },
      epoch("loss", "train", ideal),
      epoch("loss", "validation", (step) => ideal(step) * 1.12 + 0.08 + step / 4000),
      epoch("accuracy", "train", (step) => 1 - 0.34 * ideal(step)),
      epoch("accuracy", "validation", (step) => 0.94 - 0.33 * ideal(step)),
    ],
    phases: [
      { name: "head", fromStep: 0, toStep: 120, trainableLayers: ["head"], frozenLayers: FROZEN, status: "finished" },
      second,
    ],
    live,
  };
}

/** Ten clusters, two of which touch. */
export function exampleEmbedding(points = 600): EmbeddingFigure {
  const rng = new Rng(11);
  const labels = Array.from({ length: points }, (_, i) => i % 10);
  const centre = (label: number) => ({
    x: 30 * Math.cos((label * 2 * Math.PI) / 10) * (label === 4 ? 0.8 : 1),
    y: 24 * Math.sin(((label === 9 ? 4.4 : label) * 2 * Math.PI) / 10),
  });
  const place = (value: number) => Number((value + 3.4 * rng.normal()).toFixed(2));
  return {
    kind: "embedding",
    title: "Embedding at layer pool4",
    method: "tsne",
    x: labels.map((label) => place(centre(label).x)),
    y: labels.map((label) => place(centre(label).y)),
    labels,
    classes: DIGITS,
    parameters: { perplexity: 30, seed: 7, layer: "pool4" },
    iteration: 750,
    iterations: 750,
    notes: [`A random sample of ${points} of 10,000 examples.`],
    quality: { trustworthiness: 0.9712, neighbourRecall: 0.5823, neighbours: 10 },
    live: false,
  };
}

export function exampleComparison(): ComparisonFigure {
  const row = (
    strategy: ComparisonRow["strategy"],
    detail: string,
    labels: number,
    accuracy: number,
    half: number,
    gain: number | undefined,
    seconds: number,
    trunkPasses: number,
  ): ComparisonRow => ({
    strategy,
    detail,
    labels,
    seeds: 10,
    accuracy,
    interval: [accuracy - half, accuracy + half],
    ...(gain === undefined ? {} : { gain: { mean: gain, interval: [gain - 0.02, gain + 0.02] } }),
    seconds,
    trunkPasses,
  });
  return {
    kind: "comparison",
    title: "Strategies compared",
    rows: [
      row("scratch", "all layers", 10, 0.41, 0.05, undefined, 2.1, 0),
      row("head", "head", 10, 0.49, 0.04, 0.08, 0.3, 1),
      row("last 2 layers", "last 2 layers: conv4, head", 10, 0.5, 0.04, 0.09, 0.9, 2),
      row("scratch", "all layers", 50, 0.66, 0.028, undefined, 3.4, 0),
      row("head", "head", 50, 0.72, 0.016, 0.06, 0.4, 1),
      row("last 2 layers", "last 2 layers: conv4, head", 50, 0.76, 0.015, 0.1, 1.6, 2),
      row("scratch", "all layers", 250, 0.87, 0.012, undefined, 9.2, 0),
      row("head", "head", 250, 0.83, 0.008, -0.04, 0.6, 1),
      row("last 2 layers", "last 2 layers: conv4, head", 250, 0.9, 0.006, 0.03, 4.8, 2),
    ],
    live: false,
  };
}

/** A bright bar in six by six pixels, and heat over its upper end. */
const BAR =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAYAAAAGCAAAAADFp7CUAAAAEUlEQVR4XmMQEXn2TESECAoACgEMqbADlgUAAAAASUVORK5CYII=";
const WARM =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAYAAAAGCAYAAADgzO9IAAAARUlEQVR4XmO4ZKTh8iBXo/3NbI1VIAxig8QYrtprhD9r0pjx7YjGERAGsUFiuHWcldMA67oTo1EBwiA2SAwsgQ1jCMAwAFUFObdl2pj1AAAAAElFTkSuQmCC";

export function exampleExplanation(): ExplanationFigure {
  const names = ["one", "seven", "one", "four"];
  return {
    kind: "explanation",
    title: "What speaks for the class",
    method: "gradCam",
    layer: "conv4",
    examples: names.map((name, i) => ({
      ...{ index: 3 * i, height: 6, width: 6, image: BAR, heat: WARM, warmest: [1, 2] },
      ...{ name, probability: 0.98 - 0.2 * i, labelled: "one" },
    })),
    live: false,
  };
}
