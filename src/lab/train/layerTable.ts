import { parameterCount, valueShapes, weightNames } from "../backbone/graphShapes";
import type { LayerGraph, Weights } from "../backbone/layerGraph";

/** The layers as a text table; the first column is the number that `lastLayers` would be to train from this layer on. */
export function layerTable(graph: LayerGraph, weights: Weights, trainable: ReadonlySet<string>): string {
  const shapes = valueShapes(graph);
  let fromHead = graph.layers.filter((layer) => weightNames(layer).length > 0).length;
  const rows = graph.layers.map((layer) => {
    const weighted = weightNames(layer).length > 0;
    return [
      weighted ? String(fromHead--) : "",
      layer.name,
      layer.type,
      shapes.get(layer.name)!.join(" x "),
      weighted ? parameterCount(layer, weights).toLocaleString("en") : "",
      weighted ? (trainable.has(layer.name) ? "trainable" : "frozen") : "",
    ];
  });
  const header = ["lastLayers", "layer", "type", "output", "parameters", ""];
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const numeric = new Set([0, 4]);
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, column) => (numeric.has(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
