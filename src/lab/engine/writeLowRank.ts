/** Low-rank updates in an ONNX graph: weights as layers see them, and the gradients by their factors. */
import { factorKeys, type LowRankUpdate } from "./lowRank";
import type { GraphBuilder, Value } from "./onnx/graphBuilder";

/** `weights`, with W + scale · A · B in the place of each W. By `layer/weight`. */
export function writeUpdatedWeights(
  builder: GraphBuilder,
  updates: readonly LowRankUpdate[],
  weights: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> {
  const result = new Map(weights);
  for (const update of updates) {
    const { key, shape, matrix, scale } = update;
    const [a, b] = factorKeys(update).map((name) => weights.get(name)!) as [Value, Value];
    const frozen = builder.reshape(weights.get(key)!, matrix);
    const updated = builder.node("Gemm", [a, b, frozen], matrix, { alpha: { float: scale } });
    result.set(key, builder.reshape(updated, shape));
  }
  return result;
}

/** `gradients`, with those by A and B: from dW, which is the gradient by the whole weight, dA = scale · dW · Bᵀ and dB = scale · Aᵀ · dW. */
export function writeFactorGradients(
  builder: GraphBuilder,
  updates: readonly LowRankUpdate[],
  weights: ReadonlyMap<string, Value>,
  gradients: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> {
  const result = new Map(gradients);
  for (const update of updates) {
    const arriving = gradients.get(update.key);
    if (arriving === undefined) continue;
    const gradient = builder.reshape(arriving, update.matrix);
    const [keyA, keyB] = factorKeys(update);
    const alpha = { float: update.scale };
    const [a, b] = [weights.get(keyA)!, weights.get(keyB)!];
    result.set(keyA, builder.node("Gemm", [gradient, b], a.shape, { transB: 1, alpha }));
    result.set(keyB, builder.node("Gemm", [a, gradient], b.shape, { transA: 1, alpha }));
  }
  return result;
}
