import { weightedLayers } from "../backbone/graphShapes";
import type { LayerGraph, Weights } from "../backbone/layerGraph";
import { layerHash } from "../backbone/weightsHash";
import { GraftError } from "../../shared/graftError";

/** Hashes of all layers that must not change, batch-norm statistics included. */
export type FrozenHashes = ReadonlyMap<string, string>;

export function hashFrozen(graph: LayerGraph, weights: Weights, trainable: ReadonlySet<string>): FrozenHashes {
  const frozen = weightedLayers(graph).filter((layer) => !trainable.has(layer.name));
  return new Map(frozen.map((layer) => [layer.name, layerHash(layer, weights)]));
}

/** @throws GraftError `train/frozen-drift` naming every frozen layer of which a single bit has changed. */
export function verifyFrozen(graph: LayerGraph, weights: Weights, before: FrozenHashes): void {
  const drifted = graph.layers.filter((layer) => {
    const hash = before.get(layer.name);
    return hash !== undefined && hash !== layerHash(layer, weights);
  });
  if (drifted.length === 0) return;
  throw new GraftError({
    code: "train/frozen-drift",
    expected: "frozen layers that are the same to the bit after training",
    found: `changes in ${drifted.map((layer) => layer.name).join(", ")}`,
    remedy: "Report this as a defect of the engine; the model keeps the weights from before the training",
  });
}
