/**
 * A max pool whose windows are disjoint is quickest where the pixels lie tap by tap, `[taps, windows]`: its maximum, and the
 * gradient's way back, then go over whole rows of memory. The order costs nothing where a convolution gathers its columns
 * anyway, and batch norms and activations do not mind it.
 */
import { convolutionWindows } from "../backbone/kinds/convolutions";
import { poolingWindows } from "../backbone/kinds/poolings";
import type { PlacedLayer } from "../backbone/graphShapes";
import type { LayerGraph } from "../backbone/layerGraph";
import { isByColumns } from "./layers/denseConvolution";
import { isDisjoint, isPointwise, tapPixels } from "./layers/windowRows";

/** By layer whose output lies otherwise than row by row: its pixels in the order of memory. */
export function pixelOrders(
  graph: LayerGraph,
  layers: readonly PlacedLayer[],
  batch: number,
): ReadonlyMap<string, Int32Array> {
  const placed = new Map(layers.map((place) => [place.layer.name, place]));
  const readers = new Map<string, number>([[graph.output, 1]]);
  for (const name of graph.layers.flatMap(({ inputs }) => inputs)) readers.set(name, (readers.get(name) ?? 0) + 1);
  const orders = new Map<string, Int32Array>();
  for (const { layer, inputShapes } of layers) {
    if (layer.type !== "MaxPooling2D") continue;
    const windows = poolingWindows(layer, inputShapes);
    const path = isDisjoint(windows) ? pathFromConvolution(layer.inputs[0]!, placed, readers, batch) : [];
    const order = tapByTap(windows);
    for (const name of path) orders.set(name, order);
  }
  return orders;
}

/** The layers from a convolution that can choose its order to `name`, which nobody else reads; empty where there is none. */
function pathFromConvolution(
  name: string,
  placed: ReadonlyMap<string, PlacedLayer>,
  readers: ReadonlyMap<string, number>,
  batch: number,
): readonly string[] {
  const place = placed.get(name);
  if (place === undefined || readers.get(name) !== 1) return [];
  const { layer, inputShapes } = place;
  if (layer.type === "Conv2D") {
    const windows = convolutionWindows(layer, inputShapes);
    const channels = inputShapes[0]!.at(-1)!;
    const chooses = (layer.groups ?? 1) === 1 && !isPointwise(windows) && isByColumns({ windows, channels, batch });
    return chooses ? [name] : [];
  }
  if (layer.type !== "BatchNormalization" && layer.type !== "Activation") return [];
  const before = pathFromConvolution(layer.inputs[0]!, placed, readers, batch);
  return before.length === 0 ? [] : [...before, name];
}

/** The pixels of each tap, then those that no window has. */
function tapByTap(windows: ReturnType<typeof poolingWindows>): Int32Array {
  const inWindows = tapPixels(windows);
  const seen = new Set(inWindows);
  const pixels = Array.from({ length: windows.height * windows.width }, (_, pixel) => pixel);
  return Int32Array.from([...inWindows, ...pixels.filter((pixel) => !seen.has(pixel))]);
}
