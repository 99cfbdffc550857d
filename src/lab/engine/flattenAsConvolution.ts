import { placedLayers } from "../backbone/graphShapes";
import type { Layer, LayerGraph } from "../backbone/layerGraph";

/**
 * The same function with each Flatten that only a Dense layer reads, together with it, as a convolution whose one window is the
 * whole image; its kernel lies in memory as the Dense layer's does. In a training graph images have the batch last, so flattening
 * them is a transpose, on one core and back again, where the convolution gathers whole rows.
 */
export function flattenAsConvolution(graph: LayerGraph): LayerGraph {
  const placed = new Map(placedLayers(graph).map((place) => [place.layer.name, place]));
  const readers = (name: string) => graph.layers.filter(({ inputs }) => inputs.includes(name));
  const merged = new Map<string, Layer>();
  for (const { layer, inputShapes } of placed.values()) {
    const [reader, ...others] = readers(layer.name);
    const isMerged = layer.type === "Flatten" && inputShapes[0]?.length === 3 && layer.name !== graph.output;
    if (isMerged && reader?.type === "Dense" && others.length === 0) merged.set(reader.name, layer);
  }
  /** Layers whose value is now an image of one pixel, to the layer that flattens it again. */
  const flat = (name: string): string => (merged.has(name) ? `${name} flat` : name);
  const layers = graph.layers.flatMap((original): Layer[] => {
    if ([...merged.values()].includes(original)) return [];
    const layer = { ...original, inputs: original.inputs.map(flat) };
    const flatten = merged.get(layer.name);
    if (flatten === undefined || layer.type !== "Dense") return [layer];
    const [height, width] = placed.get(flatten.name)!.inputShapes[0] as readonly [number, number, number];
    const { name, units, useBias, activation } = layer;
    return [
      {
        ...{ type: "Conv2D", name, inputs: flatten.inputs.map(flat), filters: units, useBias, activation },
        ...{ kernelSize: [height, width], strides: [1, 1], padding: "valid" },
      },
      { type: "Flatten", name: flat(name), inputs: [name] },
    ];
  });
  return { ...graph, layers, output: flat(graph.output) };
}
