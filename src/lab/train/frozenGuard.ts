import { weightedLayers } from "../backbone/graphShapes";
import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
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
  if (drifted.length > 0) throw drift(drifted.map((layer) => layer.name));
}

/** Of single weights, by `layer/weight`, where not their whole layer is frozen. @throws GraftError `train/frozen-drift`. */
export function requireSameBits(frozen: readonly string[], weights: Weights, before: Weights): void {
  const drifted = frozen.filter((name) => !sameBits(weights.get(name), before.get(name)));
  if (drifted.length > 0) throw drift(drifted);
}

function sameBits(a: Tensor | undefined, b: Tensor | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const [bytes, others] = [a, b].map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  return bytes!.equals(others!);
}

function drift(names: readonly string[]): GraftError {
  return new GraftError({
    code: "train/frozen-drift",
    expected: "what is frozen to be the same to the bit after training",
    found: `changes in ${names.join(", ")}`,
    remedy: "Report this as a defect of the engine; the model keeps the weights from before the training",
  });
}
