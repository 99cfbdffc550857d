import { createHash } from "node:crypto";
import { GraftError } from "../../shared/graftError";
import {
  type DatasetDescription,
  type Describable,
  type DescribableVariable,
  describe,
  describeVariable,
  type VariableContent,
} from "../../shared/sessionState";
import { inspectText } from "../inspectText";
import { type ImageSource, ImageStore } from "./imageStore";
import { joinedImages, type RawImage } from "./joinedImages";
import { type ImageSize, ResizedImages } from "./resizedImages";
import { sampleIndices, splitIndices } from "./sampling";

/** Labelled images as plain arrays. */
export interface DatasetParts {
  /** `[n, height, width, channels]`, bytes 0 … 255. */
  readonly images: Uint8Array;
  /** `[height, width, channels]`. */
  readonly imageShape: readonly number[];
  /** `[n]`, indices into `classes`. */
  readonly labels: ArrayLike<number>;
  readonly classes: readonly string[];
}

/** Which examples `Dataset.sample` draws. */
export interface SampleOptions {
  /** How many labelled examples in total, e.g. 50 for five of each of ten digits. */
  readonly labels: number;
  /** Same seed, same examples. Default 0. */
  readonly seed?: number;
  /** Default true: the same number of examples of each class (they differ by at most one). */
  readonly stratify?: boolean;
}

/** How `Dataset.split` divides. */
export interface SplitOptions {
  /** Parts of the dataset that go to `validation` and to `test`, each in [0, 1). Default 0.2 and 0. */
  readonly validation?: number;
  readonly test?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Default true: every part has the classes in the same proportions. */
  readonly stratify?: boolean;
}

/** Disjoint parts of one dataset. */
export interface DatasetSplit {
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly test: Dataset;
}

/**
 * Labelled images. Immutable: `sample`, `split`, `subset`, `select` and `resize` give new datasets that share the pixels. Pixels are bytes; a
 * backbone's preprocessing turns them into numbers.
 */
export class Dataset implements Describable, DescribableVariable {
  /** `[height, width, channels]`. */
  readonly imageShape: readonly number[];
  /** `[size]`, indices into `classes`. */
  readonly labels: Int32Array;
  readonly classes: readonly string[];
  readonly #store: ImageSource;
  readonly #indices: Uint32Array;
  #id: string | undefined;

  private constructor(store: ImageSource, indices: Uint32Array, labels: Int32Array, classes: readonly string[]) {
    this.#store = store;
    this.#indices = indices;
    this.imageShape = store.shape;
    this.labels = labels;
    this.classes = classes;
  }

  /**
   * From all pixels in one array, with a label for each image.
   *
   * @throws GraftError `data/label-count` when there are not as many labels as images, `data/image-bytes` when the
   * pixels do not fill whole images, `data/unknown-label` when a label has no class.
   *
   * @example
   * ```ts
   * import { Dataset } from "graft";
   * const images = Uint8Array.from({ length: 4 * 8 * 8 }, (_, i) => (i * 37) % 256);
   * const dataset = Dataset.from({ images, imageShape: [8, 8, 1], labels: [0, 1, 0, 1], classes: ["cat", "dog"] });
   * console.log(dataset.size, dataset.imageShape);
   * ```
   */
  static from(parts: DatasetParts): Dataset {
    const store = new ImageStore(parts.images, parts.imageShape);
    const size = parts.images.length / store.imageBytes;
    if (!Number.isInteger(size)) {
      throw new GraftError({
        code: "data/image-bytes",
        expected: `a multiple of ${store.imageBytes} bytes for images of ${parts.imageShape.join(" x ")}`,
        found: `${parts.images.length} bytes`,
        remedy: "Check the image shape",
      });
    }
    if (parts.labels.length !== size) {
      throw new GraftError({
        code: "data/label-count",
        expected: `one label for each of ${size} images`,
        found: `${parts.labels.length} labels`,
        remedy: "Give the label file that belongs to the image file (train with train, t10k with t10k)",
      });
    }
    const labels = Int32Array.from(parts.labels);
    const stray = labels.findIndex((label) => label < 0 || label >= parts.classes.length);
    if (stray >= 0) {
      throw new GraftError({
        code: "data/unknown-label",
        expected: `labels from 0 to ${parts.classes.length - 1}, for the ${parts.classes.length} classes`,
        found: `label ${labels[stray]!} at example ${stray}`,
        remedy: "Name all classes, in the order of their labels",
      });
    }
    return new Dataset(
      store,
      Uint32Array.from({ length: size }, (_, i) => i),
      labels,
      [...parts.classes],
    );
  }

  /**
   * From images that were read one by one, e.g. by a decoder of your own.
   *
   * @throws GraftError `data/no-images`, `data/mixed-channels`, `data/mixed-sizes`, and those of `from`.
   *
   * @example
   * ```ts
   * import { Dataset } from "graft";
   * const image = { height: 2, width: 2, channels: 3, data: new Uint8Array(12) };
   * const dataset = Dataset.fromImages([image, image], { labels: [0, 1], classes: ["cat", "dog"] });
   * console.log(dataset.imageShape);
   * ```
   */
  static fromImages(images: readonly RawImage[], labelled: Pick<DatasetParts, "labels" | "classes">): Dataset {
    return Dataset.from({ ...joinedImages(images), ...labelled });
  }

