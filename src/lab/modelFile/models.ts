import { readFile } from "node:fs/promises";
import { GraftError } from "../../shared/graftError";
import { notebookPath } from "../data/locations";
import { isRegistered } from "../engine/tfjs/customLayers";
import { loadTensorLibrary } from "../engine/tfjs/tensorLibrary";
import { currentRuntime } from "../train/currentRuntime";
import type { LabRuntime } from "../train/labRuntime";
import { Model } from "../train/model";
import { decodeModelFile } from "./decodeModelFile";

/** Models in files. */
export const models = {
  /**
   * The model that `model.save` wrote: weights, preprocessing, classes, history, provenance, which layers are frozen, and a training
   * that was not at its end (`model.resume`). `path` is relative to the notebook. The file is checked whole before anything of it is
   * used. Layers of a person's own have to be registered with tfjs before.
   *
   * @throws GraftError `model-file/missing`, `model-file/not-a-zip`, `model-file/truncated`, `model-file/newer-version`,
   * `model-file/manifest`, `model-file/entries`, `model-file/unsafe-path`, `model-file/duplicate-entry`, `model-file/size`,
   * `model-file/checksum`, `model-file/content`, `model-file/graph`, `model-file/unknown-layer`, `model-file/unregistered-layer`,
   * `model-file/weights`, `model-file/weight-shape`.
   * @example
   * ```ts
   * import { backbones, datasets, graft, models } from "graft";
   *
   * const digits = await datasets.mnist();
   * const train = digits.train.sample({ labels: 50 });
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train, { plot: false });
   * await model.save("digits.graft");
   * const same = await models.load("digits.graft");
   * console.log(await same.evaluate(digits.test.subset(0, 500)));
   * ```
   */
  load(path: string): Promise<Model> {
    return loadModelOn(currentRuntime(), path);
  },
};

/** `models.load` with an engine and a feature store of one's own. */
export async function loadModelOn(runtime: LabRuntime, path: string): Promise<Model> {
  const file = notebookPath(path);
  const content = await decodeModelFile(file, await wholeFile(file), async (className) =>
    isRegistered(await loadTensorLibrary(), className),
  );
  return new Model({ ...content, checkpoints: true }, runtime);
}

async function wholeFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    throw new GraftError({
      code: "model-file/missing",
      expected: `a .graft file at ${file}`,
      found: missing ? "nothing there" : (cause as Error).message,
      remedy: "Check the path; relative paths start at the notebook's folder",
      cause,
    });
  }
}
