import type { Dataset } from "./dataset";
import { fashionMnist } from "./fashionMnist";
import { readIdxFile } from "./idx";
import { notebookPath } from "./locations";
import { datasetFromIdx, mnist, type MnistOptions, type TrainAndTest } from "./mnist";

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
};
