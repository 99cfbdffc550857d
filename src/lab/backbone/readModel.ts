import { GraftError } from "../../shared/graftError";
import { readHdf5Model } from "./keras/hdf5Model";
import { readHdf5Weights } from "./keras/hdf5Weights";
import { readKerasArchive } from "./keras/kerasArchive";
import type { LayerGraph, Weights } from "./layerGraph";
import { readLayersModel } from "./layersModel";
import type { ModelFiles } from "./modelFiles";
import type { Preprocessing } from "./preprocessing";
import { isGraphModel } from "./operators/graphModelGraph";
import { readGraphModel } from "./operators/readGraphModel";
import { readOnnxModel } from "./operators/readOnnxModel";
import { readSavedModel } from "./operators/savedModel/readSavedModel";
import { isArchive, readSavedModelArchive } from "./operators/savedModel/readSavedModelArchive";
import { isSentenceEncoder, readSentenceEncoder } from "./sentenceEncoder/readSentenceEncoder";
import { moduleEndings } from "./sources/moduleExport";

export interface ReadModel {
  readonly graph: LayerGraph;
  readonly weights: Weights;
  /** What the file itself says of it. */
  readonly preprocessing?: Preprocessing;
}

interface ModelFormat {
  /** For the list in the error. */
  readonly label: string;
  readonly isMain: (name: string) => boolean;
  readonly read: (files: ModelFiles, main: string) => Promise<ReadModel>;
}

const modelJsonNames = ["model.json", ...moduleEndings.map((ending) => `model${ending}`)];

/** In the order in which they are looked for. */
const formats: readonly ModelFormat[] = [
  {
    label: "a tfjs LayersModel or GraphModel (model.json)",
    isMain: (name) => name.endsWith(".json") || modelJsonNames.includes(name),
    read: async (files) => {
      const json = await files.modelJson();
      if (isSentenceEncoder(json)) return readSentenceEncoder(files);
      return isGraphModel(json) ? readGraphModel(files) : readLayersModel(files);
    },
  },
  {
    label: "a Keras model (.keras)",
    isMain: (name) => name.endsWith(".keras"),
    read: async (files, main) => readKerasArchive(await files.read(main), `${files.origin}/${main}`),
  },
  {
    label: "a Keras model in HDF5 (.h5, .hdf5)",
    isMain: (name) => /\.(h5|hdf5)$/.test(name),
    read: async (files, main) => readHdf5Model(await files.read(main), `${files.origin}/${main}`),
  },
  {
    label: "an ONNX model (.onnx)",
    isMain: (name) => name.endsWith(".onnx"),
    read: (files, main) => readOnnxModel(files, main),
  },
  {
    label: "a SavedModel of TensorFlow (saved_model.pb beside variables/)",
    isMain: (name) => name === "saved_model.pb",
    read: (files) => readSavedModel(files),
  },
  {
    label: "its folder as .tar.gz",
    isMain: isArchive,
    read: readSavedModelArchive,
  },
];

/**
 * Reads a model in whatever format its files are.
 *
 * @throws GraftError `backbone/unknown-format` listing the formats, `backbone/several-models`, and those of the format's reader.
 */
export async function readModel(files: ModelFiles): Promise<ReadModel> {
  const main = files.main ?? mainFile(files);
  const format = main === undefined ? undefined : formatOf(main);
  if (main !== undefined && format !== undefined) return format.read(files, main);
  throw new GraftError({
    code: "backbone/unknown-format",
    expected: `a model in ${files.origin}: ${formats.map(({ label }) => label).join(", ")}`,
    found: main ?? (files.names.slice(0, 8).join(", ") || "an empty folder"),
    remedy: "Give one of these, or convert the model into one",
  });
}

/** Weights that lie alone at an address, in HDF5, for a topology of Keras. @throws GraftError those of `readHdf5Weights`. */
export async function readWeightsFile(files: ModelFiles, topology: unknown): Promise<ReadModel> {
  const main = files.main!;
  return readHdf5Weights(await files.read(main), topology, `${files.origin}${main}`);
}

/** Whether a file is a model, by its name and those beside it: JSON can be anything, unless its weights lie there too. */
export function isModelFile(name: string, beside: readonly string[]): boolean {
  // Anything can be in one: it is a model where it is asked for.
  if (isArchive(name)) return beside.length === 0;
  if (modelJsonNames.includes(name)) return true;
  if (name.endsWith(".json")) return beside.includes(name.replace(/\.json$/, ".bin"));
  return formatOf(name) !== undefined;
}

function formatOf(name: string): ModelFormat | undefined {
  return formats.find(({ isMain }) => isMain(name));
}

function mainFile(files: ModelFiles): string | undefined {
  const usual = modelJsonNames.find((name) => files.names.includes(name));
  if (usual !== undefined) return usual;
  const candidates = files.names.filter((name) => isModelFile(name, files.names));
  if (candidates.length <= 1) return candidates[0];
  throw new GraftError({
    code: "backbone/several-models",
    expected: `one model in ${files.origin}`,
    found: candidates.join(", "),
    remedy: `Name the file, e.g. "${files.origin}/${candidates[0]!}"`,
  });
}
