import { createHash } from "node:crypto";
import { GraftError } from "../../shared/graftError";
import { type AxisFit, axisFits, type ImageFit, requireImageFit } from "./imageFit";
import type { ImageSource } from "./itemSource";

/** The size that images are brought to, and how. */
export interface ImageSize extends ImageFit {
  /** In pixels. */
  readonly height: number;
  readonly width: number;
  /** 1 (gray) or 3 (red, green, blue). Default: as many as the images have. */
  readonly channels?: number;
}

/**
 * Images of another size, made when they are asked for and not kept: thousands of large ones cost no more memory than the small ones
 * that they are made from.
 */
export class ResizedImages implements ImageSource {
  readonly kind = "image";
  readonly shape: readonly number[];
  readonly #source: ImageSource;
  readonly #fit: ImageFit;
  readonly #rowFit: AxisFit;
  readonly #columnFit: AxisFit;
  readonly #rows: Taps;
  readonly #columns: Taps;

  /** @throws GraftError `data/image-size`, `data/channels`, `data/image-fit`, `data/image-crop`. */
  constructor(source: ImageSource, size: ImageSize) {
    const [height, width, channels] = source.shape as [number, number, number];
    const wanted = size.channels ?? channels;
    if (![size.height, size.width].every((side) => Number.isInteger(side) && side >= 1)) {
      throw new GraftError({
        code: "data/image-size",
        expected: "a height and a width in whole pixels, at least 1",
        found: `${size.height} x ${size.width}`,
        remedy: "Give the size that the backbone takes: backbone.inputShape",
      });
    }
    if (wanted !== channels && !((channels === 1 && wanted === 3) || (channels === 3 && wanted === 1))) {
      throw new GraftError({
        code: "data/channels",
        expected: `${channels} channels, as the images have, or a change between 1 (gray) and 3 (color)`,
        found: `${wanted} channels`,
        remedy: "Leave channels out, or give images that are gray or in color",
      });
    }
    this.shape = [size.height, size.width, wanted];
    this.#source = source;
    requireImageFit(size, [size.height, size.width]);
    const { mode = "squash", interpolation = "bilinear", shorterSide, fill } = size;
    this.#fit = {
      ...{ mode, interpolation },
      ...(shorterSide === undefined ? {} : { shorterSide }),
      ...(fill === undefined ? {} : { fill }),
    };
    [this.#rowFit, this.#columnFit] = axisFits(this.#fit, [height, width], [size.height, size.width]);
    this.#rows = tapsOf(height, this.#rowFit, kernels[interpolation]);
    this.#columns = tapsOf(width, this.#columnFit, kernels[interpolation]);
  }

  image(index: number): Uint8Array {
    const [height, width, wanted] = this.shape as [number, number, number];
    const [fromHeight, fromWidth, channels] = this.#source.shape as [number, number, number];
    const bytes = this.#source.image(index);
    const plane = channels === 3 && wanted === 1 ? grayOf(bytes) : new Float32Array(bytes);
    const depth = Math.min(channels, wanted);
    const columns = this.#columns.length;
    const wide = filtered(plane, fromHeight, fromWidth, depth, this.#columns);
    // Clamped arrays round to the nearest byte.
    const sized = new Uint8ClampedArray(filtered(wide, 1, fromHeight, columns * depth, this.#rows));
    if (depth === wanted && sized.length === height * width * depth) return new Uint8Array(sized.buffer);
    const image = new Uint8Array(height * width * wanted).fill(this.#fit.fill ?? 0);
    for (let i = 0; i < sized.length / depth; i++) {
      const row = this.#rowFit.at + Math.floor(i / columns);
      const place = (row * width + this.#columnFit.at + (i % columns)) * wanted;
      for (let c = 0; c < wanted; c++) image[place + c] = sized[i * depth + (depth === 1 ? 0 : c)]!;
    }
    return image;
  }

  /** From the hash of the original: the same picture in the same size has the same hash, and none has to be made for it. */
  hash(index: number): string {
    const { shape } = this;
    const { mode, interpolation } = this.#fit;
    const way = mode === "squash" && interpolation === "bilinear" ? "" : `${JSON.stringify(this.#fit)} `;
    return createHash("sha256")
      .update(`resized ${shape.join("x")} ${way}${this.#source.hash(index)}`)
      .digest("base64url");
  }
}

/** For each place of the result, the first place of the source that it reads, and the weights from there on. */
type Taps = readonly { readonly from: number; readonly weights: Float32Array }[];

interface Kernel {
  /** To which distance from the centre it is not 0, in pixels. */
  readonly reach: number;
  readonly weight: (distance: number) => number;
}

const kernels: Readonly<Record<"bilinear" | "bicubic", Kernel>> & { readonly nearest: undefined } = {
  bilinear: { reach: 1, weight: (distance) => Math.max(0, 1 - distance) },
  // Keys 1981 with a = -0.5.
  bicubic: {
    reach: 2,
    weight: (x) => (x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0),
  },
  nearest: undefined,
};

/**
 * Centres of pixels are at halves. Where the image shrinks the kernel widens with it, so that every pixel counts and nothing flickers;
 * Pillow does the same. Without a kernel the nearest pixel is taken.
 */
function tapsOf(before: number, { from: start, extent, size }: AxisFit, kernel: Kernel | undefined): Taps {
  const scale = extent / size;
  const widening = Math.max(1, scale);
  return Array.from({ length: size }, (_, place) => {
    const centre = start + (place + 0.5) * scale;
    if (kernel === undefined) {
      return { from: Math.max(0, Math.min(before - 1, Math.floor(centre))), weights: Float32Array.of(1) };
    }
    const reach = kernel.reach * widening;
    const from = Math.max(0, Math.floor(centre - reach + 0.5));
    const to = Math.min(before, Math.floor(centre + reach + 0.5));
    const weights = Float32Array.from({ length: to - from }, (_, i) =>
      kernel.weight(Math.abs(from + i + 0.5 - centre) / widening),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { from, weights: weights.map((weight) => weight / sum) };
  });
}

/** `[outer, length, inner]` to `[outer, taps.length, inner]`. */
function filtered(values: Float32Array, outer: number, length: number, inner: number, taps: Taps): Float32Array {
  const result = new Float32Array(outer * taps.length * inner);
  for (let row = 0; row < outer; row++) {
    for (let place = 0; place < taps.length; place++) {
      const { from, weights } = taps[place]!;
      const into = (row * taps.length + place) * inner;
      for (let tap = 0; tap < weights.length; tap++) {
        const weight = weights[tap]!;
        const start = (row * length + from + tap) * inner;
        for (let i = 0; i < inner; i++) result[into + i]! += weight * values[start + i]!;
      }
    }
  }
  return result;
}

/** Brightness by ITU-R BT.601, as Pillow's "L". */
function grayOf(bytes: Uint8Array): Float32Array {
  return Float32Array.from(
    { length: bytes.length / 3 },
    (_, i) => 0.299 * bytes[3 * i]! + 0.587 * bytes[3 * i + 1]! + 0.114 * bytes[3 * i + 2]!,
  );
}
