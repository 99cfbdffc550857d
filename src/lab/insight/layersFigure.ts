import type { LayersFigure } from "../../shared/figures/layersFigure";
import { parameterCount, valueShapes, weightNames } from "../backbone/graphShapes";
import { headOf } from "../train/headLayers";
import type { ModelCore } from "../train/modelCore";

export function layersFigure(
  {
    graph,
    weights,
    trainable,
    featureLayer,
    backbone,
  }: Pick<ModelCore, "graph" | "weights" | "trainable" | "featureLayer" | "backbone">,
  title: string,
): LayersFigure {
  const shapes = valueShapes(graph);
  const head = new Set(headOf(graph, featureLayer).map(({ name }) => name));
  let left = graph.layers.filter((layer) => weightNames(layer).length > 0).length;
  return {
    kind: "layers",
    title,
    backbone,
    input: graph.input.shape,
    layers: graph.layers.map((layer) => ({
      ...{ name: layer.name, type: layer.type, shape: shapes.get(layer.name)! },
      parameters: parameterCount(layer, weights),
      ...(weightNames(layer).length === 0
        ? {}
        : { state: trainable.has(layer.name) ? ("trained" as const) : ("frozen" as const), lastLayers: left-- }),
      part: head.has(layer.name) ? "head" : "backbone",
    })),
    live: false,
  };
}
