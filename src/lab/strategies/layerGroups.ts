import { weightedLayers } from "../backbone/graphShapes";
import type { Layer, LayerGraph } from "../backbone/layerGraph";
import { headOf } from "../train/headLayers";

/**
 * The layers with weights in groups that are unfrozen together, from input to head: a layer with the batch norms behind it; the head as a whole is
 * the last group.
 *
 * @param featureLayer What the head reads.
 */
export function layerGroups(graph: LayerGraph, featureLayer: string): readonly (readonly Layer[])[] {
  const head = new Set(headOf(graph, featureLayer).map(({ name }) => name));
  const groups: Layer[][] = [];
  const layers = weightedLayers(graph);
  for (const layer of layers.filter(({ name }) => !head.has(name))) {
    const only = groups.at(-1)?.every(({ type }) => type === "BatchNormalization");
    // One before all layers, which normalises the input, goes with the first of them.
    if (groups.length > 0 && (layer.type === "BatchNormalization" || only)) groups.at(-1)!.push(layer);
    else groups.push([layer]);
  }
  return [...groups, layers.filter(({ name }) => head.has(name))];
}
