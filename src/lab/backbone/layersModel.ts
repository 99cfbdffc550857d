/**
 * A tfjs LayersModel (`model.json` and its weight shards), read into a `LayerGraph` with weights and written back, without
 * loading tfjs, unless there is a layer that only tfjs can know.
 */
import { join } from "node:path";
import * as v from "valibot";
import { writeFileAtomically } from "../data/atomicFile";
import { registeredLayer } from "../engine/tfjs/registeredLayer";
import { exportedPreprocessing } from "./exportedPreprocessing";
import { layerOfWeight } from "./graphShapes";
import type { LayerGraph, Weights } from "./layerGraph";
import { graphFromTopology, topologyOf } from "./keras/topology";
import { badModelJson, folderFiles, type ModelFiles } from "./modelFiles";
import type { Preprocessing } from "./preprocessing";
import { requireWeights } from "./requireWeights";
import { manifestSchema, readWeights } from "./storedWeights";

const modelJsonSchema = v.looseObject({
  modelTopology: v.unknown(),
  weightsManifest: manifestSchema,
  userDefinedMetadata: v.optional(v.looseObject({ graft: v.optional(v.unknown()) })),
});

export interface LayersModel {
  readonly graph: LayerGraph;
  readonly weights: Weights;
  /** Where Graft wrote the file. */
  readonly preprocessing?: Preprocessing;
}

/**
 * @throws GraftError `backbone/no-folder`, `backbone/no-model-json`, `backbone/bad-model-json`, `backbone/missing-shard`,
 * `backbone/truncated-shard`, `backbone/unsupported-weights`, `backbone/missing-weights`, `backbone/weight-shape`, and those of the
 * topology.
 */
export async function readLayersModel(from: string | ModelFiles): Promise<LayersModel> {
  const files = typeof from === "string" ? await folderFiles(from) : from;
  const modelJson = await readModelJson(files);
  const origin = join(files.origin, "model.json");
  const graph = await graphFromTopology(modelJson.modelTopology, origin, registeredLayer);
  const stored = await readWeights(files, modelJson.weightsManifest);
  const preprocessing = exportedPreprocessing(modelJson.userDefinedMetadata?.graft);
  return { graph, weights: requireWeights(graph, stored, files.origin), ...(preprocessing && { preprocessing }) };
}

/** As tfjs' own converter cuts weights: browsers cache and fetch parts of this size side by side. */
const shardBytes = 4 * 1024 * 1024;
/** Of the files that `writeLayersModel` puts weights into. */
export const shardName = /^(weights|group1-shard\d+of\d+)\.bin$/;

/**
 * Writes `model.json` and the weights, which `tf.loadLayersModel` reads too: `weights.bin`, or `group1-shard1of2.bin` and so on where they
 * are larger than a shard. `name` is the model's Keras name; `metadata` is what `getUserDefinedMetadata()` of tfjs gives.
 */
export async function writeLayersModel(
  folder: string,
  name: string,
  model: Pick<LayersModel, "graph" | "weights">,
  metadata?: object,
): Promise<void> {
  const tensors = model.graph.layers.flatMap((layer) =>
    [...model.weights].filter(([weight]) => layerOfWeight(weight) === layer.name),
  );
  const bytes = Buffer.concat(
    tensors.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );
  const shards = shardsOf(bytes);
  const modelJson = {
    format: "layers-model",
    generatedBy: "Graft",
    convertedBy: null,
    ...(metadata && { userDefinedMetadata: metadata }),
    modelTopology: topologyOf(model.graph, name),
    weightsManifest: [
      {
        paths: [...shards.keys()],
        weights: tensors.map(([weight, { shape }]) => ({ name: weight, shape, dtype: "float32" })),
      },
    ],
  };
  // The topology last: a folder with a model.json is a whole model.
  for (const [name, shard] of shards) await writeFileAtomically(join(folder, name), shard);
  await writeFileAtomically(join(folder, "model.json"), `${JSON.stringify(modelJson, null, 1)}\n`);
}

function shardsOf(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const count = Math.ceil(bytes.length / shardBytes);
  if (count <= 1) return new Map([["weights.bin", bytes]]);
  return new Map(
    Array.from({ length: count }, (_, i) => [
      `group1-shard${i + 1}of${count}.bin`,
      bytes.subarray(i * shardBytes, (i + 1) * shardBytes),
    ]),
  );
}

async function readModelJson(files: ModelFiles): Promise<v.InferOutput<typeof modelJsonSchema>> {
  const value = await files.modelJson();
  try {
    return v.parse(modelJsonSchema, value);
  } catch (cause) {
    throw badModelJson(files.origin, cause);
  }
}
