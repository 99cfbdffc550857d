/** Every export takes this way: written beside its place, run by something that is not Graft, held against the model, then moved. */
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GraftError } from "../../shared/graftError";
import { moveToPlace, temporaryName } from "../data/atomicFile";
import { inspectText } from "../inspectText";
import type { Exporter, ExportOptions, ExportSubject } from "./exporter";
import { onnxExporter } from "./onnxExporter";
import { savedModelExporter } from "./savedModelExporter";
import { tfjsExporter } from "./tfjsExporter";

/** Largest difference that is let through, as a part of the largest output. */
const tolerance = 1e-4;

/** A format that models are exported in. Written out, because cells see declarations without the exporters. */
export type ExportFormat = "onnx" | "tfjs" | "savedmodel";

const exporters: Readonly<Record<ExportFormat, Exporter>> = {
  onnx: onnxExporter,
  tfjs: tfjsExporter,
  savedmodel: savedModelExporter,
};

/** What `model.exportTo` wrote. */
export interface ExportedModel {
  readonly format: ExportFormat;
  /** Absolute path of the file (`"onnx"`) or the folder. */
  readonly path: string;
  readonly bytes: number;
  /** Between what was written, run by the format's own runtime, and the model; as a part of the largest logit. */
  readonly largestDifference: number;
  readonly [inspectText]: () => string;
}

/** @throws GraftError `export/format`, `export/path-in-use`, `export/differs`, and those of the format. */
export async function exportModel(
  format: ExportFormat,
  path: string,
  subject: ExportSubject,
  options: ExportOptions = {},
): Promise<ExportedModel> {
  const exporter = exporterOf(format);
  const draft = temporaryName(path);
  await mkdir(dirname(path), { recursive: true });
  try {
    const found = await exporter.write(draft, subject, options);
    // Operators of an ONNX model that run as they are are known to ONNX Runtime alone.
    const isOnnxAlone = subject.graph.layers.some(({ type }) => type === "OnnxOperators");
    const reference = (isOnnxAlone ? undefined : exporter.reference?.()) ?? subject.engine;
    const expected = await reference.infer(subject.graph, subject.weights, subject.examples);
    const largestDifference = difference(found, expected.data);
    if (!(largestDifference <= tolerance)) throw differs(path, exporter.runner, reference.name, largestDifference);
    await moveInto(draft, path, exporter);
    const bytes = await sizeOnDisk(path);
    const report = `${path}: ${(bytes / 1e6).toFixed(1)} MB, checked in ${exporter.runner} against ${reference.name}: difference ${largestDifference.toExponential(1)} of the largest output`;
    return { format, path, bytes, largestDifference, [inspectText]: () => report };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function exporterOf(format: string): Exporter {
  if (Object.hasOwn(exporters, format)) return exporters[format as ExportFormat];
  throw new GraftError({
    code: "export/format",
    expected: `one of the formats ${Object.keys(exporters).join(", ")}`,
    found: `"${format}"`,
    remedy: "Choose one of these; model.save() writes a file for Graft itself",
  });
}

/** In place of a file, or of a folder in which nothing else is than an export of the same format. */
async function moveInto(draft: string, path: string, { files }: Exporter): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  const isFolder = (await stat(draft)).isDirectory();
  if (there?.isDirectory()) {
    const own = isFolder ? await readdir(draft) : [];
    const others = (await readdir(path)).filter((name) => !own.includes(name) && !files?.test(name));
    if (!isFolder || others.length > 0)
      throw inUse(path, others.length > 0 ? `a folder with ${others[0]!}` : "a folder");
    const old = `${draft}-old`;
    await rename(path, old);
    await moveToPlace(draft, path);
    await rm(old, { recursive: true, force: true });
    return;
  }
  if (there !== undefined && isFolder) throw inUse(path, "a file");
  await moveToPlace(draft, path);
}

function inUse(path: string, found: string): GraftError {
  return new GraftError({
    code: "export/path-in-use",
    expected: `nothing at ${path}, or an earlier export of the same format`,
    found,
    remedy: "Choose another path; what is there was left as it is",
  });
}

function differs(path: string, runner: string, reference: string, largestDifference: number): GraftError {
  return new GraftError({
    code: "export/differs",
    expected: `${path} to compute in ${runner} what ${reference} computes, within ${tolerance} of the largest output`,
    found: `a difference of ${largestDifference.toExponential(1)}`,
    remedy: "Report this with the layers of the model; nothing was left at the path",
  });
}

async function sizeOnDisk(path: string): Promise<number> {
  const there = await stat(path);
  if (!there.isDirectory()) return there.size;
  const sizes = await Promise.all((await readdir(path)).map((name) => sizeOnDisk(join(path, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function difference(found: Float32Array, expected: Float32Array): number {
  if (found.length !== expected.length) return Infinity;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0) / largest;
}
