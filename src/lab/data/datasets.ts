import type { Dataset } from "./dataset";
import { fashionMnist } from "./fashionMnist";
import { readIdxFile } from "./idx";
import { notebookPath } from "./locations";
import { datasetFromIdx, mnist, type MnistOptions, type TrainAndTest } from "./mnist";

export interface IdxOptions {
  /** Class names in the order of the labels: label 0 is the first. */
  readonly classes: readonly string[];
}

/** The data that cells can load. Paths are relative to the notebook. */
export const datasets = {
  /** Handwritten digits; 10,000 to train (all 60,000 with `{ full: true }`) and 10,000 to test. */
  mnist: (options?: MnistOptions): Promise<TrainAndTest> => mnist(options),

  /** Articles of clothing, 60,000 to train and 10,000 to test. Downloaded once where it is not installed. */
  fashionMnist: (): Promise<TrainAndTest> => fashionMnist(),

  /** Your own images and labels in the idx format of MNIST, plain or gzip. */
  async idx(images: string, labels: string, options: IdxOptions): Promise<Dataset> {
    const [imageArray, labelArray] = await Promise.all([
      readIdxFile(notebookPath(images)),
      readIdxFile(notebookPath(labels)),
    ]);
    return datasetFromIdx(imageArray, labelArray, options.classes);
  },
};
