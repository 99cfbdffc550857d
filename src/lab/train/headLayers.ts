/** The head in a model's graph: the layers behind the features. Heads are put on, found and replaced here alone. */
import { pathTo } from "../backbone/cutGraph";
import { valueShapes } from "../backbone/graphShapes";
import type { Layer, LayerGraph } from "../backbone/layerGraph";
import { GraftError } from "../../shared/graftError";

export type Head =
  /** One Dense layer. */
  | { readonly kind: "linear" }
  /** Dense with relu, dropout, Dense. */
  | { readonly kind: "mlp"; readonly hiddenUnits: number; readonly dropout: number }
  /** Of `examples` labelled features the `neighbours` nearest vote. */
  | { readonly kind: "nearest"; readonly examples: number; readonly neighbours: number };

/** A backbone up to its features `[width]`: maps are averaged over height and width, sequences over their steps. */
export function withFlatFeatures(graph: LayerGraph): LayerGraph {
  const rank = valueShapes(graph).get(graph.output)!.length;
  if (rank === 1) return graph;
  const pool = { name: freeName(graph, "head_pool"), inputs: [graph.output] };
  const layer: Layer =
    rank === 3
      ? { ...pool, type: "GlobalAveragePooling2D", keepDims: false }
      : { ...pool, type: "GlobalAveragePooling1D" };
  return { ...graph, layers: [...graph.layers, layer], output: pool.name };
}

/** The graph up to its features with this head behind them, in place of the one that it has. */
export function withHead(graph: LayerGraph, featureLayer: string, classes: number, head: Head): LayerGraph {
  const before = pathTo(graph, featureLayer);
  const layers = headLayers(before, classes, head);
  return { ...before, layers: [...before.layers, ...layers], output: layers.at(-1)!.name };
}

function headLayers(before: LayerGraph, classes: number, head: Head): readonly Layer[] {
  const name = freeName(before, "head");
  const dense = (input: string): Layer => ({
    ...{ type: "Dense", name, inputs: [input], units: classes, useBias: true, activation: "linear" },
  });
  switch (head.kind) {
    case "linear":
      return [dense(before.output)];
    case "mlp": {
      const [hidden, dropout] = [freeName(before, "head_hidden"), freeName(before, "head_dropout")];
      const { hiddenUnits: units, dropout: rate } = head;
      return [
        { type: "Dense", name: hidden, inputs: [before.output], units, useBias: true, activation: "relu" },
        { type: "Dropout", name: dropout, inputs: [hidden], rate },
        dense(dropout),
      ];
    }
    case "nearest": {
      const { examples, neighbours } = head;
      return [{ type: "NearestNeighbors", name, inputs: [before.output], examples, neighbours, classes }];
    }
  }
}

/** From the features to the logits. */
export function headOf(graph: LayerGraph, featureLayer: string): readonly Layer[] {
  const before = new Set(pathTo(graph, featureLayer).layers.map(({ name }) => name));
  return graph.layers.filter(({ name }) => !before.has(name));
}

/** @throws GraftError `train/no-gradients` when the head is one that gradient descent cannot train. */
export function requireGradients(graph: LayerGraph): void {
  const layer = graph.layers.find(({ type }) => type === "NearestNeighbors");
  if (layer === undefined) return;
  throw new GraftError({
    code: "train/no-gradients",
    expected: "a head that gradient descent can train",
    found: `"${layer.name}", which looks up nearest neighbours`,
    remedy: 'Train another head first, for example model.trainHead(train, { method: "linear" })',
  });
}

function freeName(graph: LayerGraph, name: string): string {
  return graph.layers.some((layer) => layer.name === name) ? freeName(graph, `${name}_new`) : name;
}
