/** Dense layers and normalisation. */
import { SMALLEST_DEVIATION, SMALLEST_SQUARE } from "../../../backbone/kinds/features";
import type { LayerOf, PerChannel } from "../../../backbone/layerGraph";
import type { TensorLibrary, TfTensor } from "../tensorLibrary";
import { activated } from "./activations";
import type { TfjsLayer, TfjsPlace } from "./tfjsLayer";

export const dense: TfjsLayer<LayerOf<"Dense">> = (place, { useBias, activation }, [x]) => {
  const { tf, weight } = place;
  const product = timesMatrix(place, x, weight("kernel"));
  return activated(tf, activation, useBias ? tf.add(product, weight("bias")) : product);
};

/** `x[…, inputs] · matrix[inputs, outputs]`, over rows or the steps of sequences. */
export function timesMatrix({ tf }: TfjsPlace, x: TfTensor, matrix: TfTensor): TfTensor {
  const [inputs, outputs] = matrix.shape as [number, number];
  const product = tf.matMul(tf.reshape(x, [-1, inputs]), matrix);
  return x.shape.length === 2 ? product : tf.reshape(product, [...x.shape.slice(0, -1), outputs]);
}

/**
 * Frozen or in inference: an affine map with its moving statistics. Trained: the batch's statistics, and the moving ones follow with
 * Keras' momentum, `moving · momentum + batch · (1 - momentum)`, with the biased variance.
 */
export const batchNormalization: TfjsLayer<LayerOf<"BatchNormalization">> = (place, layer, [x]) => {
  const { tf, trains, weight, update } = place;
  if (!trains) {
    const scale = tf.div(weight("gamma"), tf.sqrt(tf.add(weight("moving_variance"), layer.epsilon)));
    const shift = tf.sub(weight("beta"), tf.mul(weight("moving_mean"), scale));
    return tf.add(tf.mul(x, scale), shift);
  }
  const { mean, variance } = tf.moments(x, x.shape.map((_, axis) => axis).slice(0, -1));
  const followed = (name: string, batch: TfTensor) =>
    update(name, tf.add(tf.mul(weight(name), layer.momentum), tf.mul(batch, 1 - layer.momentum)));
  followed("moving_mean", mean);
  followed("moving_variance", variance);
  return normalised(place, x, mean, variance, layer.epsilon);
};

export const layerNormalization: TfjsLayer<LayerOf<"LayerNormalization">> = (place, { epsilon }, [x]) => {
  const { mean, variance } = place.tf.moments(x, -1, true);
  return normalised(place, x, mean, variance, epsilon);
};

export const unitNormalization: TfjsLayer<LayerOf<"UnitNormalization">> = ({ tf }, _, [x]) =>
  tf.div(x, tf.sqrt(tf.maximum(tf.sum(tf.square(x), -1, true), SMALLEST_SQUARE)));

export const rescaling: TfjsLayer<LayerOf<"Rescaling">> = ({ tf }, { scale, offset }, [x]) =>
  tf.add(tf.mul(x, asTensor(tf, scale)), asTensor(tf, offset));

export const normalization: TfjsLayer<LayerOf<"Normalization">> = ({ tf, weight }, _, [x]) =>
  tf.div(tf.sub(x, weight("mean")), tf.maximum(tf.sqrt(weight("variance")), SMALLEST_DEVIATION));

function asTensor(tf: TensorLibrary, values: PerChannel): number | TfTensor {
  return typeof values === "number" ? values : tf.tensor1d([...values]);
}

function normalised(
  { tf, weight }: TfjsPlace,
  x: TfTensor,
  mean: TfTensor,
  variance: TfTensor,
  epsilon: number,
): TfTensor {
  const normal = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(normal, weight("gamma")), weight("beta"));
}
