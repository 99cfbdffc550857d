import type { Tensor } from "../backbone/layerGraph";

/** Per-feature mean and scale, so that one strength of L2 means the same for every backbone. */
export interface Standardisation {
  readonly mean: Float64Array;
  readonly scale: Float64Array;
}

/** From features `[n, width]`. A feature that never varies gets scale 1, so it stays 0 after standardising. */
export function fitStandardisation(features: Tensor): Standardisation {
  const [rows, width] = features.shape as [number, number];
  const mean = new Float64Array(width);
  const scale = new Float64Array(width);
  for (let i = 0; i < features.data.length; i++) mean[i % width]! += features.data[i]! / rows;
  for (let i = 0; i < features.data.length; i++) {
    scale[i % width]! += (features.data[i]! - mean[i % width]!) ** 2 / rows;
  }
  for (let j = 0; j < width; j++) scale[j] = Math.sqrt(scale[j]!) || 1;
  return { mean, scale };
}

export function standardise(features: Tensor, { mean, scale }: Standardisation): Tensor {
  const width = mean.length;
  const data = features.data.map((value, i) => (value - mean[i % width]!) / scale[i % width]!);
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
  const kernel = new Float32Array(width * classes);
  const bias = Float64Array.from(head.bias.data);
  for (let j = 0; j < width; j++) {
    for (let c = 0; c < classes; c++) {
      const value = head.kernel.data[j * classes + c]! / scale[j]!;
      kernel[j * classes + c] = value;
      bias[c]! -= mean[j]! * value;
    }
  }
  return {
    kernel: { shape: head.kernel.shape, data: kernel },
    bias: { shape: head.bias.shape, data: Float32Array.from(bias) },
  };
}
