import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import {
  type CheckpointFile,
  checkpointNames,
  describeCheckpoints,
  notACheckpoint,
  parseCheckpointHeader,
  stemOf,
} from "../../shared/checkpointHeader";
import { GraftError } from "../../shared/graftError";
import { labHost } from "../../shared/labHost";
import type { CheckpointDescription } from "../../shared/sessionState";
import { layerNamed } from "../backbone/graphShapes";
import { currentRuntime } from "../train/currentRuntime";
import type { LabRuntime } from "../train/labRuntime";
import { Model } from "../train/model";
import type { TrainingPhase } from "../train/history";
import { type ModelAbout, restoredPhase } from "./checkpoint";
import { decodeCheckpoint } from "./checkpointBytes";

/** Models that were saved while they trained. */
export interface Checkpoints {
  /**
   * The models that were saved while they trained, the newest first; also those of a kernel that is no more.
   *
   * @example
   * ```ts
   * import { checkpoints } from "graft";
   * for (const { variable, reached } of checkpoints.list()) console.log(variable, reached);
   * ```
   */
  list(): CheckpointDescription[];
  /**
   * A model as it was saved: weights, frozen layers, classes and history; `model.resume(train)` goes on with a fine-tuning that was
   * not at its end. `what` is the name of the variable that held it, or the
   * file of one of the list; without it the newest. When the newest file of that variable is damaged, the one before it is taken, with a warning.
   *
   * @throws GraftError `checkpoint/none`, `checkpoint/no-folder`, `checkpoint/outside`, `checkpoint/not-a-checkpoint`, `checkpoint/truncated`,
   * `checkpoint/damaged`, `checkpoint/newer-version`, `checkpoint/shapes`.
   *
   * @example
   * ```ts
   * import { backbones, checkpoints, datasets, graft } from "graft";
   * const { train } = await datasets.mnist();
   * const model = graft(await backbones.load("fashion-cnn"), { classes: train.classes });
   * await model.trainHead(train.sample({ labels: 50, seed: 7 }), { plot: false });
   * const again = await checkpoints.restore("model");
   * console.log(again.history.phases.length);
   * ```
   */
  restore(what?: string): Promise<Model>;
}

/** Models that were saved while they trained, in this kernel and in those before it. */
export const checkpoints: Checkpoints = {
  list: () => listIn(labHost().checkpointFolder),
  restore: (what) => Promise.resolve().then(() => restoreOn(currentRuntime(), what)),
};

/** `checkpoints.restore` with an engine and a feature store of one's own. */
export function restoreOn(runtime: LabRuntime, what?: string): Model {
  const folder = labHost().checkpointFolder;
  if (folder === undefined) {
    throw new GraftError({
      code: "checkpoint/no-folder",
      expected: "a kernel that has a folder for checkpoints",
      found: "none",
      remedy: "Start the kernel with --checkpoint-folder",
    });
  }
  if (what !== undefined && /[/\\]|\.safetensors$/.test(what)) {
    return modelIn(runtime, fileInside(folder, what));
  }
  const found = listIn(folder).find(({ variable }) => what === undefined || variable === what);
  if (found === undefined) {
    throw none(folder, what);
  }
  return newestWhole(runtime, found.file);
}

/** The model in this file or, when its bytes have changed, in the one before it. */
function newestWhole(runtime: LabRuntime, file: string): Model {
  const previous = join(dirname(file), checkpointNames(stemOf(basename(file))!).previous);
  try {
    return modelIn(runtime, file);
  } catch (error) {
    if (file === previous) {
      throw error;
    }
    try {
      const model = modelIn(runtime, previous);
      console.warn(`${(error as Error).message} The checkpoint before it was restored instead.`);
      return model;
    } catch {
      throw error; // The first one says more about what happened.
    }
  }
}

function modelIn(runtime: LabRuntime, file: string): Model {
  const { about, weights, unfinished } = decodeCheckpoint(file, readWhole(file));
  const { backbone, graph, preprocessing, classes, trainable, trainedOn, pretrained = true, provenance } = about;
  const { featureLayer = layerNamed(graph, graph.output).inputs[0]! } = about;
  return new Model(
    {
      ...{ backbone, graph, featureLayer, weights, preprocessing, classes, pretrained, trainable },
      ...(trainedOn === undefined ? {} : { trainedOn }),
      ...(provenance && { provenance }),
      ...(unfinished && { unfinished }),
      checkpoints: true,
      history: about.history.map(restoredPhase),
    },
    runtime,
  );
}

function readWhole(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw notACheckpoint(file, (error as Error).message);
  }
}

/** An absolute path, or one relative to the folder; never one that leads out of it. */
function fileInside(folder: string, path: string): string {
  const file = resolve(folder, path);
  if (dirname(file) === folder) {
    return file;
  }
  throw new GraftError({
    code: "checkpoint/outside",
    expected: `a file in ${folder}`,
    found: path,
    remedy: "Choose one of checkpoints.list()",
  });
}

function none(folder: string, what: string | undefined): GraftError {
  const names = [...new Set(listIn(folder).map(({ variable }) => variable ?? "one without a variable"))];
  return new GraftError({
    code: "checkpoint/none",
    expected: what === undefined ? `a checkpoint in ${folder}` : `a checkpoint of the variable "${what}"`,
    found: names.length === 0 ? "none" : names.join(", "),
    remedy: names.length === 0 ? "Train a model first" : "Choose one of checkpoints.list()",
  });
}

/** What the model of a checkpoint had been trained; empty when the file cannot be read. */
export function historyIn(file: string): TrainingPhase[] {
  try {
    const { header, dataBytes } = headerOf(file, basename(file))!;
    return (parseCheckpointHeader(file, header, dataBytes).about as ModelAbout).history.map(restoredPhase);
  } catch {
    return []; // Whoever restores it is told what is wrong with it.
  }
}

function listIn(folder: string | undefined): CheckpointDescription[] {
  if (folder === undefined) {
    return [];
  }
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return [];
    }
    throw error;
  }
  const files = names.filter((name) => stemOf(name) !== undefined).map((name) => headerOf(join(folder, name), name));
  return describeCheckpoints(files.filter((file) => file !== undefined));
}

/** Undefined when the file has no whole header. */
function headerOf(file: string, name: string): CheckpointFile | undefined {
  const handle = openSync(file, "r");
  try {
    const { size } = fstatSync(handle);
    const begin = Buffer.alloc(8);
    readSync(handle, begin, 0, 8, 0);
    const length = Number(begin.readBigUInt64LE());
    if (length > size - 8) {
      return undefined;
    }
    const header = Buffer.alloc(length);
    readSync(handle, header, 0, length, 8);
    return { file, name, header: header.toString("utf8"), dataBytes: size - 8 - length };
  } finally {
    closeSync(handle);
  }
}
