/** Layers that slide windows over images. */
import type * as tfjs from "@tensorflow/tfjs";
import type { LayerOf } from "../../../backbone/layerGraph";
import type { TensorLibrary, TfTensor } from "../tensorLibrary";
import { activated } from "./activations";
import type { TfjsLayer, TfjsPlace } from "./tfjsLayer";

const strides = ([down, right]: readonly [number, number]): [number, number] => [down, right];

export const conv2d: TfjsLayer<LayerOf<"Conv2D">> = (place, layer, [x]) => {
  const { tf } = place;
  const { groups = 1, padding } = layer;
  const kernel = setApart(tf, place.weight("kernel"), layer.dilation);
  const convolved = (image: TfTensor, filters: TfTensor): TfTensor =>
    tf.conv2d(image as tfjs.Tensor4D, filters as tfjs.Tensor4D, strides(layer.strides), padding);
  if (groups === 1) return ended(place, layer, convolved(x, kernel));
  const kernels = tf.split(kernel, groups, 3);
  return ended(
    place,
    layer,
    tf.concat(
      tf.split(x, groups, 3).map((part, i) => convolved(part, kernels[i]!)),
      3,
    ),
  );
};

/** A dilated kernel as one with zeros between its taps: tfjs has no gradients of dilated convolutions. */
function setApart(tf: TensorLibrary, kernel: TfTensor, [down, right]: readonly [number, number] = [1, 1]): TfTensor {
  if (down === 1 && right === 1) return kernel;
  const [height, width, channels, filters] = kernel.shape as [number, number, number, number];
  const numbers = channels * filters;
  const columns = tf.pad(tf.reshape(kernel, [height, width, numbers]), [
    [0, 0],
    [0, 0],
    [0, (right - 1) * numbers],
  ]);
  const rows = tf.pad(tf.reshape(columns, [height, width * right * numbers]), [
    [0, 0],
    [0, (down - 1) * width * right * numbers],
  ]);
  const apart = tf.reshape(rows, [height * down, width * right, channels, filters]);
  return tf.slice(apart, [0, 0, 0, 0], [(height - 1) * down + 1, (width - 1) * right + 1, channels, filters]);
}

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
  const kernel = setApart(tf, weight("depthwise_kernel"), layer.dilation) as tfjs.Tensor4D;
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
