/** Which maps Grad-CAM reads. */
import { pathTo } from "../backbone/cutGraph";
import { layerNamed, valueShapes } from "../backbone/graphShapes";
import type { Layer, LayerGraph } from "../backbone/layerGraph";
import { GraftError } from "../../shared/graftError";

const poolings: ReadonlySet<Layer["type"]> = new Set([
  "AveragePooling2D",
  "MaxPooling2D",
  "GlobalAveragePooling2D",
  "GlobalMaxPooling2D",
]);

/** The last maps `[height, width, channels]` before the features that no pooling has made coarser. @throws GraftError `explain/no-maps`. */
export function lastMaps(graph: LayerGraph, featureLayer: string): string {
  const shapes = valueShapes(graph);
  const layer = pathTo(graph, featureLayer).layers.findLast(
    ({ name, type }) => isMaps(shapes.get(name)!) && !poolings.has(type),
  );
  if (layer === undefined) throw noMaps("none in this model");
  return layer.name;
}

/** @throws GraftError `backbone/unknown-layer`, `explain/no-maps`. */
export function requireMaps(graph: LayerGraph, name: string): string {
  layerNamed(graph, name);
  const shape = valueShapes(graph).get(name)!;
  if (!isMaps(shape)) throw noMaps(`"${name}" with a value of [${shape.join(", ")}]`);
  const readers = pathTo(graph, graph.output).layers.filter(({ inputs }) => inputs.includes(name));
  if (readers.length === 0) throw noMaps(`"${name}", on which the output does not depend`);
  return name;
}

function isMaps(shape: readonly number[]): boolean {
  return shape.length === 3 && shape[0]! * shape[1]! > 1;
}

function noMaps(found: string): GraftError {
  return new GraftError({
    code: "explain/no-maps",
    expected: "a layer with maps of the image [height, width, channels], of which the output is made",
    found,
    remedy:
      'Use method: "occlusion", which needs none, or name a convolution as layer (model.summary() lists the layers)',
  });
}
