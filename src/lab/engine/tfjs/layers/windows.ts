/** Layers that slide windows over images. */
import type * as tfjs from "@tensorflow/tfjs";
import type { LayerOf } from "../../../backbone/layerGraph";
import type { TfTensor } from "../tensorLibrary";
import { activated } from "./activations";
import type { TfjsLayer, TfjsPlace } from "./tfjsLayer";

const strides = ([down, right]: readonly [number, number]): [number, number] => [down, right];

export const conv2d: TfjsLayer<LayerOf<"Conv2D">> = (place, layer, [x]) => {
  const kernel = place.weight("kernel") as tfjs.Tensor4D;
  return ended(place, layer, place.tf.conv2d(x as tfjs.Tensor4D, kernel, strides(layer.strides), layer.padding));
};

export const depthwiseConv2d: TfjsLayer<LayerOf<"DepthwiseConv2D">> = (place, layer, [x]) =>
  ended(place, layer, depthwise(place, layer, x));

export const separableConv2d: TfjsLayer<LayerOf<"SeparableConv2D">> = (place, layer, [x]) => {
  const pointwise = place.weight("pointwise_kernel") as tfjs.Tensor4D;
  return ended(place, layer, place.tf.conv2d(depthwise(place, layer, x), pointwise, 1, "valid"));
};

function depthwise(
  { tf, weight }: TfjsPlace,
  layer: LayerOf<"DepthwiseConv2D"> | LayerOf<"SeparableConv2D">,
  x: TfTensor,
): tfjs.Tensor4D {
  const kernel = weight("depthwise_kernel") as tfjs.Tensor4D;
  return tf.depthwiseConv2d(x as tfjs.Tensor4D, kernel, strides(layer.strides), layer.padding);
}

/** With bias and activation. */
function ended(
  { tf, weight }: TfjsPlace,
  { useBias, activation }: LayerOf<"Conv2D"> | LayerOf<"DepthwiseConv2D"> | LayerOf<"SeparableConv2D">,
  y: TfTensor,
): TfTensor {
  return activated(tf, activation, useBias ? tf.add(y, weight("bias")) : y);
}

export const maxPooling2d: TfjsLayer<LayerOf<"MaxPooling2D">> = ({ tf }, layer, [x]) =>
  tf.maxPool(x as tfjs.Tensor4D, strides(layer.poolSize), strides(layer.strides), layer.padding);

/**
 * Sums over windows by the pixels in them. `tf.avgPool` itself will not do: tfjs 4.22 divides by the pixels inside the image
 * going forward and by the whole window going backward, so at a padded border its gradient is not that of its value.
 */
export const averagePooling2d: TfjsLayer<LayerOf<"AveragePooling2D">> = ({ tf }, layer, [x]) => {
  const [, height, width, channels] = x.shape as [number, number, number, number];
  const sum = (image: TfTensor, depth: number) =>
    tf.depthwiseConv2d(
      image as tfjs.Tensor4D,
      tf.ones<tfjs.Rank.R4>([...layer.poolSize, depth, 1]),
      strides(layer.strides),
      layer.padding,
    );
  return tf.div(sum(x, channels), sum(tf.ones([1, height, width, 1]), 1));
};

export const globalAveragePooling2d: TfjsLayer<LayerOf<"GlobalAveragePooling2D">> = ({ tf }, { keepDims }, [x]) =>
  tf.mean(x, [1, 2], keepDims);

/** Through a pool over the whole image, so that pixels that tie do not each get the whole gradient as with `tf.max`. */
export const globalMaxPooling2d: TfjsLayer<LayerOf<"GlobalMaxPooling2D">> = ({ tf }, { keepDims }, [x]) => {
  const [rows, height, width, channels] = x.shape as [number, number, number, number];
  const pooled = tf.maxPool(x as tfjs.Tensor4D, [height, width], 1, "valid");
  return keepDims ? pooled : tf.reshape(pooled, [rows, channels]);
};
