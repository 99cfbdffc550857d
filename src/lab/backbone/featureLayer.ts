import { layerNamed, valueShapes } from "./graphShapes";
import { sizeOf } from "./kinds/layerKind";
import type { Layer, LayerGraph } from "./layerGraph";

/**
 * The layer whose value are the features of a model that does not say so itself. A classifier is what lies at the end and is made of Dense
 * layers, dropout and activations only. Pooled features before it are what transfers best; without pooling, what its last Dense layer reads.
 */
export function featuresOf(graph: LayerGraph): string {
  let name = graph.output;
  let beforeLastDense: string | undefined;
  while (name !== graph.input.name) {
    const layer = layerNamed(graph, name);
    if (layer.type === "Dense") beforeLastDense ??= layer.inputs[0]!;
    else if (layer.type !== "Dropout" && layer.type !== "Activation") {
      return isPooled(graph, layer) ? name : (beforeLastDense ?? graph.output);
    }
    name = layer.inputs[0]!;
  }
  return beforeLastDense ?? graph.output;
}

function isPooled(graph: LayerGraph, layer: Layer): boolean {
  if (layer.type.startsWith("Global")) return true;
  if (layer.type !== "Flatten" && layer.type !== "Reshape") return false;
  const shape = valueShapes(graph).get(layer.inputs[0]!)!;
  return shape.length === 3 && sizeOf(shape.slice(0, 2)) === 1;
}
