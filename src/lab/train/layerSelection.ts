import { weightedLayers } from "../backbone/graphShapes";
import type { Layer, LayerGraph } from "../backbone/layerGraph";
import { GraftError } from "../../shared/graftError";

/**
 * The layers that `lastLayers` means: layers that have weights, counted from the head backwards. Batch norm has weights (gamma and beta), so
 * it counts as a layer of its own; activations, pooling and dropout do not count. 1 is the head alone, `"all"` the whole model.
 *
 * @throws GraftError `train/last-layers` listing the layers when the number is not between 1 and their count.
 */
export function selectLastLayers(graph: LayerGraph, lastLayers: number | "all"): readonly Layer[] {
  const layers = weightedLayers(graph);
  if (lastLayers === "all") return layers;
  if (Number.isInteger(lastLayers) && lastLayers >= 1 && lastLayers <= layers.length) return layers.slice(-lastLayers);
  const counted = [...layers].reverse().map((layer, i) => `${i + 1} ${layer.name}`);
  throw new GraftError({
    code: "train/last-layers",
    expected: `lastLayers from 1 to ${layers.length}, counted from the head: ${counted.join(", ")}`,
    found: String(lastLayers),
    remedy: 'Choose one of these numbers, or "all"',
  });
}

/**
 * Those of `layers` that train: without their batch norms where these stay frozen.
 *
 * @throws GraftError `train/nothing-to-train` when only batch norms were selected.
 */
export function withBatchNorm(layers: readonly Layer[], batchNorm: "train" | "frozen"): readonly Layer[] {
  const trained = batchNorm === "train" ? layers : layers.filter(({ type }) => type !== "BatchNormalization");
  if (trained.length > 0) return trained;
  throw new GraftError({
    code: "train/nothing-to-train",
    expected: "a layer besides batch norm among those to train",
    found: layers.map(({ name }) => name).join(", "),
    remedy: 'Train more layers, or batch norm too: batchNorm: "train"',
  });
}

/** In words: `"head"`, `"last 2 layers"`, `"all layers"`. */
export function phaseName(graph: LayerGraph, trainable: readonly Layer[]): string {
  const [first] = trainable;
  if (first === undefined || first.name === graph.output) return "head";
  const layers = weightedLayers(graph);
  const reach = layers.length - layers.findIndex(({ name }) => name === first.name);
  const frozen = reach - trainable.length;
  const name = reach === layers.length ? "all layers" : `last ${reach} layers`;
  return frozen === 0 ? name : `${name} without batch norm`;
}
