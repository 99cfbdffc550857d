/** Keras' file before version 3, which Keras 3 still writes: a whole model in one HDF5 file, `.h5` or `.hdf5`. */
import { GraftError } from "../../../shared/graftError";
import { registeredLayer } from "../../engine/tfjs/registeredLayer";
import { type PlacedLayer, placedLayers } from "../graphShapes";
import type { Tensor } from "../layerGraph";
import type { LayersModel } from "../layersModel";
import { requireWeights } from "../requireWeights";
import { type Hdf5, readHdf5 } from "./hdf5File";
import { type KerasConfig, readKerasConfig } from "./kerasConfig";
import { requireKnownKeras } from "./kerasVersion";
import { graphFromTopology } from "./topology";

/**
 * @throws GraftError `backbone/not-hdf5`, `backbone/damaged-hdf5`, `backbone/weights-only` when it has weights and no model,
 * `backbone/newer-keras`, `backbone/unsupported-weights`, `backbone/missing-weights`, `backbone/weight-shape`, and those of the
 * topology.
 */
export async function readHdf5Model(bytes: Buffer, origin: string): Promise<LayersModel> {
  const { config, stored } = await readHdf5(bytes, origin, (file) => ({
    config: readKerasConfig(modelConfig(file, origin), file.text("", "keras_version")),
    stored: storedWeights(file, "model_weights"),
  }));
  const graph = await graphFromTopology(config.topology, origin, registeredLayer);
  return { graph, weights: requireWeights(graph, byName(placedLayers(graph), config, stored), origin) };
}

function modelConfig(file: Hdf5, origin: string): unknown {
  requireKnownKeras(file.text("", "keras_version"), origin);
  const text = file.text("", "model_config");
  if (text !== undefined) return JSON.parse(text);
  throw new GraftError({
    code: "backbone/weights-only",
    expected: `a whole model in ${origin}`,
    found: "an HDF5 file without model_config: weights alone, or none of Keras'",
    remedy: "Load the weights in Keras and write the whole model with model.save()",
  });
}

export interface StoredWeight {
  /** Its names have changed from version to version: `kernel`, `conv2d/kernel:0`, `conv2d/conv2d/kernel:0`. */
  readonly name: string;
  readonly tensor: Tensor;
}

/** How much a Normalization has seen, and states of random numbers: nothing that a layer computes with. */
const isNoWeight = (name: string) => /(^|\/)(count|StateVar)(:\d+)?$/.test(name);

/** By layer, in the order of the file; those of a model inside the model all under its name. @param root The group with all. */
export function storedWeights(file: Hdf5, root: string): ReadonlyMap<string, readonly StoredWeight[]> {
  const layers = file.texts(root, "layer_names");
  return new Map(
    layers.map((layer) => {
      const group = `${root}/${layer}`;
      const weights = file.texts(group, "weight_names").flatMap((name): StoredWeight[] => {
        if (isNoWeight(name)) return [];
        const tensor = file.tensor(`${group}/${name}`);
        return tensor === undefined ? [] : [{ name, tensor }];
      });
      return [layer, weights];
    }),
  );
}

function byName(
  placed: readonly PlacedLayer[],
  { layers }: KerasConfig,
  stored: ReadonlyMap<string, readonly StoredWeight[]>,
): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  for (const [group, entries] of stored) {
    keptIn(group, placed, layers).forEach(({ weight, layer }, i) => {
      const entry = entries[i];
      if (entry !== undefined && isOf(entry, layer)) found.set(weight, entry.tensor);
    });
  }
  return found;
}

/** Those that files hold, in their order. */
export function inFiles(weights: PlacedLayer["weights"]): PlacedLayer["weights"] {
  return weights.filter(({ fill }) => fill === undefined);
}

interface KeptWeight {
  /** As Graft calls it. */
  readonly weight: string;
  /** In a model inside the model: the layer's name there. */
  readonly layer: string | undefined;
}

/**
 * The weights that Keras keeps under the name of a layer or model, in its order: what it trains before all the rest, which counts where
 * several layers are together. Within a layer it is Graft's order.
 */
function keptIn(group: string, placed: readonly PlacedLayer[], layers: KerasConfig["layers"]): KeptWeight[] {
  const own = new Map(placed.map(({ layer, weights }) => [layer.name, inFiles(weights)]));
  const members = [...layers.values()].filter(({ keras, models }) => (models[0] ?? keras.config.name) === group);
  const weights = members.flatMap(({ name, keras: { config }, models }) =>
    (own.get(name) ?? []).map((spec) => ({
      weight: `${name}/${spec.name}`,
      layer: models.length === 0 ? undefined : config.name,
      isTrained: config.trainable !== false && spec.role !== "statistic" && spec.role !== "constant",
    })),
  );
  return [...weights.filter(({ isTrained }) => isTrained), ...weights.filter(({ isTrained }) => !isTrained)];
}

/** Whether a weight can be one of that layer. Some names have no layer in them. */
function isOf({ name }: StoredWeight, layer: string | undefined): boolean {
  const path = name.split("/");
  return layer === undefined || path.length === 1 || path.includes(layer);
}
