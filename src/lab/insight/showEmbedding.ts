import { randomUUID } from "node:crypto";
import { packedPoints } from "../../shared/embeddingPoints";
import type { EmbeddingFigure, EmbeddingSplits } from "../../shared/figures/embeddingFigure";
import { GraftError, InterruptedError } from "../../shared/graftError";
import { labHost } from "../../shared/labHost";
import { pack } from "../../shared/packed";
import { Rng } from "../../shared/rng";
import { picturesOf, predictionsOf, textsOf } from "./embeddingExamples";
import { type EmbeddedNow, EmbeddingPlot } from "./embeddingPlot";
import {
  type FeatureSource,
  type GivenFeatures,
  givenRows,
  isSource,
  type LabelledExamples,
  noModel,
  watchEpochs,
} from "./embeddingSource";
import { liveFigure } from "./liveFigure";
import { type FeatureMap, mapFeatures, type MapProgress } from "./maps/mapFeatures";
import type { Told } from "./judgement";

/** More take minutes. */
const MAXIMUM_EXAMPLES = 20_000;
const MOST_SPLITS = 256;

/** What is mapped, and how. */
export interface EmbeddingOptions {
  /**
   * `"tsne"` (van der Maaten & Hinton 2008, the default), `"umap"` (McInnes et al. 2018), or `"pca"`, which is linear and done in a moment.
   */
  readonly method?: "tsne" | "umap" | "pca";
  /** Default 2. */
  readonly dims?: 2 | 3;
  /** Whose output is mapped; by default the last layer before the head. */
  readonly layer?: string;
  /** t-SNE: effective number of neighbours. Default 30, less for fewer than 91 examples. */
  readonly perplexity?: number;
  /** UMAP: neighbours of each example. Default 15, less for fewer than 16 examples. */
  readonly neighbours?: number;
  /** Default 0. Decides the sample and the start of the map. */
  readonly seed?: number;
  /** Default 1000 for t-SNE, 200 to 500 for UMAP. */
  readonly iterations?: number;
  /** Of more examples a seeded sample is mapped. Default 20,000. */
  readonly maximumExamples?: number;
  /** Which split each example of the dataset is from, e.g. `"train"`: points can be coloured by it. */
  readonly splits?: readonly string[];
  /** Default true: small pictures (or the beginnings of texts) are in the figure, to be seen on hover. */
  readonly pictures?: boolean;
  /** Name of the first frame, where `watch` or `addFrame` add others. Default `"map"`. */
  readonly frame?: string;
  /**
   * Default false. True: from now on the map follows the model. After each epoch of its later trainings it has one frame more, and a slider over
   * them; a training waits in the end until all are drawn. Of several maps of a model the last one follows it.
   */
  readonly watch?: boolean;
  readonly title?: string;
}

/**
 * Shows a map of what a layer makes of each example, drawn while it converges; resolves when it is finished. An interrupt keeps the
 * map so far under the cell and throws `InterruptedError`.
 */
export async function showEmbedding<Data extends LabelledExamples<Data>>(
  from: FeatureSource<Told<Data>> | GivenFeatures,
  dataset: Data,
  options: EmbeddingOptions = {},
): Promise<EmbeddingPlot<Data>> {
  const { seed = 0, method = "tsne", dims = 2 } = options;
  const most = checkedMaximum(options.maximumExamples);
  const sampled = dataset.size > most;
  const indices = sampled
    ? new Rng(seed).permutation(dataset.size).slice(0, most).sort()
    : Uint32Array.from({ length: dataset.size }, (_, i) => i);
  const data = sampled ? dataset.select(indices) : dataset;
  const watched = options.watch === true ? watchable(from) : undefined;
  const splits = options.splits === undefined ? undefined : splitsOf(options.splits, dataset.size, indices);

  const host = labHost();
  const live = liveFigure();
  const progress = (fraction: number, detail: string) =>
    host.progress({ id: live.displayId, title: "Mapping features", fraction, detail });
  progress(0, `${data.size.toLocaleString("en")} examples`);
  try {
    const embedNow = isSource(from) ? (model = from) => embed(model, data, options.layer) : undefined;
    const rows: EmbeddedNow & { readonly layer?: string } = isSource(from)
      ? await embed(from, data, options.layer)
      : await givenRows(from, dataset.size, indices);
    const { layer, predictions } = rows;
    const notes = sampled
      ? [`A random sample of ${most.toLocaleString("en")} of ${dataset.size.toLocaleString("en")} examples.`]
      : [];
    const figureOf = (map: Float32Array, more: Pick<EmbeddingFigure, "iteration" | "iterations" | "live">) =>
      ({
        kind: "embedding",
        title: options.title ?? (layer === undefined ? "Embedding" : `Embedding at layer ${layer}`),
        plot,
        method,
        dims,
        size: data.size,
        ...(layer === undefined ? {} : { layer }),
        parameters: { seed },
        frames: [
          {
            name: options.frame ?? "map",
            ...packedPoints(map, dims),
            ...(predictions === undefined ? {} : { predictions }),
          },
        ],
        classes: data.classes,
        labels,
        ...(sampled ? { indices: packedIndices } : {}),
        ...(splits === undefined ? {} : { splits }),
        notes,
        ...more,
      }) satisfies EmbeddingFigure;
    const plot = randomUUID();
    const labels = pack(Uint16Array.from(data.labels));
    const packedIndices = pack(indices);
    const result = await mapFeatures(
      {
        ...{ rows: data.size, columns: rows.columns, features: rows.data, method, dims, seed },
        ...given(options, ["perplexity", "neighbours", "iterations"]),
        interruptFlag: host.interruptFlag,
      },
      (reached) => {
        const { iteration, iterations, map } = reached;
        progress(Math.min(0.99, iteration / Math.max(1, iterations)), progressText(reached));
        live.update(() => figureOf(map, { iteration, iterations, live: true }));
      },
    );
    const { map, iteration, interrupted } = result;
    const pictures = options.pictures === false ? undefined : picturesOf(data, seed);
    const texts = options.pictures === false ? undefined : textsOf(data);
    const iterations = Number(result.parameters.iterations ?? 0);
    const figure: EmbeddingFigure = {
      ...figureOf(map, { iteration, iterations, live: false }),
      parameters: result.parameters,
      ...(pictures === undefined ? {} : { pictures }),
      ...(texts === undefined ? {} : { texts }),
      notes: [
        ...notes,
        ...pictureNote(pictures?.points, data.size),
        ...(interrupted ? [`Stopped at iteration ${iteration} of ${iterations}.`] : []),
      ],
      quality: roundedQuality(result),
    };
    live.finish(figure);
    if (interrupted) throw new InterruptedError("Interrupted. The map so far has been kept.");
    const drawn = new EmbeddingPlot({ figure, displayId: live.displayId, dataset, map: result, embedNow });
    watched?.((model, name) => drawn.follow(model, name));
    return drawn;
  } finally {
    progress(1, "done");
  }
}

