/**
 * The cut: everything that does not depend on a trainable layer is the trunk, which is only evaluated; the rest is the tail,
 * which is trained. The values that cross the boundary are the features that get cached. Where several cross (a residual
 * block is cut open), they travel as one row: the trunk ends with a `Pack`, the tail begins with an `Unpack` for each.
 */
import { layerNamed, valueShapes, weightNames } from "./graphShapes";
import { sizeOf } from "./kinds/layerKind";
import type { Layer, LayerGraph, LayerOf, Weights } from "./layerGraph";

export interface CutGraph {
  /** From the input to the boundary. Without layers when the cut is at the input: then there is nothing frozen before it. */
  readonly trunk: LayerGraph;
  /** Its input is the output of the trunk, under the same name. */
  readonly tail: LayerGraph;
  /** Names of the layers (or of the input) whose values cross, in the order in which they are packed. */
  readonly boundary: readonly string[];
}

/** A name that no layer of Keras has. */
const packedRow = "values across the cut";

/** Cuts right before the earliest of the `trainable` layers, on every way from the input to the output. */
export function cutGraph(graph: LayerGraph, trainable: ReadonlySet<string>): CutGraph {
  const path = pathTo(graph, graph.output);
  const inTail = tailLayers(path, trainable);
  const tail = path.layers.filter((layer) => inTail.has(layer.name));
  if (tail.length === 0) return cutAfter(path, [graph.output], []);
  const crossing = new Set(tail.flatMap(({ inputs }) => inputs.filter((name) => !inTail.has(name))));
  const values = [path.input.name, ...path.layers.map(({ name }) => name)];
  return cutAfter(
    path,
    values.filter((name) => crossing.has(name)),
    tail,
  );
}

/**
 * What depends on a trainable layer. A dropout that only such layers read belongs to them: it is part of the new head, and in
 * the trunk it would never drop anything.
 */
function tailLayers(path: LayerGraph, trainable: ReadonlySet<string>): ReadonlySet<string> {
  const inTail = new Set<string>();
  for (const layer of path.layers) {
    if (trainable.has(layer.name) || layer.inputs.some((name) => inTail.has(name))) inTail.add(layer.name);
  }
  for (const layer of path.layers.toReversed()) {
    const readers = path.layers.filter(({ inputs }) => inputs.includes(layer.name));
    if (layer.type === "Dropout" && readers.length > 0 && readers.every(({ name }) => inTail.has(name))) {
      inTail.add(layer.name);
    }
  }
  return inTail;
}

function cutAfter(path: LayerGraph, boundary: readonly string[], tail: readonly Layer[]): CutGraph {
  const shapes = valueShapes(path);
  const [only, ...others] = boundary as [string, ...string[]];
  if (others.length === 0) {
    return {
      trunk: pathTo(path, only),
      tail: { input: { name: only, shape: shapes.get(only)! }, layers: tail, output: path.output },
      boundary,
    };
  }
  const pack: Layer = { type: "Pack", name: packedRow, inputs: boundary };
  const trunk = pathTo({ ...path, layers: [...path.layers, pack] }, packedRow);
  let offset = 0;
  const unpacked = boundary.map((name): Layer & LayerOf<"Unpack"> => {
    const shape = shapes.get(name)!;
    offset += sizeOf(shape);
    return { type: "Unpack", name, inputs: [packedRow], offset: offset - sizeOf(shape), shape };
  });
  return {
    trunk,
    tail: { input: { name: packedRow, shape: [offset] }, layers: [...unpacked, ...tail], output: path.output },
    boundary,
  };
}

/** The part of the graph that `output` depends on. */
export function pathTo(graph: LayerGraph, output: string): LayerGraph {
  const needed = new Set<string>();
  if (output !== graph.input.name) needed.add(layerNamed(graph, output).name);
  for (const layer of graph.layers.toReversed()) {
    if (needed.has(layer.name)) for (const input of layer.inputs) needed.add(input);
  }
  return { input: graph.input, layers: graph.layers.filter((layer) => needed.has(layer.name)), output };
}

/** Only the weights that the graph's layers own. */
export function weightsOf(graph: LayerGraph, weights: Weights): Weights {
  // By kind, not by the layer's name: the `Unpack` of a value is named as the trunk's layer that made it.
  const own = new Set(graph.layers.flatMap(weightNames));
  return new Map([...weights].filter(([name]) => own.has(name)));
}
