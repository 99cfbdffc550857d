/**
 * What the backbone's pre-training does to each image, anew in every epoch: half of them become outlines, all of them are
 * moved, stretched, slanted and turned. Clothes are filled shapes and digits are strokes; outlines of clothes are strokes too,
 * and features that survive small distortions are the ones that serve handwriting.
 */
import type { Tensor } from "../src/lab/backbone/layerGraph";
import { Rng } from "../src/shared/rng";

export const TURNS = 4;

export const AUGMENTATION = {
  /** Part of the images that become outlines. */
  outlines: 0.5,
  /** Radians, to both sides. */
  angle: 0.25,
  /** Of the logarithm of the stretch, each axis by itself. */
  stretch: 0.15,
  slant: 0.2,
  /** Pixels, in both directions. */
  shift: 2,
} as const;

/**
 * Distorted copies of `images` `[n, size, size, 1]`, each also turned by 0, 90, 180 or 270 degrees. The label becomes
 * `class * 4 + quarter turns`: to name the turn as well, the network has to see where each part of a shape lies
 * (Gidaris, Singh & Komodakis 2018, arXiv:1803.07728).
 */
export function augmentImages(
  images: Tensor,
  labels: Int32Array,
  seed: number,
): { readonly features: Tensor; readonly labels: Int32Array } {
  const [count, size] = images.shape as [number, number, number, number];
  const rng = new Rng(seed);
  const both = (most: number): number => (rng.uniform() * 2 - 1) * most;
  const data = new Float32Array(images.data.length);
  const outline = new Float32Array(size * size);
  const turned = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const original = images.data.subarray(i * size * size, (i + 1) * size * size);
    const asOutline = rng.uniform() < AUGMENTATION.outlines;
    if (asOutline) drawOutline(original, size, outline);
    const turns = rng.below(TURNS);
    const angle = both(AUGMENTATION.angle) + (turns * Math.PI) / 2;
    const stretchX = Math.exp(both(AUGMENTATION.stretch));
    const stretchY = Math.exp(both(AUGMENTATION.stretch));
    const slant = both(AUGMENTATION.slant);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    resample(asOutline ? outline : original, size, data.subarray(i * size * size, (i + 1) * size * size), {
      xx: cos * stretchX,
      xy: (slant * cos - sin) * stretchX,
      yx: sin * stretchY,
      yy: (cos + slant * sin) * stretchY,
      right: both(AUGMENTATION.shift),
      down: both(AUGMENTATION.shift),
    });
    turned[i] = labels[i]! * TURNS + turns;
  }
  return { features: { shape: images.shape, data }, labels: turned };
}

/** The length of the gradient at each pixel, scaled so that the clear edges are white. */
function drawOutline(image: Float32Array, size: number, to: Float32Array): void {
  let strongest = 0;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const across = pixel(image, size, x + 1, y) - pixel(image, size, x - 1, y);
      const down = pixel(image, size, x, y + 1) - pixel(image, size, x, y - 1);
      const strength = Math.hypot(across, down);
      to[y * size + x] = strength;
      strongest = Math.max(strongest, strength);
    }
  }
  const white = 0.6 * strongest + 1e-6;
  for (let i = 0; i < to.length; i++) to[i] = Math.min(1, to[i]! / white);
}

interface Affine {
  readonly xx: number;
  readonly xy: number;
  readonly yx: number;
  readonly yy: number;
  readonly right: number;
  readonly down: number;
}

/** Bilinear, about the centre; what lies outside is 0. */
function resample(from: Float32Array, size: number, to: Float32Array, map: Affine): void {
  const centre = (size - 1) / 2;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const u = x - centre - map.right;
      const v = y - centre - map.down;
      const sourceX = map.xx * u + map.xy * v + centre;
      const sourceY = map.yx * u + map.yy * v + centre;
      const left = Math.floor(sourceX);
      const top = Math.floor(sourceY);
      const a = sourceX - left;
      const b = sourceY - top;
      to[y * size + x] =
        (1 - b) * ((1 - a) * pixel(from, size, left, top) + a * pixel(from, size, left + 1, top)) +
        b * ((1 - a) * pixel(from, size, left, top + 1) + a * pixel(from, size, left + 1, top + 1));
    }
  }
}

function pixel(image: Float32Array, size: number, x: number, y: number): number {
  return x < 0 || y < 0 || x >= size || y >= size ? 0 : image[y * size + x]!;
}
