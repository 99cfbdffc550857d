import type { Tensor } from "../src/lab/backbone/layerGraph";
import { Rng } from "../src/shared/rng";

/** Copies of `images` `[n, height, width, channels]`, each moved by up to `most` pixels in both directions; what comes in is 0. */
export function shiftedImages(images: Tensor, most: number, seed: number): Tensor {
  const [count, height, width, channels] = images.shape as [number, number, number, number];
  const rng = new Rng(seed);
  const rowSize = width * channels;
  const data = new Float32Array(images.data.length);
  for (let image = 0; image < count; image++) {
    const down = rng.below(2 * most + 1) - most;
    const right = (rng.below(2 * most + 1) - most) * channels;
    for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
      const from = (image * height + y - down) * rowSize;
      const to = (image * height + y) * rowSize;
      const row = images.data.subarray(from + Math.max(0, -right), from + rowSize - Math.max(0, right));
      data.set(row, to + Math.max(0, right));
    }
  }
  return { shape: images.shape, data };
}
