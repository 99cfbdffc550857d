import { Rng } from "../../shared/rng";
import { valueShapes, weightShapes } from "./graphShapes";
import type { Layer, LayerGraph, Tensor, Weights } from "./layerGraph";

/**
 * Seeded random weights. Kernels before a relu (also with batch norm in between) follow He et al. 2015
 * (arXiv:1502.01852, variance 2 / fan-in), output kernels Glorot & Bengio 2010 (variance 2 / (fan-in + fan-out)); biases 0,
 * batch norm the identity.
 */
export function initialWeights(graph: LayerGraph, seed: number): Weights {
  const rng = new Rng(seed);
  const shapes = valueShapes(graph);
  const weights = new Map<string, Tensor>();
  for (const layer of graph.layers) {
    for (const [name, shape] of weightShapes(layer, shapes.get(layer.inputs[0]!)!)) {
      weights.set(name, { shape, data: initialValues(layer, graph, name, shape, rng) });
    }
  }
  return weights;
}

function initialValues(
  layer: Layer,
  graph: LayerGraph,
  name: string,
  shape: readonly number[],
  rng: Rng,
): Float32Array<ArrayBuffer> {
  const size = shape.reduce((product, side) => product * side, 1);
  if (name.endsWith("/gamma") || name.endsWith("/moving_variance")) return new Float32Array(size).fill(1);
  if (!name.endsWith("/kernel")) return new Float32Array(size);
  const fanOut = shape.at(-1)!;
  const fanIn = size / fanOut;
  const deviation = Math.sqrt(2 / (layer.name === graph.output ? fanIn + fanOut : fanIn));
  return Float32Array.from({ length: size }, () => rng.normal() * deviation);
}
