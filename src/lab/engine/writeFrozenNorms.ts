/**
 * Frozen batch norms in a training graph: maps by channel that do not change, so they are no layers of their own but factors and
 * offsets of the weights before them. A pass over weights instead of three over the maps.
 */
import { type FoldedNorm, kernelOf } from "./foldBatchNorm";
import type { GraphBuilder, Value } from "./onnx/graphBuilder";

/** By layer that took a batch norm in: the factor of its channels. */
type NormScales = ReadonlyMap<string, Value>;

/** `weights`, with kernels and biases that have taken their batch norms in. By `layer/weight`. */
export function writeFoldedWeights(
  builder: GraphBuilder,
  norms: readonly FoldedNorm[],
  weights: ReadonlyMap<string, Value>,
): { readonly weights: ReadonlyMap<string, Value>; readonly scales: NormScales } {
  const result = new Map(weights);
  const scales = new Map<string, Value>();
  for (const { layer, norm, epsilon } of norms) {
    const [gamma, beta, mean, variance] = ["gamma", "beta", "moving_mean", "moving_variance"].map((name) =>
      weights.get(`${norm}/${name}`)!,
    ) as [Value, Value, Value, Value];
    const shifted = builder.binary("Add", variance, builder.scalar(epsilon));
    const scale = builder.binary("Div", gamma, builder.node("Sqrt", [shifted], shifted.shape));
    const kernel = kernelOf(layer);
    const bias = `${layer.name}/bias`;
    const centre = layer.useBias ? builder.binary("Sub", mean, weights.get(bias)!) : mean;
    scales.set(layer.name, scale);
    result.set(kernel, byChannel(builder, weights.get(kernel)!, scale));
    result.set(bias, builder.binary("Sub", beta, builder.binary("Mul", centre, scale)));
  }
  return { weights: result, scales };
}

/** `gradients` by the weights as they were before they took the batch norms in. */
export function writeUnfoldedGradients(
  builder: GraphBuilder,
  norms: readonly FoldedNorm[],
  scales: NormScales,
  gradients: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> {
  const result = new Map(gradients);
  for (const { layer } of norms) {
    for (const key of [kernelOf(layer), `${layer.name}/bias`]) {
      const gradient = gradients.get(key);
      if (gradient) result.set(key, byChannel(builder, gradient, scales.get(layer.name)!));
    }
  }
  return result;
}

/** `weight` times a factor for each channel of the layer's output, which varies fastest in all of them. */
function byChannel(builder: GraphBuilder, weight: Value, scale: Value): Value {
  const channels = scale.shape[0] as number;
  const size = (weight.shape as readonly number[]).reduce((product, side) => product * side, 1);
  const rows = builder.reshape(weight, [size / channels, channels]);
  return builder.reshape(builder.binary("Mul", rows, scale), weight.shape);
}
