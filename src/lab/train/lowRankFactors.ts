/** The factors of low-rank updates before a training, and what the layers have of them after it. */
import { placedLayers } from "../backbone/graphShapes";
import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import { factorKeys, type LowRankUpdate, lowRankUpdates, type TrainedLayers } from "../engine/lowRank";
import { Rng } from "../../shared/rng";
import { requireSameBits } from "./frozenGuard";

/** Away from the streams of shuffling and dropout, which the same seed begins. */
const factorStream = 0x10a5eed;

/**
 * A by He et al. 2015 (uniform, variance 2 / rows), as Keras' `enable_lora` does, and B zero: the training begins at the network as it is.
 * By `layer/weight`.
 */
export function initialFactors(graph: LayerGraph, trained: TrainedLayers, seed: number): Weights {
  const rng = new Rng(seed ^ factorStream);
  const factors = new Map<string, Tensor>();
  for (const update of updatesOf(graph, trained)) {
    const [keyA, keyB] = factorKeys(update);
    const { a, b, matrix } = update;
    const bound = Math.sqrt(6 / matrix[0]);
    const uniform = Float32Array.from({ length: matrix[0] * a.shape[1]! }, () => bound * (2 * rng.uniform() - 1));
    factors.set(keyA, { shape: a.shape, data: uniform });
    factors.set(keyB, { shape: b.shape, data: new Float32Array(b.shape[0]! * matrix[1]) });
  }
  return factors;
}

/**
 * `weights` without factors: W + scale · A · B in the place of each W, in float64 until it is rounded.
 *
 * @param before What the training began with. @throws GraftError `train/frozen-drift` when the training changed a W or a bias beside it.
 */
export function mergedFactors(graph: LayerGraph, trained: TrainedLayers, weights: Weights, before: Weights): Weights {
  const updates = updatesOf(graph, trained);
  if (updates.length === 0) return weights;
  const merged = new Map(weights);
  const updated = new Set(updates.map(({ layer }) => layer.name));
  const frozen = placedLayers(graph).flatMap(({ layer, weights: specs }) =>
    updated.has(layer.name) ? specs.map(({ name }) => `${layer.name}/${name}`) : [],
  );
  requireSameBits(frozen, weights, before);
  for (const update of updates) {
    const [keyA, keyB] = factorKeys(update);
    merged.set(update.key, { shape: update.shape, data: sumOf(update, weights) });
    merged.delete(keyA);
    merged.delete(keyB);
  }
  return merged;
}

function sumOf(update: LowRankUpdate, weights: Weights): Float32Array {
  const { key, matrix, scale } = update;
  const [rows, columns] = matrix;
  const [{ data: a, shape }, { data: b }] = factorKeys(update).map((name) => weights.get(name)!) as [Tensor, Tensor];
  const rank = shape[1]!;
  const result = weights.get(key)!.data.slice();
  const row = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    row.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = scale * a[i * rank + k]!;
      for (let j = 0; j < columns; j++) row[j]! += factor * b[k * columns + j]!;
    }
    for (let j = 0; j < columns; j++) result[i * columns + j]! += row[j]!;
  }
  return result;
}

function updatesOf(graph: LayerGraph, trained: TrainedLayers): readonly LowRankUpdate[] {
  return lowRankUpdates(placedLayers(graph), trained);
}
