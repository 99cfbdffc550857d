import { SMALLEST_LENGTH, SMALLEST_VOTE, TEMPERATURE } from "../../../backbone/kinds/nearestNeighbors";
import type { LayerOf } from "../../../backbone/layerGraph";
import type { TfjsLayer } from "./tfjsLayer";

export const nearestNeighbors: TfjsLayer<LayerOf<"NearestNeighbors">> = ({ tf, weight }, layer, [x]) => {
  const centred = tf.sub(x, weight("centre"));
  const unit = tf.div(centred, tf.maximum(tf.norm(centred, "euclidean", 1, true), SMALLEST_LENGTH));
  const similarities = tf.matMul(unit, weight("examples"), false, true);
  const nearest = tf.topk(similarities, layer.neighbours).values;
  const last = tf.slice(nearest, [0, layer.neighbours - 1], [-1, 1]);
  const counts = tf.cast(tf.greaterEqual(similarities, last), "float32");
  const votes = tf.exp(tf.div(tf.sub(similarities, tf.slice(nearest, [0, 0], [-1, 1])), TEMPERATURE));
  const labels = tf.oneHot(tf.cast(weight("labels"), "int32"), layer.classes);
  const ofClasses = tf.matMul(tf.mul(votes, counts), tf.cast(labels, "float32"));
  return tf.log(tf.add(tf.mul(ofClasses, weight("class_weights")), SMALLEST_VOTE));
};
