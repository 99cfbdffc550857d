import { GraftError } from "../../shared/graftError";
import { labHost } from "../../shared/labHost";
import { layerNamed } from "../backbone/graphShapes";
import type { Dataset } from "../data/dataset";
import { StackedAutoencoder } from "../pretrain/stackedAutoencoder";
import { figureBundle } from "./figureBundle";
import { requireCount } from "./judgement";
import { reconstructionsFigure } from "./reconstructionsFigure";

/** Which images `show.reconstructions` shows. */
export interface ShowReconstructionsOptions {
  /** Of the examples, at most 16. Default: the first eight. */
  readonly indices?: readonly number[];
  /** Of the corruption. Default 0. */
  readonly seed?: number;
  /** Default "Reconstructions". */
  readonly title?: string;
}

const USUAL = 8;
const MAXIMUM = 16;

export async function showReconstructions(
  stack: StackedAutoencoder,
  dataset: Dataset,
  options: ShowReconstructionsOptions = {},
): Promise<void> {
  const { indices = firstOf(dataset), seed, title = "Reconstructions" } = options;
  // Cells are checked for types too, but what is shown may be any backbone there.
  if (!(stack instanceof StackedAutoencoder)) {
    throw new GraftError({
      code: "show/not-autoencoders",
      expected: "a stack of autoencoders, as pretrain.autoencoders makes them",
      found: typeof stack === "object" ? "an object that has no decoders" : typeof stack,
      remedy: "Pass what pretrain.autoencoders returned; a model that was grafted on it has no decoders",
    });
  }
  requireCount(indices.length, MAXIMUM);
  const reconstructions = await stack.reconstruct(dataset.select(indices), seed);
  const { noise, preprocessing, graph } = stack;
  const unitsOf = (name: string): number => {
    const layer = layerNamed(graph, name);
    return layer.type === "Dense" ? layer.units : 0;
  };
  const figure = reconstructionsFigure(reconstructions, { title, indices, noise, preprocessing, unitsOf });
  labHost().display(figureBundle(figure));
}

function firstOf({ size }: Dataset): readonly number[] {
  return Array.from({ length: Math.min(USUAL, size) }, (_, i) => i);
}
