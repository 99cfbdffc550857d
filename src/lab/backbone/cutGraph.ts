/**
 * The cut: everything before the earliest trainable layer is the trunk, which is only evaluated; the rest is the tail,
 * which is trained. The value that crosses the boundary is what gets cached.
 *
 * Layers of a `LayerGraph` read one layer each, so one tensor crosses.
 */
import { layerNamed, valueShapes } from "./graphShapes";
import type { LayerGraph, Weights } from "./layerGraph";

export interface CutGraph {
  /** From the input to the boundary. Without layers when the cut is at the input: then there is nothing frozen before it. */
  readonly trunk: LayerGraph;
  /** Its input is the boundary, under the boundary's name. */
  readonly tail: LayerGraph;
  /** Name of the layer (or of the input) whose value crosses. */
  readonly boundary: string;
}

/** Cuts right before the earliest of the `trainable` layers. */
export function cutGraph(graph: LayerGraph, trainable: ReadonlySet<string>): CutGraph {
  const path = pathTo(graph, graph.output);
  const first = path.layers.findIndex((layer) => trainable.has(layer.name));
  const boundary = first <= 0 ? graph.input.name : path.layers[first - 1]!.name;
  return cutAfter(graph, first < 0 ? graph.output : boundary);
}

/** Cuts right after the layer (or the input) of that name. */
function cutAfter(graph: LayerGraph, boundary: string): CutGraph {
  const trunk = pathTo(graph, boundary);
  const inTrunk = new Set(trunk.layers.map((layer) => layer.name));
  return {
    trunk,
    tail: {
      input: { name: boundary, shape: valueShapes(trunk).get(boundary)! },
      layers: pathTo(graph, graph.output).layers.filter((layer) => !inTrunk.has(layer.name)),
      output: graph.output,
    },
    boundary,
  };
}

/** The part of the graph that `output` depends on. */
export function pathTo(graph: LayerGraph, output: string): LayerGraph {
  const needed = new Set<string>();
  if (output !== graph.input.name) needed.add(layerNamed(graph, output).name);
  for (const layer of [...graph.layers].reverse()) {
    if (needed.has(layer.name)) for (const input of layer.inputs) needed.add(input);
  }
  return { input: graph.input, layers: graph.layers.filter((layer) => needed.has(layer.name)), output };
}

/** Only the weights that the graph's layers own. */
export function weightsOf(graph: LayerGraph, weights: Weights): Weights {
  const layers = new Set(graph.layers.map((layer) => layer.name));
  return new Map([...weights].filter(([name]) => layers.has(name.slice(0, name.lastIndexOf("/")))));
}
