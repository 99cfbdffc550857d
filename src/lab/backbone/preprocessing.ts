import type { Dataset } from "../data/dataset";
import type { Tensor } from "./layerGraph";

/** How a backbone wants its pixels: `byte * scale + offset`. `{ scale: 1 / 255, offset: 0 }` gives numbers in [0, 1]. */
export interface Preprocessing {
  readonly scale: number;
  readonly offset: number;
}

/** The images as `[n, height, width, channels]`, ready for the backbone; only those at `indices` where given. */
export function preprocess(dataset: Dataset, preprocessing: Preprocessing, indices?: ArrayLike<number>): Tensor {
  const count = indices?.length ?? dataset.size;
  const imageSize = dataset.imageShape.reduce((product, side) => product * side, 1);
  const numbers = Float32Array.from({ length: 256 }, (_, byte) => byte * preprocessing.scale + preprocessing.offset);
  const data = new Float32Array(count * imageSize);
  for (let row = 0; row < count; row++) {
    const bytes = dataset.image(indices?.[row] ?? row);
    const start = row * imageSize;
    for (let i = 0; i < imageSize; i++) data[start + i] = numbers[bytes[i]!]!;
  }
  return { shape: [count, ...dataset.imageShape], data };
}
