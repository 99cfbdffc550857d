/** The same networks written with operations of `@tensorflow/tfjs` (CPU backend), for comparison. */
import * as tf from "@tensorflow/tfjs";
import type { Activation, Layer, LayerGraph, Tensor, Weights } from "../../backbone/layerGraph";
import type { LabelledFeatures } from "./networks";

export interface ReferenceOptions {
  /** Layers that normalise with the batch. */
  readonly trainable: readonly string[];
  /** Factors of dropout layers, as `[batch, …shape]`. */
  readonly masks?: ReadonlyMap<string, Tensor>;
}

type Variables = ReadonlyMap<string, tf.Tensor>;

export async function useCpuBackend(): Promise<void> {
  await tf.setBackend("cpu");
}

/** Mean cross-entropy and its gradient by each weight of the trainable layers. */
export function referenceGradients(
  graph: LayerGraph,
  weights: Weights,
  examples: LabelledFeatures,
  options: ReferenceOptions,
): { readonly loss: number; readonly gradients: ReadonlyMap<string, Float32Array> } {
  const isTrained = (key: string) =>
    options.trainable.includes(key.slice(0, key.lastIndexOf("/"))) && !key.includes("/moving_");
  const keys = [...weights.keys()].filter(isTrained);
  tf.engine().startScope();
  try {
    const tensors = new Map([...weights].map(([key, { shape, data }]) => [key, tf.tensor(data, [...shape])]));
    const result = tf.valueAndGrads((...trained: tf.Tensor[]) => {
      const all = new Map([...tensors, ...keys.map((key, i) => [key, trained[i]!] as const)]);
      return referenceLoss(graph, all, examples, options);
    })(keys.map((key) => tensors.get(key)!));
    return {
      loss: result.value.dataSync()[0]!,
      gradients: new Map(keys.map((key, i) => [key, result.grads[i]!.dataSync() as Float32Array])),
    };
  } finally {
    tf.engine().endScope();
  }
}

export function referenceLoss(
  graph: LayerGraph,
  weights: Variables,
  { features, labels }: LabelledFeatures,
  options: ReferenceOptions,
): tf.Scalar {
  const logits = referenceForward(graph, weights, features, options) as tf.Tensor2D;
  const target = tf.oneHot(tf.tensor1d(labels, "int32"), logits.shape[1]);
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), target), 1)));
}

export function referenceForward(
  graph: LayerGraph,
  weights: Variables,
  features: Tensor,
  options: ReferenceOptions,
): tf.Tensor {
  const values = new Map<string, tf.Tensor>([[graph.input.name, tf.tensor(features.data, [...features.shape])]]);
  for (const layer of graph.layers)
    values.set(layer.name, apply(layer, values.get(layer.inputs[0]!)!, weights, options));
  return values.get(graph.output)!;
}

function apply(layer: Layer, x: tf.Tensor, weights: Variables, { trainable, masks }: ReferenceOptions): tf.Tensor {
  const weight = (name: string) => weights.get(`${layer.name}/${name}`)!;
  const withBias = (y: tf.Tensor) => (weights.has(`${layer.name}/bias`) ? tf.add(y, weight("bias")) : y);
  const image = x as tf.Tensor4D;
  switch (layer.type) {
    case "Conv2D": {
      const y = tf.conv2d(image, weight("kernel") as tf.Tensor4D, [...layer.strides], layer.padding);
      return activated(layer.activation, withBias(y));
    }
    case "Dense":
      return activated(layer.activation, withBias(tf.matMul(x, weight("kernel"))));
    case "Activation":
      return activated(layer.activation, x);
    case "BatchNormalization": {
      const axes = x.shape.map((_, axis) => axis).slice(0, -1);
      const batch = tf.moments(x, axes);
      const isTrained = trainable.includes(layer.name);
      const mean = isTrained ? batch.mean : weight("moving_mean");
      const variance = isTrained ? batch.variance : weight("moving_variance");
      const normal = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, layer.epsilon)));
      return tf.add(tf.mul(normal, weight("gamma")), weight("beta"));
    }
    case "MaxPooling2D":
      return tf.maxPool(image, [...layer.poolSize], [...layer.strides], layer.padding);
    case "AveragePooling2D":
      return averagePool(image, layer);
    case "GlobalAveragePooling2D":
      return tf.mean(x, [1, 2]);
    case "Flatten":
      return tf.reshape(x, [x.shape[0], -1]);
    case "Dropout": {
      const mask = masks?.get(layer.name);
      return mask ? tf.mul(x, tf.tensor(mask.data, [...mask.shape])) : x;
    }
    default:
      throw new Error(`the reference has no ${layer.type}`);
  }
}

/**
 * Sums over windows by the pixels in them. `tf.avgPool` itself will not do: tfjs 4.22 divides by the pixels inside the image
 * going forward and by the whole window going backward, so at a padded border its gradient is not that of its value.
 */
function averagePool(x: tf.Tensor4D, layer: Extract<Layer, { type: "MaxPooling2D" | "AveragePooling2D" }>): tf.Tensor {
  const channels = x.shape[3];
  const sum = (image: tf.Tensor4D) =>
    tf.depthwiseConv2d(image, tf.ones([...layer.poolSize, channels, 1]), [...layer.strides], layer.padding);
  return tf.div(sum(x), sum(tf.onesLike(x)));
}

function activated(activation: Activation, x: tf.Tensor): tf.Tensor {
  switch (activation) {
    case "linear":
      return x;
    case "relu":
      return tf.relu(x);
    case "softmax":
      return tf.softmax(x);
    default:
      throw new Error(`the reference has no ${activation}`);
  }
}
