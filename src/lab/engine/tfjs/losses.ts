/** The losses with operations of tfjs; what they are is said in `../losses/`. */
import type { Loss } from "../engine";
import type { TensorLibrary, TfTensor } from "./tensorLibrary";

/**
 * The mean over the rows of weight · loss, as a scalar.
 *
 * @param output `[batch, outputs]`, or `[batch, steps, vocabulary]` where targets are tokens.
 * @param targets int32 `[batch]`, or float32 `[batch, outputs]` or `[batch, steps]`.
 * @param weights `[batch]`.
 */
export function meanLoss(
  tf: TensorLibrary,
  loss: Loss,
  output: TfTensor,
  targets: TfTensor,
  weights?: TfTensor,
): TfTensor {
  const rows = rowLosses(tf, loss, output, targets);
  return tf.mean(weights === undefined ? rows : tf.mul(rows, weights));
}

function rowLosses(tf: TensorLibrary, loss: Loss, output: TfTensor, targets: TfTensor): TfTensor {
  switch (loss.name) {
    case "softmaxCrossEntropy": {
      const classes = output.shape[1]!;
      const { labelSmoothing = 0 } = loss;
      const onehot = tf.oneHot(targets, classes);
      const target = tf.add(tf.mul(onehot, 1 - labelSmoothing), labelSmoothing / classes);
      return tf.neg(tf.sum(tf.mul(tf.logSoftmax(output), target), 1));
    }
    case "sigmoidCrossEntropy": {
      const { labelSmoothing = 0 } = loss;
      const target = tf.add(tf.mul(targets, 1 - labelSmoothing), labelSmoothing / 2);
      return tf.mean(tf.sub(tf.softplus(output), tf.mul(output, target)), 1);
    }
    case "tokenCrossEntropy": {
      const [, steps, vocabulary] = output.shape as [number, number, number];
      const asked = tf.cast(tf.greaterEqual(targets, 0), "float32");
      // A target of -1 has no 1 in its row.
      const onehot = tf.reshape(tf.oneHot(tf.cast(tf.reshape(targets, [-1]), "int32"), vocabulary), [
        -1,
        steps,
        vocabulary,
      ]);
      const likelihood = tf.sum(tf.mul(tf.logSoftmax(output), onehot), 2);
      return tf.neg(tf.div(tf.sum(tf.mul(likelihood, asked), 1), tf.maximum(tf.sum(asked, 1), 1)));
    }
    case "meanSquaredError":
      return tf.mean(tf.square(tf.sub(output, targets)), 1);
    default:
      return loss satisfies never;
  }
}
