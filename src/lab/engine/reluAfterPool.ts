import type { Layer, LayerGraph } from "../backbone/layerGraph";

/**
 * The same function with each relu or relu6 that only a max pool reads moved behind the pool. The two commute to the bit, and
 * behind a 2 x 2 pool the activation and its gradient have a quarter of the numbers.
 */
export function reluAfterPool(graph: LayerGraph): LayerGraph {
  const byName = new Map(graph.layers.map((layer) => [layer.name, layer]));
  const readers = new Map<string, number>([[graph.output, 1]]);
  for (const name of graph.layers.flatMap(({ inputs }) => inputs)) readers.set(name, (readers.get(name) ?? 0) + 1);
  const movable = new Set<string>();
  const moved = new Map<string, Relu>();
  for (const { type, name, inputs } of graph.layers) {
    const before = byName.get(inputs[0] ?? "");
    const isMaximum = type === "MaxPooling2D" || type === "GlobalMaxPooling2D";
    const relu = isMaximum && before && readers.get(before.name) === 1 ? reluOf(before) : undefined;
    if (!relu || !before) continue;
    movable.add(before.name);
    moved.set(name, relu);
  }
  const layers = graph.layers.flatMap((layer): Layer[] => {
    if (movable.has(layer.name) && "activation" in layer) return [{ ...layer, activation: "linear" }];
    const activation = moved.get(layer.name);
    if (activation === undefined) return [layer];
    const inner = `${layer.name} before ${activation}`;
    return [
      { ...layer, name: inner },
      { type: "Activation", name: layer.name, inputs: [inner], activation },
    ];
  });
  return { ...graph, layers };
}

type Relu = "relu" | "relu6";

function reluOf(layer: Layer): Relu | undefined {
  if (!("activation" in layer)) return undefined;
  return layer.activation === "relu" || layer.activation === "relu6" ? layer.activation : undefined;
}
