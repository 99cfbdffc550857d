import { createHash } from "node:crypto";
import { GraftError } from "../../shared/graftError";
import { Rng } from "../../shared/rng";
import type { ImageSource } from "./itemSource";
import { placedImage, type Placement } from "./placedImage";

/**
 * How the views of an image differ from it. Each is drawn evenly from 0, or from no change, up to what is given, in both directions.
 * What is left out stays as it is; where all are left out, views are `{ rotate: 10, shift: 0.1, zoom: 0.1, brightness: 0.1 }`.
 */
export interface ViewOptions {
  /** Degrees, at most 180. */
  readonly rotate?: number;
  /** Part of the height and of the width, at most 1. */
  readonly shift?: number;
  /** 0.1: to between 0.9 and 1.1 times the size; below 1. */
  readonly zoom?: number;
  /** True: half of the views are mirrored left to right; `"both"`: half of them upside down as well. Default false: letters and digits do not survive it. */
  readonly flip?: boolean | "both";
  /** 0.1: to between 0.9 and 1.1 times the brightness; at most 1. */
  readonly brightness?: number;
  /** Standard deviation of noise in each pixel and channel, as a part of the range of a byte; at most 1. */
  readonly noise?: number;
}

/** How `Dataset.augment` makes views. */
export interface AugmentOptions extends ViewOptions {
  /** Of each image, the image itself included. */
  readonly views: number;
  /** Same seed, same views to the bit. Default 0. */
  readonly seed?: number;
}

const gentle: ViewOptions = { rotate: 10, shift: 0.1, zoom: 0.1, brightness: 0.1 };

const limits = { rotate: 180, shift: 1, zoom: 0.99, brightness: 1, noise: 1 } as const;

/** Everything that tells a view from its image. */
interface View extends Placement {
  readonly brightness: number;
  /** Standard deviation, in bytes. */
  readonly noise: number;
  readonly noiseSeed: number;
}

/**
 * Item `i · views + v` is view `v` of image `i`; view 0 is the image. Made when they are asked for and not kept. What a view is follows from
 * the image's hash, so the same picture has the same views in every dataset.
 */
export class AugmentedImages implements ImageSource {
  readonly kind = "image";
  readonly shape: readonly number[];
  readonly views: number;
  readonly #source: ImageSource;
  readonly #options: ViewOptions;
  readonly #seed: number;

  /** @throws GraftError `data/augment`. */
  constructor(source: ImageSource, { views, seed = 0, ...options }: AugmentOptions) {
    if (!Number.isInteger(views) || views < 1) throw unusable("a whole number of views, at least 1", `views: ${views}`);
    const given = Object.keys(options).length > 0 ? options : gentle;
    for (const [name, limit] of Object.entries(limits)) {
      const value = given[name as keyof typeof limits] ?? 0;
      if (!(value >= 0 && value <= limit)) throw unusable(`${name} from 0 to ${limit}`, `${name}: ${value}`);
    }
    this.shape = source.shape;
    this.views = views;
    this.#source = source;
    this.#options = given;
    this.#seed = seed;
  }

  image(index: number): Uint8Array {
    const view = this.#view(index);
    const image = this.#source.image(this.#original(index));
    if (view === undefined) return image;
    const values = placedImage(image, this.shape, view);
    const rng = new Rng(view.noiseSeed);
    // Clamped arrays round to the nearest byte.
    const bytes = new Uint8ClampedArray(values.length);
    for (let i = 0; i < bytes.length; i++) {
      bytes[i] = values[i]! * view.brightness + (view.noise > 0 ? view.noise * rng.normal() : 0);
    }
    return new Uint8Array(bytes.buffer);
  }

  /** From the hash of the image: a view has not to be made for it. A view that changes nothing is the image. */
  hash(index: number): string {
    const view = this.#view(index);
    const original = this.#source.hash(this.#original(index));
    if (view === undefined) return original;
    return createHash("sha256")
      .update(`view ${JSON.stringify(view)} ${original}`)
      .digest("base64url");
  }

  #original(index: number): number {
    return Math.floor(index / this.views);
  }

  /** Undefined: the image as it is. */
  #view(index: number): View | undefined {
    const number = index % this.views;
    if (number === 0) return undefined;
    const name = `${this.#seed} ${number} ${this.#source.hash(this.#original(index))}`;
    const rng = new Rng(createHash("sha256").update(name).digest().readUInt32LE(0));
    const draw = () => 2 * rng.uniform() - 1;
    const { rotate = 0, shift = 0, zoom = 0, flip = false, brightness = 0, noise = 0 } = this.#options;
    // All are drawn whatever the options are, so that one more option leaves the others' numbers alone.
    const view = {
      degrees: rotate * draw(),
      down: shift * draw(),
      right: shift * draw(),
      scale: 1 + zoom * draw(),
      mirrored: draw() < 0 && flip !== false,
      upsideDown: draw() < 0 && flip === "both",
      brightness: 1 + brightness * draw(),
      noise: 255 * noise,
      noiseSeed: noise > 0 ? rng.uint32() : 0,
    };
    return isPlain(view) ? undefined : view;
  }
}

function isPlain({ degrees, down, right, scale, mirrored, upsideDown, brightness, noise }: View): boolean {
  const still = degrees === 0 && down === 0 && right === 0 && scale === 1 && !mirrored && !upsideDown;
  return still && brightness === 1 && noise === 0;
}

function unusable(expected: string, found: string): GraftError {
  return new GraftError({
    code: "data/augment",
    expected,
    found,
    remedy: "Give e.g. { views: 8, rotate: 10, shift: 0.1 }, or views alone for gentle ones",
  });
}
