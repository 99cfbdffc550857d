import { readFileSync } from "node:fs";
import { GraftError } from "../../shared/graftError";
import { writeFileAtomically } from "../data/atomicFile";
import { notebookPath, shippedFile } from "../data/locations";
import { inspectText } from "../inspectText";
import type { ModelCore } from "../train/modelCore";
import { encodeModelFile } from "./encodeModelFile";
import type { ModelFileContent } from "./modelFileContent";

const extension = ".graft";

/** What `model.save` wrote. */
export interface SavedModelFile {
  /** Absolute path. */
  readonly file: string;
  readonly bytes: number;
  readonly [inspectText]: () => string;
}

/** The model as it stands. @throws GraftError `model-file/extension`. */
export async function saveModelFile(core: ModelCore, path: string): Promise<SavedModelFile> {
  const file = notebookPath(path);
  requireExtension(file);
  const engine = core.runtime.engine.name;
  const bytes = encodeModelFile(contentOf(core), { graft: ownVersion(), engine, created: new Date().toISOString() });
  await writeFileAtomically(file, bytes);
  return { file, bytes: bytes.length, [inspectText]: () => `${file}: ${(bytes.length / 1e6).toFixed(1)} MB` };
}

function contentOf(core: ModelCore): ModelFileContent {
  const { backbone, graph, featureLayer, weights, preprocessing, classes, pretrained } = core;
  const { history, trainable, trainedOn, unfinished, provenance } = core;
  return {
    ...{ backbone, graph, featureLayer, weights, preprocessing, classes, pretrained },
    trainable: [...trainable],
    history: history.phases,
    ...(trainedOn !== undefined && { trainedOn }),
    ...(provenance && { provenance }),
    ...(unfinished && { unfinished }),
  };
}

function requireExtension(file: string): void {
  if (file.endsWith(extension)) return;
  throw new GraftError({
    code: "model-file/extension",
    expected: `a file name that ends with ${extension}`,
    found: file,
    remedy: `Call it "${file.replace(/\.[^./\\]*$/, "")}${extension}"; for other formats use model.exportTo()`,
  });
}

function ownVersion(): string {
  return (JSON.parse(readFileSync(shippedFile("package.json"), "utf8")) as { readonly version: string }).version;
}
