import type { Layer, LayerGraph, Tensor, Weights } from "../backbone/layerGraph";

export interface WeightedGraph {
  readonly graph: LayerGraph;
  readonly weights: Weights;
}

/** A batch norm that has gone into the layer before it. */
export interface FoldedNorm {
  /** As it was without the batch norm. */
  readonly layer: LinearMap;
  readonly norm: string;
  readonly epsilon: number;
}

/**
 * The same function in inference mode with fewer layers: each batch norm that is the only reader of a convolution (of any kind)
 * or dense layer without activation goes into that layer's kernel and bias.
 */
export function foldBatchNorm({ graph, weights }: WeightedGraph): WeightedGraph {
  const folded = new Map(weights);
  const { graph: fewer, norms } = withoutNorms(graph, () => true);
  for (const { layer, norm, epsilon } of norms) {
    const merged = mergedWeights(weights, layer, norm, epsilon);
    for (const suffix of ["gamma", "beta", "moving_mean", "moving_variance"]) folded.delete(`${norm}/${suffix}`);
    folded.set(kernelOf(layer), merged.kernel).set(`${layer.name}/bias`, merged.bias);
  }
  return { graph: fewer, weights: folded };
}

/** The layers that are left, those that take a batch norm in with a bias, and what their weights have to take in. */
export function withoutNorms(
  graph: LayerGraph,
  isFrozen: (norm: string) => boolean,
): { readonly graph: LayerGraph; readonly norms: readonly FoldedNorm[] } {
  const readers = new Map<string, number>([[graph.output, 1]]);
  for (const name of graph.layers.flatMap((layer) => layer.inputs)) readers.set(name, (readers.get(name) ?? 0) + 1);
  const layers: Layer[] = [];
  const norms: FoldedNorm[] = [];
  /** Folded batch norm to the layer that took it in. */
  const heirs = new Map<string, string>();
  for (const original of graph.layers) {
    const layer = { ...original, inputs: original.inputs.map((name) => heirs.get(name) ?? name) };
    const [name] = original.inputs;
    const at = layers.findIndex((candidate) => candidate.name === name);
    const before = layers[at];
    const isFolded = layer.type === "BatchNormalization" && isFrozen(layer.name);
    if (!isFolded || !before || !isLinearMap(before) || readers.get(before.name) !== 1) {
      layers.push(layer);
      continue;
    }
    norms.push({ layer: before, norm: layer.name, epsilon: layer.epsilon });
    layers[at] = { ...before, useBias: true };
    heirs.set(layer.name, before.name);
  }
  return { graph: { ...graph, layers, output: heirs.get(graph.output) ?? graph.output }, norms };
}

/** The kernel that can take a factor for each channel of the output, which varies fastest in all of them. */
const scalableKernels = {
  Conv2D: "kernel",
  DepthwiseConv2D: "depthwise_kernel",
  SeparableConv2D: "pointwise_kernel",
  Dense: "kernel",
} as const;

type LinearMap = Extract<Layer, { type: keyof typeof scalableKernels }>;

function isLinearMap(layer: Layer): layer is LinearMap {
  return layer.type in scalableKernels && (layer as LinearMap).activation === "linear";
}

/** `layer/weight`. */
export function kernelOf(layer: LinearMap): string {
  return `${layer.name}/${scalableKernels[layer.type]}`;
}

function mergedWeights(weights: Weights, layer: LinearMap, norm: string, epsilon: number) {
  const of = (name: string) => weights.get(name)!.data;
  const kernel = weights.get(kernelOf(layer))!;
  const gamma = of(`${norm}/gamma`);
  const beta = of(`${norm}/beta`);
  const mean = of(`${norm}/moving_mean`);
  const variance = of(`${norm}/moving_variance`);
  const channels = gamma.length;
  const scale = Float64Array.from(gamma, (value, i) => value / Math.sqrt(variance[i]! + epsilon));
  const bias = layer.useBias ? of(`${layer.name}/bias`) : new Float32Array(channels);
  const merged: { kernel: Tensor; bias: Tensor } = {
    kernel: { shape: kernel.shape, data: kernel.data.map((value, i) => value * scale[i % channels]!) },
    bias: { shape: [channels], data: bias.map((value, i) => (value - mean[i]!) * scale[i]! + beta[i]!) },
  };
  return merged;
}