  get size(): number {
    return this.#indices.length;
  }

  /** Hash of all images, labels and class names in their order: datasets with the same id are the same data. */
  get id(): string {
    if (this.#id === undefined) {
      const hash = createHash("sha256").update(JSON.stringify(this.classes)).update(new Uint8Array(this.labels.buffer));
      for (let i = 0; i < this.size; i++) hash.update(this.itemHash(i));
      this.#id = hash.digest("hex").slice(0, 16);
    }
    return this.#id;
  }

  /**
   * The bytes of one image, `[height, width, channels]`.
   *
   * @example
   * ```ts
   * import { datasets } from "graft";
   * const { train, test } = await datasets.mnist();
   * console.log(train.image(0).length, train.imageShape);
   * ```
   */
  image(index: number): Uint8Array {
    return this.#store.image(this.#indices[index]!);
  }

  /**
   * Content hash of one image; the same picture has the same hash in every dataset.
   *
   * @example
   * ```ts
   * import { datasets } from "graft";
   * const { train, test } = await datasets.mnist();
   * console.log(train.itemHash(0) === train.select([0]).itemHash(0));
   * ```
   */
  itemHash(index: number): string {
    return this.#store.hash(this.#indices[index]!);
  }

  /**
   * The examples at `indices`, in that order.
   *
   * @example
   * ```ts
   * import { datasets } from "graft";
   * const { train, test } = await datasets.mnist();
   * const zeros = train.select([...train.labels.keys()].filter((i) => train.labels[i] === 0));
   * console.log(zeros.size);
   * ```
   */
  select(indices: ArrayLike<number>): Dataset {
    const stores = new Uint32Array(indices.length);
    const labels = new Int32Array(indices.length);
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i]!;
      if (!Number.isInteger(index) || index < 0 || index >= this.size) {
        throw new GraftError({
          code: "data/index",
          expected: `indices from 0 to ${this.size - 1}`,
          found: String(index),
          remedy: "Choose among the examples that this dataset has",
        });
      }
      stores[i] = this.#indices[index]!;
      labels[i] = this.labels[index]!;
    }
    return new Dataset(this.#store, stores, labels, this.classes);
  }

  /**
   * Examples `from` (included) to `to` (excluded), as `Array.slice`.
   *
   * @example
   * ```ts
   * import { datasets } from "graft";
   * const { train, test } = await datasets.mnist();
   * console.log(train.subset(0, 100).size);
   * ```
   */
  subset(from: number, to?: number): Dataset {
    return this.select(Array.from({ length: this.size }, (_, i) => i).slice(from, to));
  }

  /**
   * A seeded sample of `labels` examples in total.
   *
   * @throws GraftError `data/too-few` when the dataset does not have enough examples (of some class, if stratified).
   *
   * @example
   * ```ts
   * import { datasets } from "graft";
   * const { train, test } = await datasets.mnist();
   * const scarce = train.sample({ labels: 50, seed: 7 });
   * console.log(scarce.size);
   * ```
   */
  sample(options: SampleOptions): Dataset {
    return this.select(sampleIndices(this.labels, this.classes, options));
  }

  /**
   * Seeded, disjoint parts that together are the whole dataset.
   *
   * @example
   * ```ts
   * import { datasets } from "graft";
   * const { train, test } = await datasets.mnist();
   * const parts = train.split({ validation: 0.2, test: 0.1, seed: 7 });
   * console.log(parts.train.size, parts.validation.size, parts.test.size);
   * ```
   */
  split(options: SplitOptions = {}): DatasetSplit {
    const parts = splitIndices(this.labels, this.classes.length, options);
    return {
      train: this.select(parts.train),
      validation: this.select(parts.validation),
      test: this.select(parts.test),
    };
  }

  /**
   * The same examples in another size, bilinear, e.g. `digits.resize({ height: 224, width: 224, channels: 3 })`; gray becomes color
   * by repeating it. `mode` says what becomes of other proportions. Images are made when they are needed, so this costs neither time nor
   * memory now.
   *
   * @throws GraftError `data/image-size`, `data/channels`, `data/image-fit`, `data/image-crop`.
   *
   * @example
   * ```ts
   * import { datasets } from "graft";
   * const { train, test } = await datasets.mnist();
   * console.log(train.resize({ height: 96, width: 96, channels: 3 }).imageShape);
   * ```
   */
  resize(size: ImageSize): Dataset {
    return new Dataset(new ResizedImages(this.#store, size), this.#indices, this.labels, this.classes);
  }

  [inspectText](): string {
    return `Dataset: ${this.size.toLocaleString("en")} images of ${this.imageShape.join(" x ")}, ${this.classes.length} classes`;
  }

  [describe](): DatasetDescription {
    const classCounts = this.classes.map(() => 0);
    for (const label of this.labels) classCounts[label]! += 1;
    const { id, size, classes, imageShape } = this;
    return { kind: "dataset", id, size, classes, classCounts, itemShape: [...imageShape] };
  }

  [describeVariable](): VariableContent {
    const shape = [this.size, ...this.imageShape];
    return {
      kind: "dataset",
      type: "Dataset",
      shape,
      dtype: "uint8",
      bytes: shape.reduce((product, size) => product * size, 1),
      preview: `${this.classes.length} classes: ${this.classes.slice(0, 12).join(", ")}`,
    };
  }
}
