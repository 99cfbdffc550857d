import type { GraphBuilder, Value } from "../onnx/graphBuilder";

/** Added to the scores of masked steps, as Keras does: their probability becomes exactly 0. */
const MASKED_SCORE = -1e9;

export interface DotProductAttention {
  /** `[batch, heads, steps of query, keyDim]`. */
  readonly output: Value;
  readonly backward: (gradient: Value) => { readonly query: Value; readonly key: Value; readonly value: Value };
}

/**
 * softmax(query · keyᵀ / √keyDim) · value (Vaswani et al. 2017, section 3.2.1), all `[batch, heads, steps, keyDim]`.
 *
 * @param mask `[batch, steps of value]`: 1 may be attended to. Where it leaves nothing, the output is 0 and no gradient goes through.
 */
export function dotProductAttention(
  builder: GraphBuilder,
  query: Value,
  key: Value,
  value: Value,
  mask?: Value,
): DotProductAttention {
  const [batch, heads, steps, keyDim] = query.shape;
  const valueSteps = value.shape[2]!;
  const scale = builder.scalar(1 / Math.sqrt(keyDim as number));
  const scaled = builder.binary("Mul", query, scale);
  const scores = product(builder, scaled, transposed(builder, key));
  const allowed = mask && builder.reshape(mask, [batch!, 1, 1, valueSteps]);
  const probabilities = softmax(builder, scores, allowed);
  const output = builder.node("MatMul", [probabilities, value], [batch!, heads!, steps!, keyDim!]);
  return {
    output,
    backward(gradient) {
      const onProbabilities = product(builder, gradient, transposed(builder, value));
      // Softmax backward. A row's Σ P · dP equals its Σ O · dO, which goes over keyDim instead of steps.
      const weighted = builder.reduce("ReduceSum", builder.binary("Mul", gradient, output), [3], true);
      const onScores = builder.binary("Mul", builder.binary("Sub", onProbabilities, weighted), probabilities);
      return {
        query: builder.binary("Mul", product(builder, onScores, key), scale),
        key: product(builder, transposed(builder, onScores), scaled),
        value: product(builder, transposed(builder, probabilities), gradient),
      };
    },
  };
}

function softmax(builder: GraphBuilder, scores: Value, allowed?: Value): Value {
  if (allowed === undefined) return builder.node("Softmax", [scores], scores.shape, { axis: 3 });
  const forbidden = builder.node("Sub", [builder.scalar(1), allowed], allowed.shape);
  const lowered = builder.binary("Add", scores, builder.binary("Mul", forbidden, builder.scalar(MASKED_SCORE)));
  const probabilities = builder.node("Softmax", [lowered], scores.shape, { axis: 3 });
  // Changes nothing but rows without any allowed step, in which the softmax spreads over the forbidden ones.
  return builder.binary("Mul", probabilities, allowed);
}

function product(builder: GraphBuilder, a: Value, b: Value): Value {
  return builder.node("MatMul", [a, b], [...a.shape.slice(0, -1), b.shape.at(-1)!]);
}

/** ONNX Runtime takes this transposition into the product. */
function transposed(builder: GraphBuilder, matrices: Value): Value {
  return builder.transpose(matrices, [0, 1, 3, 2]);
}
