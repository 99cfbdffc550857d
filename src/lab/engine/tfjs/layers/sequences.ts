/** Tokens, masks and attention. */
import type { LayerOf } from "../../../backbone/layerGraph";
import type { TfTensor } from "../tensorLibrary";
import { timesMatrix } from "./features";
import type { TfjsLayer } from "./tfjsLayer";

export const embedding: TfjsLayer<LayerOf<"Embedding">> = ({ tf, weight }, _, [ids]) =>
  tf.gather(weight("embeddings"), tf.cast(ids, "int32"));

export const positionEmbedding: TfjsLayer<LayerOf<"PositionEmbedding">> = ({ tf, weight }, _, [x]) =>
  tf.broadcastTo(tf.expandDims(tf.slice(weight("embeddings"), 0, x.shape[1]), 0), x.shape);

export const paddingMask: TfjsLayer<LayerOf<"PaddingMask">> = ({ tf }, { paddingId }, [ids]) =>
  tf.cast(tf.notEqual(ids, paddingId), "float32");

export const gatherSteps: TfjsLayer<LayerOf<"GatherSteps">> = ({ tf }, _, [x, places]) => {
  const oneHot = tf.equal(tf.expandDims(places!, 2), tf.reshape(tf.range(0, x.shape[1]!), [1, 1, -1]));
  return tf.matMul(tf.cast(oneHot, "float32"), x);
};

/** Mean over steps; with a mask over those that have 1 in it, and 0 where no step has. */
export const globalAveragePooling1d: TfjsLayer<LayerOf<"GlobalAveragePooling1D">> = ({ tf }, _, [x, mask]) => {
  if (mask === undefined) return tf.mean(x, 1);
  const counted = tf.sum(tf.mul(x, tf.expandDims(mask, 2)), 1);
  return tf.div(counted, tf.maximum(tf.sum(mask, 1, true), 1));
};

/** What a masked score is lowered by: large enough that its exponential is 0. */
const MASKED = 1e9;

export const multiHeadAttention: TfjsLayer<LayerOf<"MultiHeadAttention">> = (place, layer, inputs) => {
  const { tf, weight } = place;
  const { heads, keyDim, useBias } = layer;
  const [query, value = query, mask] = inputs;
  /** `[batch, heads, steps, keyDim]`. */
  const projected = (name: string, x: TfTensor): TfTensor => {
    const product = timesMatrix(place, x, tf.reshape(weight(`${name}_kernel`), [-1, heads * keyDim]));
    const biased = useBias ? tf.add(product, tf.reshape(weight(`${name}_bias`), [heads * keyDim])) : product;
    return tf.transpose(tf.reshape(biased, [...x.shape.slice(0, 2), heads, keyDim]), [0, 2, 1, 3]);
  };
  const scaled = tf.mul(projected("query", query), 1 / Math.sqrt(keyDim));
  const scores = tf.matMul(scaled, projected("key", value), false, true);
  const allowed = mask && tf.reshape(mask, [mask.shape[0], 1, 1, -1]);
  const lowered = allowed ? tf.add(scores, tf.mul(tf.sub(allowed, 1), MASKED)) : scores;
  // The product matters only where a mask leaves nothing: there the softmax spreads over the forbidden steps.
  const probabilities = allowed ? tf.mul(tf.softmax(lowered), allowed) : tf.softmax(lowered);
  const attended = tf.transpose(tf.matMul(probabilities, projected("value", value)), [0, 2, 1, 3]);
  const joined = tf.reshape(attended, [...query.shape.slice(0, 2), heads * keyDim]);
  const output = timesMatrix(place, joined, tf.reshape(weight("output_kernel"), [heads * keyDim, -1]));
  return useBias ? tf.add(output, weight("output_bias")) : output;
};
