/** Keras 3's own file, `.keras`: a zip with the configuration as JSON and the weights as HDF5, where they have places, not names. */
import { unzipSync } from "fflate";
import { GraftError } from "../../../shared/graftError";
import { registeredLayer } from "../../engine/tfjs/registeredLayer";
import { type PlacedLayer, placedLayers, weightNames } from "../graphShapes";
import type { Layer, Tensor } from "../layerGraph";
import type { LayersModel } from "../layersModel";
import { requireWeights } from "../requireWeights";
import { type Hdf5, readHdf5 } from "./hdf5File";
import { inFiles } from "./hdf5Model";
import { type KerasConfig, readKerasConfig } from "./kerasConfig";
import { requireKnownKeras } from "./kerasVersion";
import { graphFromTopology } from "./topology";

const entryNames = { metadata: "metadata.json", config: "config.json", weights: "model.weights.h5" } as const;

/**
 * @throws GraftError `backbone/not-keras-archive`, `backbone/damaged-keras-archive`, `backbone/newer-keras`, `backbone/not-hdf5`,
 * `backbone/damaged-hdf5`, `backbone/unsupported-weights`, `backbone/missing-weights`, `backbone/weight-shape`, and those of the
 * topology.
 */
export async function readKerasArchive(bytes: Buffer, origin: string): Promise<LayersModel> {
  const entries = unzipped(bytes, origin);
  const metadata = json(entries, "metadata", origin) as { readonly keras_version?: string } | null;
  requireKnownKeras(metadata?.keras_version, origin);
  const config = readKerasConfig(json(entries, "config", origin), metadata?.keras_version);
  const graph = await graphFromTopology(config.topology, origin, registeredLayer);
  const stored = await readHdf5(entry(entries, "weights", origin), `${entryNames.weights} of ${origin}`, (file) =>
    storedWeights(file, placedLayers(graph), config.layers),
  );
  return { graph, weights: requireWeights(graph, stored, origin) };
}

function storedWeights(file: Hdf5, placed: readonly PlacedLayer[], places: KerasConfig["layers"]): Map<string, Tensor> {
  const stored = new Map<string, Tensor>();
  for (const { layer, weights } of placed) {
    const own = placesOf(layer);
    inFiles(weights).forEach(({ name }, i) => {
      const tensor = file.tensor(`${places.get(layer.name)!.group}/${own[i]}`);
      if (tensor !== undefined) stored.set(`${layer.name}/${name}`, tensor);
    });
  }
  return stored;
}

/** Of a layer's weights within its group, in the order of `weightNames`. */
function placesOf(layer: Layer): readonly string[] {
  if (layer.type !== "MultiHeadAttention") return weightNames(layer).map((_, i) => `vars/${i}`);
  // A layer of layers.
  return ["query", "key", "value", "output"].flatMap((part) =>
    (layer.useBias ? [0, 1] : [0]).map((i) => `${part}_dense/vars/${i}`),
  );
}

type Entries = Readonly<Record<string, Uint8Array>>;

function unzipped(bytes: Buffer, origin: string): Entries {
  if (bytes.subarray(0, 2).toString("latin1") !== "PK") {
    throw new GraftError({
      code: "backbone/not-keras-archive",
      expected: `a .keras file, which is a zip, in ${origin}`,
      found: bytes.length === 0 ? "an empty file" : `${bytes.length} bytes that do not begin as one`,
      remedy: "Give the file that model.save() of Keras 3 wrote; an HDF5 file has to end with .h5",
    });
  }
  const wanted: readonly string[] = Object.values(entryNames);
  try {
    return unzipSync(bytes, { filter: ({ name }) => wanted.includes(name) });
  } catch (cause) {
    throw damaged(origin, `${bytes.length} bytes that end too soon (${(cause as Error).message})`, cause);
  }
}

function entry(entries: Entries, name: keyof typeof entryNames, origin: string): Buffer {
  const bytes = entries[entryNames[name]];
  if (bytes === undefined) throw damaged(origin, `a zip without ${entryNames[name]}`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function json(entries: Entries, name: keyof typeof entryNames, origin: string): unknown {
  const text = entry(entries, name, origin).toString("utf8");
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged(origin, `${entryNames[name]} that is no JSON (${(cause as Error).message})`, cause);
  }
}

function damaged(origin: string, found: string, cause?: unknown): GraftError {
  return new GraftError({
    code: "backbone/damaged-keras-archive",
    expected: `a whole .keras file with ${Object.values(entryNames).join(", ")} in ${origin}`,
    found,
    remedy: "Copy or download the file again, or save the model again",
    cause,
  });
}
