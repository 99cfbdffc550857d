import { createHash } from "node:crypto";
import {
  type DatasetDescription,
  type Describable,
  type DescribableVariable,
  describe,
  describeVariable,
  type VariableContent,
} from "../../shared/sessionState";
import { inspectText } from "../inspectText";
import { balancedClassWeights } from "../train/classWeights";
import { AugmentedImages, type AugmentOptions } from "./augmentedImages";
import {
  type DatasetParts,
  type Labelled,
  type LabelledParts,
  requireIndex,
  requireLabelled,
  requireWholeImages,
  type TextParts,
} from "./datasetParts";
import { datasetDescription, datasetText, datasetVariable } from "./describeDataset";
import { ImageStore } from "./imageStore";
import { type ItemSource, requireImages, requireTexts } from "./itemSource";
import { joinedImages, type RawImage } from "./joinedImages";
import { MappedImages } from "./mappedImages";
import { type ImageSize, ResizedImages } from "./resizedImages";
import { sampleIndices, type SampleOptions } from "./sampling";
import { foldIndices, type FoldOptions, splitIndices, type SplitOptions, type SplitReached } from "./splitting";
import { TextStore } from "./textStore";

/** Disjoint parts of one dataset. */
export interface DatasetSplit {
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly test: Dataset;
  /** How near the parts came to what was asked for. */
  readonly reached: SplitReached;
}

/** One of `k` ways to keep a part for validation. */
export interface DatasetFold {
  readonly train: Dataset;
  readonly validation: Dataset;
}

/**
 * Labelled images or texts. Immutable: `sample`, `split`, `subset`, `select` and `resize` give new datasets that share the pixels. Pixels
 * are bytes; a backbone's preprocessing turns them into numbers.
 */
export class Dataset implements Describable, DescribableVariable {
  /** What the examples are: `image(i)` or `text(i)` has them. */
  readonly kind: "image" | "text";
  /** `[size]`, indices into `classes`. */
  readonly labels: Int32Array;
  readonly classes: readonly string[];
  /** `[size]`, what each example belongs to, where the dataset knows: the patient, the lesion, the mail thread. */
  readonly groups: readonly string[] | undefined;
  readonly #source: ItemSource;
  readonly #indices: Uint32Array;
  #id: string | undefined;

  private constructor(source: ItemSource, indices: Uint32Array, { labels, classes, groups }: Labelled) {
    this.#source = source;
    this.#indices = indices;
    this.kind = source.kind;
    this.labels = labels;
    this.classes = classes;
    this.groups = groups;
  }

  /**
   * From all pixels in one array, with a label for each image.
   *
   * @throws GraftError `data/label-count` when there are not as many labels as images, `data/image-bytes` when the
   * pixels do not fill whole images, `data/unknown-label` when a label has no class, `data/group-count`.
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
    const size = requireWholeImages(parts);
    return Dataset.fromSource(new ImageStore(parts.images, parts.imageShape), size, parts);
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
  static fromImages(images: readonly RawImage[], labelled: LabelledParts): Dataset {
    return Dataset.from({ ...joinedImages(images), ...labelled });
  }

  /**
   * From texts, with a label for each.
   *
   * @throws GraftError `data/label-count`, `data/unknown-label`, `data/group-count`.
   *
   * @example
   * ```ts
   * import { Dataset } from "graft";
   * const mails = Dataset.fromTexts({
   *   texts: ["Lunch at noon?", "You have won!", "Re: Lunch at noon?"],
   *   labels: [0, 1, 0],
   *   classes: ["ham", "spam"],
   *   groups: ["lunch", "prize", "lunch"],
   * });
   * console.log(mails.size, mails.text(1));
   * ```
   */
  static fromTexts(parts: TextParts): Dataset {
    return Dataset.fromSource(new TextStore(parts.texts), parts.texts.length, parts);
  }

