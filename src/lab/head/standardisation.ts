import type { Tensor } from "../backbone/layerGraph";

/**
 * Features are centred one by one and scaled by one number for all, their root mean square deviation: so one strength of L2
 * means the same for every backbone. A scale for each feature would blow up those that are almost always 0, which a few labels can't
 * tell from informative ones.
 */
export interface Standardisation {
  /** `[width]`. */
  readonly mean: Float64Array;
  readonly scale: number;
}

/** From features `[n, width]`. Features that never vary have scale 1. */
export function fitStandardisation(features: Tensor): Standardisation {
  const [rows, width] = features.shape as [number, number];
  const { data } = features;
  const mean = new Float64Array(width);
  for (let row = 0; row < rows; row++) for (let j = 0; j < width; j++) mean[j]! += data[row * width + j]!;
  for (let j = 0; j < width; j++) mean[j]! /= rows;
  let squares = 0;
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < width; j++) {
      const deviation = data[row * width + j]! - mean[j]!;
      squares += deviation * deviation;
    }
  }
  return { mean, scale: Math.sqrt(squares / data.length) || 1 };
}

export function standardise(features: Tensor, { mean, scale }: Standardisation): Tensor {
  const [rows, width] = features.shape as [number, number];
  const data = new Float32Array(features.data.length);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < width; j++) data[row * width + j] = (features.data[row * width + j]! - mean[j]!) / scale;
  }
  return { shape: features.shape, data };
}

export interface LinearHead {
  /** `[width, classes]`. */
  readonly kernel: Tensor;
  /** `[classes]`. */
  readonly bias: Tensor;
}

/** The same head for the features as they are: `(x - mean) / scale · K + b = x · (K / scale) + (b - mean / scale · K)`. */
export function unstandardise(head: LinearHead, { mean, scale }: Standardisation): LinearHead {
  const [width, classes] = head.kernel.shape as [number, number];
  const kernel = head.kernel.data.map((value) => value / scale);
  const bias = Float64Array.from(head.bias.data);
  for (let j = 0; j < width; j++) {
    for (let c = 0; c < classes; c++) bias[c]! -= mean[j]! * kernel[j * classes + c]!;
  }
  return {
    kernel: { shape: head.kernel.shape, data: kernel },
    bias: { shape: head.bias.shape, data: Float32Array.from(bias) },
  };
}
