import type { EmbeddingFigure } from "../../shared/figure";
import { GraftError, InterruptedError } from "../../shared/graftError";
import { labHost } from "../../shared/labHost";
import { Rng } from "../../shared/rng";
import type { Tensor } from "../backbone/layerGraph";
import { embedInWorker } from "./embedInWorker";
import type { FeatureSource, LabelledExamples } from "./embeddingSource";
import { liveFigure } from "./liveFigure";

/** Exact t-SNE takes seconds up to here; its time grows with the square. */
const MAXIMUM_EXAMPLES = 2000;
const MINIMUM_EXAMPLES = 12;
const NEIGHBOURS = 10;

/** What is mapped, and how t-SNE is run (van der Maaten & Hinton 2008). */
export interface EmbeddingOptions {
  /** Whose output is mapped; by default the last layer before the head. */
  readonly layer?: string;
  /** Effective number of neighbours. Default 30, less for fewer than 91 examples. */
  readonly perplexity?: number;
  /** Default 0. Decides the sample and the start of the map. */
  readonly seed?: number;
  /** Default 750. */
  readonly iterations?: number;
}

/**
 * Shows a t-SNE map of what a layer makes of each example, coloured by class, drawn while it converges; resolves when it is
 * finished. Of more than 2,000 examples a seeded sample is mapped, and the figure says so. An interrupt keeps the map so
 * far under the cell and throws `InterruptedError`.
 */
export async function showEmbedding<Data extends LabelledExamples<Data>>(
  model: FeatureSource<Data>,
  dataset: Data,
  options: EmbeddingOptions = {},
): Promise<void> {
  const { seed = 0, iterations = 750 } = options;
  const size = Math.min(dataset.size, MAXIMUM_EXAMPLES);
  const perplexity = checkedPerplexity(size, options.perplexity);
  checkIterations(iterations);
  const sampled = dataset.size > size;
  const data = sampled ? dataset.select(new Rng(seed).permutation(dataset.size).slice(0, size).sort()) : dataset;
  const { layer, features } = await model.features(data, options.layer === undefined ? {} : { layer: options.layer });
  checkFinite(features, layer);

  const notes = sampled
    ? [`A random sample of ${size.toLocaleString("en")} of ${dataset.size.toLocaleString("en")} examples.`]
    : [];
  const figure: Omit<EmbeddingFigure, "x" | "y" | "iteration" | "live"> = {
    kind: "embedding",
    title: `Embedding at layer ${layer}`,
    method: "tsne",
    labels: Array.from(data.labels),
    classes: data.classes,
    parameters: { perplexity, seed, layer },
    iterations,
    notes,
  };
  const host = labHost();
  const live = liveFigure();
  const progress = (fraction: number, detail: string) =>
    host.progress({ id: `embedding-${layer}`, title: "Mapping features", fraction, detail });
  progress(0, `${size} examples, ${layer}`);
  try {
    const result = await embedInWorker(
      {
        rows: size,
        columns: features.data.length / size,
        features: features.data,
        perplexity,
        iterations,
        seed,
        neighbours: Math.min(NEIGHBOURS, Math.floor(size / 2) - 1),
        interruptFlag: host.interruptFlag,
      },
      ({ iteration, map }) => {
        progress(Math.min(0.99, iteration / iterations), `iteration ${iteration}/${iterations}`);
        live.update(() => ({ ...figure, ...coordinates(map), iteration, live: true }));
      },
    );
    const stopped = result.interrupted ? [`Stopped at iteration ${result.iteration} of ${iterations}.`] : [];
    live.finish({
      ...figure,
      ...coordinates(result.map),
      iteration: result.iteration,
      notes: [...notes, ...stopped],
      quality: {
        ...result.quality,
        trustworthiness: Number(result.quality.trustworthiness.toFixed(4)),
        neighbourRecall: Number(result.quality.neighbourRecall.toFixed(4)),
      },
      live: false,
    });
    if (result.interrupted) throw new InterruptedError("Interrupted. The map so far has been kept.");
  } finally {
    progress(1, "done");
  }
}

/** Two decimals are finer than a pixel: a map is some tens of units wide. The first, tiny maps keep four digits. */
function coordinates(map: Float64Array): { x: number[]; y: number[] } {
  let extent = 1e-12;
  for (const value of map) extent = Math.max(extent, Math.abs(value));
  const digits = Math.max(0, 3 - Math.floor(Math.log10(extent)));
  const x: number[] = [];
  const y: number[] = [];
  for (let i = 0; i < map.length; i += 2) {
    x.push(Number(map[i]!.toFixed(digits)));
    y.push(Number(map[i + 1]!.toFixed(digits)));
  }
  return { x, y };
}

function checkedPerplexity(size: number, wanted: number | undefined): number {
  if (size < MINIMUM_EXAMPLES) {
    throw new GraftError({
      code: "embedding/too-few",
      expected: `at least ${MINIMUM_EXAMPLES} examples to map`,
      found: String(size),
      remedy: "Give show.embedding a larger dataset, for instance the test split",
    });
  }
  const largest = Math.floor((size - 1) / 3);
  if (wanted === undefined) return Math.min(30, largest);
  if (wanted >= 1 && wanted <= largest) return wanted;
  throw new GraftError({
    code: "embedding/bad-perplexity",
    expected: `a perplexity from 1 to ${largest}, a third of the ${size} examples`,
    found: String(wanted),
    remedy: "Leave perplexity out for a fitting one, or pass a number in that range",
  });
}

function checkIterations(iterations: number): void {
  if (Number.isInteger(iterations) && iterations >= 1 && iterations <= 100_000) return;
  throw new GraftError({
    code: "embedding/bad-iterations",
    expected: "a whole number of iterations from 1 to 100000",
    found: String(iterations),
    remedy: "Leave iterations out for the default of 750",
  });
}

function checkFinite({ data }: Tensor, layer: string): void {
  const broken = data.findIndex((value) => !Number.isFinite(value));
  if (broken < 0) return;
  throw new GraftError({
    code: "embedding/not-finite",
    expected: `finite features from ${layer}`,
    found: `${data[broken]} at index ${broken}`,
    remedy: "The weights have probably diverged in training: train again with a smaller learning rate",
  });
}
