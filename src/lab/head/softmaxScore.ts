import type { Tensor } from "../backbone/layerGraph";
import type { LinearHead } from "./standardisation";

/** How well a model does on labelled images. */
export interface Score {
  /** Part of the examples whose class was predicted, in [0, 1]. */
  readonly accuracy: number;
  /** Mean softmax cross-entropy, in nats. */
  readonly loss: number;
}

/** Accuracy and loss of `logits` `[n, classes]`. */
export function scoreLogits(logits: Tensor, labels: Int32Array): Score {
  const [rows, classes] = logits.shape as [number, number];
  let right = 0;
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const values = logits.data.subarray(row * classes, (row + 1) * classes);
    const label = labels[row]!;
    if (largestIndex(values) === label) right++;
    loss += logSumExp(values) - values[label]!;
  }
  return { accuracy: right / rows, loss: loss / rows };
}

/** Probabilities `[n, classes]`, each row summing to 1. */
export function softmax(logits: Tensor): Tensor {
  const [rows, classes] = logits.shape as [number, number];
  const data = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const values = logits.data.subarray(row * classes, (row + 1) * classes);
    const total = logSumExp(values);
    for (let c = 0; c < classes; c++) data[row * classes + c] = Math.exp(values[c]! - total);
  }
  return { shape: logits.shape, data };
}

export function largestIndex(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

/** `features · kernel + bias`, `[n, classes]`, on the calling thread; for many rows there is `inferHeads`. */
export function headLogits(features: Tensor, { kernel, bias }: LinearHead): Tensor {
  const [rows, width] = features.shape as [number, number];
  const classes = bias.data.length;
  const data = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < classes; c++) {
      let sum = bias.data[c]!;
      for (let j = 0; j < width; j++) sum += features.data[row * width + j]! * kernel.data[j * classes + c]!;
      data[row * classes + c] = sum;
    }
  }
  return { shape: [rows, classes], data };
}

function logSumExp(values: Float32Array): number {
  const largest = values[largestIndex(values)]!;
  let sum = 0;
  for (const value of values) sum += Math.exp(value - largest);
  return largest + Math.log(sum);
}