  /**
   * The first `size` items of a source.
   *
   * @internal
   */
  static fromSource(source: ItemSource, size: number, parts: LabelledParts): Dataset {
    const indices = Uint32Array.from({ length: size }, (_, i) => i);
    return new Dataset(source, indices, requireLabelled(parts, size, source.kind === "image" ? "images" : "texts"));
  }

  get size(): number {
    return this.#indices.length;
  }

  /** `[height, width, channels]` of each image. Texts have none: asking for it is a `data/not-images`. */
  get imageShape(): readonly number[] {
    return requireImages(this.#source).shape;
  }

  /** Hash of all items, labels and class names in their order: datasets with the same id are the same data. */
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
   * @throws GraftError `data/not-images` for texts.
   *
   * @example
   * ```ts
   * import { datasets } from "graft";
   * const { train, test } = await datasets.mnist();
   * console.log(train.image(0).length, train.imageShape);
   * ```
   */
  image(index: number): Uint8Array {
    return requireImages(this.#source).image(this.#indices[index]!);
  }

  /**
   * One text.
   *
   * @throws GraftError `data/not-text` for images.
   *
   * @example
   * ```ts
   * import { Dataset } from "graft";
   * const mails = Dataset.fromTexts({ texts: ["Lunch?", "You have won!"], labels: [0, 1], classes: ["ham", "spam"] });
   * console.log(mails.text(0));
   * ```
   */
  text(index: number): string {
    return requireTexts(this.#source).text(this.#indices[index]!);
  }

  /**
   * Content hash of one image or text; the same item has the same hash in every dataset.
   *
   * @example
   * ```ts
   * import { datasets } from "graft";
   * const { train, test } = await datasets.mnist();
   * console.log(train.itemHash(0) === train.select([0]).itemHash(0));
   * ```
   */
  itemHash(index: number): string {
    return this.#source.hash(this.#indices[index]!);
  }

  /**
   * The examples at `indices`, in that order.
   *
   * @throws GraftError `data/index`.
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
    const items = Uint32Array.from(indices, (index) => this.#indices[requireIndex(index, this.size)]!);
    const labels = Int32Array.from(indices, (index) => this.labels[index]!);
    const groups = this.groups && Array.from(indices, (index) => this.groups![index]!);
    return new Dataset(this.#source, items, { labels, classes: this.classes, groups });
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
   * Seeded, disjoint parts that together are the whole dataset. Where the dataset has groups none of them is divided, so that no part knows
   * another's patient or mail thread; classes are then spread as evenly as whole groups allow (rarest first, Sechidis et al. 2011), and
   * `reached` says how evenly.
   *
   * @throws GraftError `data/bad-split`, `data/no-groups` for `group: true` without groups, `data/few-groups`.
   *
   * @example
   * ```ts
   * import { datasets } from "graft";
   * const { train, test } = await datasets.mnist();
   * const parts = train.split({ validation: 0.2, test: 0.1, seed: 7 });
   * console.log(parts.train.size, parts.validation.size, parts.test.size, parts.reached);
   * ```
   */
  split(options: SplitOptions = {}): DatasetSplit {
    const { reached, ...parts } = splitIndices(this, options);
    return {
      train: this.select(parts.train),
      validation: this.select(parts.validation),
      test: this.select(parts.test),
      reached,
    };
  }

  /**
   * The dataset in `count` ways, each with another part for validation: every example is validated once, and trained on in all other folds.
   * As `split` it is stratified and divides no group.
   *
   * @throws GraftError `data/folds`, `data/no-groups`, `data/few-groups`.
   *
   * @example
   * ```ts
   * import { datasets } from "graft";
   * const { train, test } = await datasets.mnist();
   * for (const fold of train.sample({ labels: 100 }).folds(5)) console.log(fold.train.size, fold.validation.size);
   * ```
   */
  folds(count: number, options: FoldOptions = {}): DatasetFold[] {
    const folds = foldIndices(this, count, options);
    return folds.map((validation) => ({
      train: this.select(folds.flatMap((fold) => (fold === validation ? [] : fold))),
      validation: this.select(validation),
    }));
  }

  /**
   * A weight for each class that lets rare ones count as much as frequent ones: n / (classes that occur · examples of the class), so that
   * their mean over the examples is 1. Classes without examples have 0. What `classWeights: "balanced"` stands for.
   *
   * @example
   * ```ts
   * import { Dataset } from "graft";
   * const dataset = Dataset.fromTexts({ texts: ["a", "b", "c", "d"], labels: [0, 0, 0, 1], classes: ["ham", "spam"] });
   * console.log(dataset.classWeights());
   * ```
   */
  classWeights(): readonly number[] {
    return balancedClassWeights(this);
  }

  /**
   * The same examples in another size, bilinear, e.g. `digits.resize({ height: 224, width: 224, channels: 3 })`; gray becomes color
   * by repeating it. `mode` says what becomes of other proportions. Images are made when they are needed, so this costs neither time nor
   * memory now.
   *
   * @throws GraftError `data/image-size`, `data/channels`, `data/image-fit`, `data/image-crop`, `data/not-images` for texts.
   *
   * @example
   * ```ts
   * import { datasets } from "graft";
   * const { train, test } = await datasets.mnist();
   * console.log(train.resize({ height: 96, width: 96, channels: 3 }).imageShape);
   * ```
   */
  resize(size: ImageSize): Dataset {
    return new Dataset(new ResizedImages(requireImages(this.#source), size), this.#indices, this);
  }

  /**
   * `views` seeded views of each image: the image itself and others that are turned, shifted, enlarged … a little. The views of example
   * `i` are the examples `i · views` up to `i · views + views - 1`; a split does not divide them. A view is an example like any other: it
   * crosses a frozen backbone once and is kept, so `model.fineTune(train.augment({ views: 8 }), …)` sees eight times as many examples an
   * epoch. Augment what you train on, not what you validate with. Views are made when they are needed.
   *
   * @throws GraftError `data/augment` for what cannot be, `data/not-images` for texts.
   *
   * @example
   * ```ts
   * import { backbones, datasets, graft } from "graft";
   * const { train, test } = await datasets.mnist();
   * const scarce = train.sample({ labels: 50, seed: 7 });
   * const views = scarce.augment({ views: 8, rotate: 15, shift: 0.1, seed: 7 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(views);
   * await model.fineTune(views, { lastLayers: 2, epochs: 1, learningRate: 1e-3 });
   * console.log(views.size, (await model.evaluate(test.subset(0, 500))).accuracy);
   * ```
   */
  augment(options: AugmentOptions): Dataset {
    const source = new AugmentedImages(requireImages(this.#source), options);
    const { views } = source;
    const examples = Int32Array.from({ length: this.size * views }, (_, i) => Math.floor(i / views));
    const items = Uint32Array.from(examples, (example, i) => this.#indices[example]! * views + (i % views));
    return new Dataset(source, items, {
      labels: examples.map((example) => this.labels[example]!),
      classes: this.classes,
      groups: Array.from(examples, (example) => this.groups?.[example] ?? String(example)),
    });
  }

  /**
   * Each image through a function of your own, which may change its size. Called whenever an image is needed, so it must make the same of
   * the same image every time; it gets a copy, which it may change.
   *
   * @throws GraftError `data/map` when it returns no image, or images of several sizes, `data/not-images` for texts.
   *
   * @example
   * ```ts
   * import { datasets } from "graft";
   * const { train, test } = await datasets.mnist();
   * const inverted = test.map((image) => ({ ...image, data: image.data.map((byte) => 255 - byte) }));
   * console.log(test.image(0)[0], inverted.image(0)[0]);
   * ```
   */
  map(change: (image: RawImage) => RawImage): Dataset {
    return new Dataset(new MappedImages(requireImages(this.#source), change, this.#indices[0]), this.#indices, this);
  }

  [inspectText](): string {
    return datasetText(this);
  }

  [describe](): DatasetDescription {
    return datasetDescription(this);
  }

  [describeVariable](): VariableContent {
    return datasetVariable(this);
  }
}
