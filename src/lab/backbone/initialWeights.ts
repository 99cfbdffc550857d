import { Rng } from "../../shared/rng";
import { placedLayers } from "./graphShapes";
import { type Shape, sizeOf, type WeightSpec } from "./kinds/layerKind";
import type { Layer, LayerGraph, Tensor, Weights } from "./layerGraph";

/**
 * Seeded random weights. Kernels before a relu (also with batch norm in between) follow He et al. 2015
 * (arXiv:1502.01852, variance 2 / fan-in), those of the output and of attention Glorot & Bengio 2010 (variance 2 / (fan-in +
 * fan-out)); biases 0, normalisation the identity.
 *
 * @param of Default all layers.
 */
export function initialWeights(graph: LayerGraph, seed: number, of: Iterable<Layer> = graph.layers): Weights {
  const rng = new Rng(seed);
  const weights = new Map<string, Tensor>();
  const wanted = new Set([...of].map(({ name }) => name));
  for (const { layer, weights: specs } of placedLayers(graph)) {
    if (!wanted.has(layer.name)) continue;
    for (const spec of specs) {
      weights.set(`${layer.name}/${spec.name}`, { shape: spec.shape, data: initialValues(layer, graph, spec, rng) });
    }
  }
  return weights;
}

function initialValues(
  layer: Layer,
  graph: LayerGraph,
  { name, shape, role }: WeightSpec,
  rng: Rng,
): Float32Array<ArrayBuffer> {
  const size = sizeOf(shape);
  if (["gamma", "moving_variance", "variance"].includes(name)) return new Float32Array(size).fill(1);
  if (role !== "kernel") return new Float32Array(size);
  const deviation = deviationOf(layer, graph, name, shape);
  return Float32Array.from({ length: size }, () => rng.normal() * deviation);
}

function deviationOf(layer: Layer, graph: LayerGraph, name: string, shape: Shape): number {
  const size = sizeOf(shape);
  // Embeddings as BERT's (Devlin et al. 2019).
  if (name === "embeddings") return 0.02;
  // Attention: [width, heads, keyDim] going in, [heads, keyDim, width] coming out.
  if (layer.type === "MultiHeadAttention") {
    const attentionIn = name === "output_kernel" ? shape[0]! * shape[1]! : shape[0]!;
    return Math.sqrt(2 / (attentionIn + size / attentionIn));
  }
  // Each filter of a depthwise kernel reads one channel.
  if (name === "depthwise_kernel") return Math.sqrt(2 / (shape[0]! * shape[1]!));
  const fanOut = shape.at(-1)!;
  const fanIn = size / fanOut;
  return Math.sqrt(2 / (layer.name === graph.output ? fanIn + fanOut : fanIn));
}
