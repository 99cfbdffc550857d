/** Keras' file before version 3, which Keras 3 still writes: a whole model in one HDF5 file, `.h5` or `.hdf5`. */
import { GraftError } from "../../../shared/graftError";
import { registeredLayer } from "../../engine/tfjs/registeredLayer";
import { weightNames } from "../graphShapes";
import type { Tensor } from "../layerGraph";
import type { LayersModel } from "../layersModel";
import { requireWeights } from "../requireWeights";
import { type Hdf5, readHdf5 } from "./hdf5File";
import { readKerasConfig } from "./kerasConfig";
import type { NestedLayer } from "./nestedLayers";
import { requireKnownKeras } from "./kerasVersion";
import { graphFromTopology } from "./topology";

/**
 * @throws GraftError `backbone/not-hdf5`, `backbone/damaged-hdf5`, `backbone/weights-only` when it has weights and no model,
 * `backbone/newer-keras`, `backbone/unsupported-weights`, `backbone/missing-weights`, `backbone/weight-shape`, and those of the
 * topology.
 */
export async function readHdf5Model(bytes: Buffer, origin: string): Promise<LayersModel> {
  const { config, stored } = await readHdf5(bytes, origin, (file) => ({
    config: readKerasConfig(modelConfig(file, origin)),
    stored: storedWeights(file),
  }));
  const graph = await graphFromTopology(config.topology, origin, registeredLayer);
  const named = graph.layers.flatMap((layer) => {
    const tensors = weightsOf(config.layers.get(layer.name)!, stored);
    return weightNames(layer).map((name, i) => [name, tensors[i]] as const);
  });
  const found = named.filter((pair): pair is [string, Tensor] => pair[1] !== undefined);
  return { graph, weights: requireWeights(graph, new Map(found), origin) };
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

interface StoredWeight {
  /** Its names have changed from version to version: `kernel`, `conv2d/kernel:0`, `conv2d/conv2d/kernel:0`. */
  readonly name: string;
  readonly tensor: Tensor;
}

/** By layer; those of a model inside the model all under its name. */
function storedWeights(file: Hdf5): ReadonlyMap<string, readonly StoredWeight[]> {
  const layers = file.texts("model_weights", "layer_names");
  return new Map(
    layers.map((layer) => {
      const group = `model_weights/${layer}`;
      const weights = file.texts(group, "weight_names").flatMap((name): StoredWeight[] => {
        const tensor = file.tensor(`${group}/${name}`);
        return tensor === undefined ? [] : [{ name, tensor }];
      });
      return [layer, weights];
    }),
  );
}

/** A layer's weights are in Keras' order, which is Graft's. */
function weightsOf(
  { keras: { config }, models }: NestedLayer,
  stored: ReadonlyMap<string, readonly StoredWeight[]>,
): readonly Tensor[] {
  const weights = stored.get(models[0] ?? config.name) ?? [];
  const own = models.length === 0 ? weights : weights.filter(({ name }) => name.split("/").includes(config.name));
  return own.map(({ tensor }) => tensor);
}
