/** Layers that join values or only move numbers. */
import { sizeOf } from "../../../backbone/kinds/layerKind";
import type { LayerOf } from "../../../backbone/layerGraph";
import type { TensorLibrary, TfTensor } from "../tensorLibrary";
import type { TfjsLayer } from "./tfjsLayer";

export const add: TfjsLayer<LayerOf<"Add">> = ({ tf }, _, inputs) => inputs.reduce((sum, x) => tf.add(sum, x));

export const multiply: TfjsLayer<LayerOf<"Multiply">> = ({ tf }, _, inputs) =>
  inputs.reduce((product, x) => tf.mul(product, x));

export const concatenate: TfjsLayer<LayerOf<"Concatenate">> = ({ tf }, { axis }, inputs) =>
  tf.concat([...inputs], axis + 1);

/** Flatten and reshape: the order of the numbers is Keras' already. */
export const reshape: TfjsLayer<LayerOf<"Flatten"> | LayerOf<"Reshape">> = ({ tf, outputShape }, _, [x]) =>
  tf.reshape(x, [x.shape[0], ...outputShape]);

export const zeroPadding2d: TfjsLayer<LayerOf<"ZeroPadding2D">> = ({ tf }, { padding: [rows, columns] }, [x]) =>
  tf.pad(x, [[0, 0], [...rows], [...columns], [0, 0]]);

export const pack: TfjsLayer<LayerOf<"Pack">> = ({ tf }, _, inputs) =>
  tf.concat(
    inputs.map((x) => asRows(tf, x)),
    1,
  );

export const unpack: TfjsLayer<LayerOf<"Unpack">> = ({ tf }, { offset, shape }, [x]) => {
  const rows = x.shape[0];
  return tf.reshape(tf.slice(x, [0, offset], [rows, sizeOf(shape)]), [rows, ...shape]);
};

function asRows(tf: TensorLibrary, x: TfTensor): TfTensor {
  return tf.reshape(x, [x.shape[0], -1]);
}
