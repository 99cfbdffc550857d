/**
 * Low-rank updates (LoRA; Hu et al. 2021, section 4.1): a matrix W of a layer is frozen and the layer computes with
 * W + scale · A · B, of which A `[rows, rank]` and B `[rank, columns]` are trained. Kernels have their inputs as rows here, so A is what
 * the paper calls A, transposed. Each engine writes this once, before the layers, for whatever kinds have matrices.
 */
import { GraftError } from "../../shared/graftError";
import type { PlacedLayer } from "../backbone/graphShapes";
import type { WeightSpec } from "../backbone/kinds/layerKind";
import type { Layer } from "../backbone/layerGraph";

/** Which of the layers that train do so by low-rank updates. Plain data. */
export interface LowRank {
  /** Names. Their matrices get updates, all else of them (biases) is frozen. */
  readonly layers: readonly string[];
  /** Columns of A, rows of B. */
  readonly rank: number;
  /** The paper's alpha / rank. */
  readonly scale: number;
}

/** What trains of a graph. */
export interface TrainedLayers {
  /** Names. */
  readonly trainable: readonly string[];
  readonly lowRank?: LowRank | undefined;
}

/** The update of one weight. */
export interface LowRankUpdate {
  readonly layer: Layer;
  /** The frozen weight, `layer/weight`. */
  readonly key: string;
  readonly shape: readonly number[];
  readonly matrix: readonly [rows: number, columns: number];
  readonly scale: number;
  /** A and B as weights of the layer, named as Keras does. */
  readonly a: WeightSpec;
  readonly b: WeightSpec;
}

/** In the order of the layers. @throws GraftError `engine/low-rank` for layers that do not train or have no matrix. */
export function lowRankUpdates(
  placed: readonly PlacedLayer[],
  { trainable, lowRank }: TrainedLayers,
): readonly LowRankUpdate[] {
  if (lowRank === undefined) return [];
  const { layers, rank, scale } = lowRank;
  const updated = placed.filter(({ layer }) => layers.includes(layer.name) && trainable.includes(layer.name));
  const able = updated.filter(({ weights }) => weights.some(({ matrix }) => matrix !== undefined));
  const stray = layers.find((name) => !able.some(({ layer }) => layer.name === name));
  if (stray !== undefined) {
    throw new GraftError({
      code: "engine/low-rank",
      expected: "low-rank updates of layers that train and have a matrix",
      found: `"${stray}"`,
      remedy: "Name dense, attention or convolution layers among the trainable ones",
    });
  }
  return able.flatMap(({ layer, weights }) =>
    weights.flatMap(({ name, shape, matrix }): LowRankUpdate[] => {
      if (matrix === undefined) return [];
      const [rows, columns] = matrix;
      const role = "kernel";
      return [
        {
          ...{ layer, key: `${layer.name}/${name}`, shape, matrix, scale },
          a: { name: `lora_${name}_a`, shape: [rows, rank], role },
          b: { name: `lora_${name}_b`, shape: [rank, columns], role },
        },
      ];
    }),
  );
}

/** Full names (`layer/weight`) of A and B. */
export function factorKeys({ layer, a, b }: LowRankUpdate): readonly [a: string, b: string] {
  return [`${layer.name}/${a.name}`, `${layer.name}/${b.name}`];
}
