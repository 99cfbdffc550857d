import * as v from "valibot";
import { GraftError } from "../../shared/graftError";
import { dataLength, storedTensors } from "../../shared/safetensors";
import { valueShapes } from "../backbone/graphShapes";
import type { LayerGraph } from "../backbone/layerGraph";
import { restoredPhase, type StoredPhase, type StoredUnfinished } from "../checkpoint/checkpoint";
import { unfinishedAmong } from "../checkpoint/checkpointBytes";
import { readArchive } from "./archive";
import { entryNames, type ModelFileContent } from "./modelFileContent";
import { historySchema, modelSchema, unknownLayer } from "./modelSchema";
import { partsOf, weightsAmong } from "./safetensors";

/** Whether somebody has registered this class of layers with tfjs. */
export type IsRegistered = (className: string) => Promise<boolean>;

/**
 * What the bytes of a `.graft` file hold, after all of it has been checked.
 *
 * @throws GraftError those of `readArchive`, `model-file/content`, `model-file/unknown-layer`, `model-file/unregistered-layer`,
 * `model-file/graph`, `model-file/weights`, `model-file/weight-shape`.
 */
export async function decodeModelFile(
  file: string,
  bytes: Uint8Array,
  isRegistered: IsRegistered,
): Promise<ModelFileContent> {
  const { entries } = readArchive(file, bytes);
  const { unfinished, ...model } = parsed(modelSchema, file, entries, entryNames.model);
  const { graph } = model;
  await requireKnownLayers(file, graph, isRegistered);
  requireWhole(file, graph, model);
  const { tensors, data } = tensorsIn(file, entryOf(file, entries, entryNames.weights));
  const weights = weightsAmong(graph, tensors, data, (name, expected, found) => {
    const code = found === undefined ? "model-file/weights" : "model-file/weight-shape";
    return broken(code, `weights "${name}" of ${expected.join(" x ")} in ${file}`, found?.join(" x ") ?? "none");
  });
  const history = parsed(historySchema, file, entries, entryNames.history) as readonly StoredPhase[];
  return {
    ...(model as Omit<ModelFileContent, "weights" | "history">),
    weights,
    history: history.map(restoredPhase),
    ...(unfinished && { unfinished: unfinishedAmong(unfinished as unknown as StoredUnfinished, tensors, data) }),
  };
}

async function requireKnownLayers(file: string, graph: LayerGraph, isRegistered: IsRegistered): Promise<void> {
  const unknown = unknownLayer(graph.layers);
  if (unknown !== undefined) {
    throw new GraftError({
      code: "model-file/unknown-layer",
      expected: `only kinds of layers that this Graft knows in ${file}`,
      found: `${unknown.type as string} "${(unknown as { readonly name: string }).name}"`,
      remedy: "Update Graft, or load it with the Graft that wrote it",
    });
  }
  for (const layer of graph.layers) {
    if (layer.type !== "Custom" || (await isRegistered(layer.className))) continue;
    throw new GraftError({
      code: "model-file/unregistered-layer",
      expected: `the class ${layer.className} to be registered, of which ${file} has the layer "${layer.name}"`,
      found: "no class of that name",
      remedy: `Run the cell that defines it and tf.serialization.registerClass(${layer.className}), then load the model again`,
    });
  }
}

/** The layers fit to each other, to the classes and to what else names them. */
function requireWhole(
  file: string,
  graph: LayerGraph,
  { classes, featureLayer, trainable }: Pick<ModelFileContent, "classes" | "featureLayer" | "trainable">,
): void {
  let shapes: ReturnType<typeof valueShapes>;
  try {
    shapes = valueShapes(graph);
  } catch (cause) {
    throw broken("model-file/graph", `layers in ${file} that fit to each other`, (cause as Error).message, cause);
  }
  const logits = shapes.get(graph.output)!;
  if (logits.length !== 1 || logits[0] !== classes.length) {
    const expected = `an output of ${classes.length} logits in ${file}, one a class`;
    throw broken("model-file/graph", expected, `one of ${logits.join(" x ")}`);
  }
  const stray = [featureLayer, ...trainable].find((name) => !shapes.has(name));
  if (stray === undefined) return;
  throw broken("model-file/graph", `only layers that are there to be named in ${file}`, `"${stray}"`);
}

function tensorsIn(file: string, bytes: Buffer) {
  const refuse = (found: string) =>
    broken("model-file/weights", `a safetensors file as ${entryNames.weights} in ${file}`, found);
  const parts = partsOf(bytes);
  if (parts === undefined || parts.headerLength > bytes.length - 8) throw refuse("bytes that do not begin as one");
  const tensors = storedTensors((jsonOf(parts.text) ?? {}) as Record<string, unknown>, refuse);
  if (dataLength(tensors) !== parts.data.length) {
    throw refuse(`${parts.data.length} bytes of data for ${dataLength(tensors)} that it lists`);
  }
  return { tensors, data: parts.data };
}

function parsed<Schema extends v.GenericSchema>(
  schema: Schema,
  file: string,
  entries: ReadonlyMap<string, Buffer>,
  name: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, jsonOf(entryOf(file, entries, name).toString("utf8")));
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw broken(
    "model-file/content",
    `a model as Graft writes it in ${name} of ${file}`,
    `${issue.message} at ${v.getDotPath(issue) ?? "its begin"}`,
  );
}

function entryOf(file: string, entries: ReadonlyMap<string, Buffer>, name: string): Buffer {
  const bytes = entries.get(name);
  if (bytes !== undefined) return bytes;
  throw broken("model-file/entries", `${Object.values(entryNames).join(", ")} in ${file}`, `none called ${name}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No schema takes it.
  }
}

function broken(code: string, expected: string, found: string, cause?: unknown): GraftError {
  const remedy = "Save the model again with the Graft that made it; what the file holds does not belong together";
  return new GraftError({ code, expected, found, remedy, cause });
}
