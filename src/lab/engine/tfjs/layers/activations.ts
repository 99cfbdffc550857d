import { DEFAULT_SLOPE } from "../../../backbone/keras/kerasLayers";
import type { Activation, LayerOf } from "../../../backbone/layerGraph";
import type { TensorLibrary, TfTensor } from "../tensorLibrary";
import type { TfjsLayer } from "./tfjsLayer";

/** Softmax goes over the last axis. `slope` is leaky relu's. */
export function activated(tf: TensorLibrary, activation: Activation, x: TfTensor, slope = DEFAULT_SLOPE): TfTensor {
  switch (activation) {
    case "linear":
      return x;
    case "relu":
      return tf.relu(x);
    case "relu6":
      return relu6(tf, x);
    case "leakyRelu":
      return tf.leakyRelu(x, slope);
    case "elu":
      return tf.elu(x);
    case "selu":
      return tf.selu(x);
    case "gelu":
      // x Φ(x), with Φ the normal distribution.
      return tf.mul(x, tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5));
    case "geluTanh": {
      const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI));
      return tf.mul(x, tf.mul(tf.add(tf.tanh(inner), 1), 0.5));
    }
    case "swish":
      return tf.mul(x, tf.sigmoid(x));
    case "hardSwish":
      return tf.mul(x, hardSigmoid(tf, x));
    case "sigmoid":
      return tf.sigmoid(x);
    case "hardSigmoid":
      return hardSigmoid(tf, x);
    case "tanh":
      return tf.tanh(x);
    case "softmax":
      return tf.softmax(x);
    default:
      return activation satisfies never;
  }
}

function hardSigmoid(tf: TensorLibrary, x: TfTensor): TfTensor {
  return tf.div(relu6(tf, tf.add(x, 3)), 6);
}

/** tfjs's own has the slope 1 at 6, where PyTorch and TensorFlow have 0. */
function relu6(tf: TensorLibrary, x: TfTensor): TfTensor {
  const limited = tf.customGrad((...inputs) => {
    const [input, save] = inputs as unknown as [TfTensor, (tensors: TfTensor[]) => void];
    save([input]);
    return {
      value: tf.relu6(input),
      gradFunc: (gradient: TfTensor, [at]: TfTensor[]) =>
        tf.mul(gradient, tf.cast(tf.logicalAnd(tf.greater(at!, 0), tf.less(at!, 6)), "float32")),
    };
  });
  return limited(x);
}

export const activation: TfjsLayer<LayerOf<"Activation">> = ({ tf }, layer, [x]) =>
  activated(tf, layer.activation, x, layer.slope);

/** A dropout has no weights to freeze: it drops whenever something trains. */
export const dropout: TfjsLayer<LayerOf<"Dropout">> = ({ tf, trains, mask }, { rate }, [x]) =>
  trains && rate > 0 ? tf.mul(x, mask(x.shape)) : x;
