/** A map made from a seed, for goldens, renderer tests and benches. Not part of any bundle. */
import { packedPoints, packedPredictions } from "./embeddingPoints";
import type { EmbeddingFigure, EmbeddingFrame } from "./figures/embeddingFigure";
import { pack } from "./packed";
import { Rng } from "./rng";

const DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

export interface ExampleEmbeddingOptions {
  readonly dims?: 2 | 3;
  /** More than one: the clusters draw apart from frame to frame. */
  readonly frames?: number;
  /** With predictions, splits and pictures. */
  readonly rich?: boolean;
  readonly live?: boolean;
}

/** Ten clusters, two of which touch. */
export function exampleEmbedding(points = 600, options: ExampleEmbeddingOptions = {}): EmbeddingFigure {
  const { dims = 2, frames = 1, rich = false, live = false } = options;
  const rng = new Rng(11);
  const labels = Uint16Array.from({ length: points }, (_, i) => i % 10);
  const spread = Float32Array.from({ length: points * dims }, () => 3.4 * rng.normal());
  const made = Array.from({ length: frames }, (_, step): EmbeddingFrame => {
    const apart = (step + 1) / frames;
    const map = spread.map((value, i) => value + apart * centre(labels[Math.floor(i / dims)]!)[i % dims]!);
    return {
      name: step === 0 && frames === 1 ? "map" : step === 0 ? "pretrained" : `epoch ${step}`,
      ...packedPoints(map, dims),
      ...(rich ? { predictions: predictions(labels, apart, rng) } : {}),
    };
  });
  return {
    kind: "embedding",
    title: "Embedding at layer pool4",
    plot: "example",
    method: "tsne",
    dims,
    size: points,
    layer: "pool4",
    parameters: { perplexity: 30, seed: 7 },
    frames: made,
    classes: DIGITS,
    labels: pack(labels),
    ...(rich
      ? {
          splits: { names: ["train", "test"], of: pack(Uint8Array.from(labels, (_, i) => (i % 5 === 0 ? 1 : 0))) },
          pictures: {
            image: SHADES,
            width: 6,
            height: 6,
            columns: 10,
            points: pack(Uint32Array.from(labels.slice(0, 10), (_, i) => i)),
          },
        }
      : {}),
    iteration: live ? 250 : 750,
    iterations: 750,
    notes: [`A random sample of ${points} of 10,000 examples.`],
    ...(live ? {} : { quality: { trustworthiness: 0.9712, neighbourRecall: 0.5823, neighbours: 10 } }),
    live,
  };
}

function centre(label: number): readonly [number, number, number] {
  return [
    30 * Math.cos((label * 2 * Math.PI) / 10) * (label === 4 ? 0.8 : 1),
    24 * Math.sin(((label === 9 ? 4.4 : label) * 2 * Math.PI) / 10),
    label % 2 === 0 ? 12 : -12,
  ];
}

function predictions(labels: Uint16Array, apart: number, rng: Rng) {
  const right = labels.map(() => (rng.uniform() < 0.5 + 0.4 * apart ? 1 : 0));
  const confidence = Float32Array.from(right, (is) =>
    is === 1 ? 0.6 + 0.4 * rng.uniform() : 0.3 + 0.4 * rng.uniform(),
  );
  return packedPredictions({
    classes: labels.map((label, i) => (right[i] === 1 ? label : (label + 3) % 10)),
    confidence,
    loss: confidence.map((p, i) => -Math.log(right[i] === 1 ? p : (1 - p) / 2)),
  });
}

/** Ten pictures of six by six pixels in a row. */
const SHADES =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAADwAAAAGCAAAAAC6dqJlAAAAYklEQVR4XnWOQQHAIAwDkYGMyqgMZEzGZCCjMuomg92HB71vck2bfrr6wkxm5u5yHwuNZ0NFU3MRoYjITGU2tQ1xKb8bOheZZeJKZpnORWaZuJJZpnORWSau5HL5fJsTlfwBM5PXCxmbcT8AAAAASUVORK5CYII=";
