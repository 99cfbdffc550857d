/**
 * A folder with a tfjs LayersModel (`model.json` and its weight shards), read into a `LayerGraph` with weights and written
 * back, without loading tfjs.
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { GraftError } from "../../shared/graftError";
import { writeFileAtomically } from "../data/atomicFile";
import { layerOfWeight, placedLayers } from "./graphShapes";
import { sizeOf } from "./kinds/layerKind";
import type { LayerGraph, Tensor, Weights } from "./layerGraph";
import { graphFromTopology, topologyOf } from "./keras/topology";

const weightSchema = v.looseObject({
  name: v.string(),
  shape: v.array(v.number()),
  dtype: v.string(),
  quantization: v.optional(v.unknown()),
});
const modelJsonSchema = v.looseObject({
  modelTopology: v.unknown(),
  weightsManifest: v.array(v.object({ paths: v.array(v.string()), weights: v.array(weightSchema) })),
});
type Manifest = v.InferOutput<typeof modelJsonSchema>["weightsManifest"];

export interface LayersModel {
  readonly graph: LayerGraph;
  readonly weights: Weights;
}

/**
 * @throws GraftError `backbone/no-folder`, `backbone/no-model-json`, `backbone/bad-model-json`, `backbone/missing-shard`,
 * `backbone/truncated-shard`, `backbone/unsupported-weights`, `backbone/missing-weights`, and those of the topology.
 */
export async function readLayersModel(folder: string): Promise<LayersModel> {
  const modelJson = await readModelJson(folder);
  const graph = graphFromTopology(modelJson.modelTopology, join(folder, "model.json"));
  const stored = await readWeights(folder, modelJson.weightsManifest);
  return { graph, weights: requireWeights(graph, stored, folder) };
}

/** Writes `model.json` and `weights.bin`, which `tf.loadLayersModel` reads too. `name` is the model's Keras name. */
export async function writeLayersModel(folder: string, name: string, model: LayersModel): Promise<void> {
  const tensors = model.graph.layers.flatMap((layer) =>
    [...model.weights].filter(([weight]) => layerOfWeight(weight) === layer.name),
  );
  const bytes = Buffer.concat(
    tensors.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );
  const modelJson = {
    format: "layers-model",
    generatedBy: "Graft",
    convertedBy: null,
    modelTopology: topologyOf(model.graph, name),
    weightsManifest: [
      {
        paths: ["weights.bin"],
        weights: tensors.map(([weight, { shape }]) => ({ name: weight, shape, dtype: "float32" })),
      },
    ],
  };
  // The topology last: a folder with a model.json is a whole model.
  await writeFileAtomically(join(folder, "weights.bin"), bytes);
  await writeFileAtomically(join(folder, "model.json"), `${JSON.stringify(modelJson, null, 1)}\n`);
}

async function readModelJson(folder: string): Promise<v.InferOutput<typeof modelJsonSchema>> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new GraftError({
      code: "backbone/no-folder",
      expected: `a folder with a model.json at ${folder}`,
      found: found === undefined ? "nothing there" : "a file",
      remedy: "Check the path; relative paths start at the notebook's folder",
    });
  }
  const path = join(folder, "model.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) {
    throw new GraftError({
      code: "backbone/no-model-json",
      expected: `model.json in ${folder}`,
      found: "a folder without it",
      remedy: "Give the folder that model.save() of tfjs wrote",
    });
  }
  try {
    return v.parse(modelJsonSchema, JSON.parse(text));
  } catch (cause) {
    throw new GraftError({
      code: "backbone/bad-model-json",
      expected: `JSON with modelTopology and weightsManifest in ${path}`,
      found: (cause as Error).message,
      remedy: "Give a tfjs LayersModel; a GraphModel or a damaged file has no layers to train",
      cause,
    });
  }
}

async function readWeights(folder: string, manifest: Manifest): Promise<Map<string, Tensor>> {
  const tensors = new Map<string, Tensor>();
  for (const group of manifest) {
    const shards = await Promise.all(group.paths.map((shard) => readShard(folder, shard)));
    const bytes = Buffer.concat(shards);
    const needed = group.weights.reduce((sum, weight) => sum + 4 * sizeOf(weight.shape), 0);
    for (const { name, dtype, quantization } of group.weights) {
      if (dtype !== "float32" || quantization !== undefined) {
        throw new GraftError({
          code: "backbone/unsupported-weights",
          expected: "weights in float32",
          found: `${name} in ${quantization === undefined ? dtype : "a quantized form"}`,
          remedy: "Convert the model without quantization",
        });
      }
    }
    if (bytes.length !== needed) {
      throw new GraftError({
        code: "backbone/truncated-shard",
        expected: `${needed} bytes in ${group.paths.join(", ")} of ${folder}`,
        found: `${bytes.length} bytes`,
        remedy: "Copy or download the model again; a shard was probably cut off",
      });
    }
    let offset = 0;
    for (const { name, shape } of group.weights) {
      const size = 4 * sizeOf(shape);
      // A copy of its own: aligned, and not kept alive by one tensor of many.
      const data = new Float32Array(Uint8Array.from(bytes.subarray(offset, offset + size)).buffer);
      tensors.set(name.split("/").slice(-2).join("/"), { shape, data });
      offset += size;
    }
  }
  return tensors;
}

async function readShard(folder: string, shard: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, shard));
  } catch (cause) {
    throw new GraftError({
      code: "backbone/missing-shard",
      expected: `the weight file ${shard} in ${folder}, which model.json names`,
      found: "no such file",
      remedy: "Copy the whole folder of the model, with all its .bin files",
      cause,
    });
  }
}

function requireWeights(graph: LayerGraph, stored: ReadonlyMap<string, Tensor>, folder: string): Weights {
  const weights = new Map<string, Tensor>();
  for (const { layer, weights: specs } of placedLayers(graph)) {
    for (const { name: own, shape } of specs) {
      const name = `${layer.name}/${own}`;
      const tensor = stored.get(name);
      if (tensor?.shape.join("x") !== shape.join("x")) {
        throw new GraftError({
          code: "backbone/missing-weights",
          expected: `weight ${name} of shape ${shape.join(" x ")} in ${folder}`,
          found: tensor === undefined ? "none" : `one of shape ${tensor.shape.join(" x ")}`,
          remedy: "Save the model again; topology and weights do not belong together",
        });
      }
      weights.set(name, tensor);
    }
  }
  return weights;
}