/** Throws `embedding/no-model` where there is nothing that trains. */
function watchable<Data extends LabelledExamples<Data>>(from: FeatureSource<Data> | GivenFeatures) {
  if (isSource(from) && from[watchEpochs] !== undefined) return from[watchEpochs].bind(from);
  throw noModel();
}

async function embed<Data extends LabelledExamples<Data>>(
  from: FeatureSource<Data>,
  data: Data,
  wanted: string | undefined,
): Promise<EmbeddedNow & { readonly layer: string }> {
  const { layer, features } = await from.features(data, wanted === undefined ? {} : { layer: wanted });
  const logits = await from.logits?.(data);
  const predictions = logits === undefined ? undefined : predictionsOf(logits, data.labels, data.classes.length);
  return {
    layer,
    columns: features.data.length / Math.max(1, data.size),
    data: features.data,
    ...(predictions === undefined ? {} : { predictions }),
  };
}

function given<Name extends keyof EmbeddingOptions>(
  options: EmbeddingOptions,
  names: readonly Name[],
): Partial<Record<Name, NonNullable<EmbeddingOptions[Name]>>> {
  return Object.fromEntries(
    names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  ) as Partial<Record<Name, NonNullable<EmbeddingOptions[Name]>>>;
}

function progressText({ iteration, iterations, secondsLeft }: MapProgress): string {
  const left = secondsLeft === undefined ? "" : `, ${Math.ceil(secondsLeft)} s left`;
  return `iteration ${iteration}/${iterations}${left}`;
}

function pictureNote(points: string | undefined, size: number): string[] {
  if (points === undefined) return [];
  const pictured = Math.floor((points.length * 3) / 16);
  return pictured >= size
    ? []
    : [`Pictures of ${pictured.toLocaleString("en")} examples, drawn at random, are in the figure.`];
}

function roundedQuality({ quality }: FeatureMap): NonNullable<EmbeddingFigure["quality"]> {
  return {
    trustworthiness: Number(quality.trustworthiness.toFixed(4)),
    neighbourRecall: Number(quality.neighbourRecall.toFixed(4)),
    neighbours: quality.neighbours,
  };
}

function splitsOf(splits: readonly string[], size: number, indices: Uint32Array): EmbeddingSplits {
  const names = [...new Set(splits)];
  if (splits.length !== size || names.length > MOST_SPLITS) {
    throw new GraftError({
      code: "embedding/splits",
      expected: `the name of a split for each of the ${size} examples, at most ${MOST_SPLITS} different ones`,
      found: `${splits.length} names, ${names.length} different ones`,
      remedy: 'Give one name an example, for instance Array(train.size).fill("train")',
    });
  }
  const places = new Map(names.map((name, place) => [name, place]));
  return { names, of: pack(Uint8Array.from(indices, (index) => places.get(splits[index]!)!)) };
}

function checkedMaximum(most = MAXIMUM_EXAMPLES): number {
  if (Number.isInteger(most) && most > 0) return most;
  throw new GraftError({
    code: "embedding/bad-maximum",
    expected: "a whole number of examples as maximumExamples",
    found: String(most),
    remedy: `Leave it out for ${MAXIMUM_EXAMPLES.toLocaleString("en")}, or pass a larger number and wait longer`,
  });
}
