/** Weights alone in HDF5, as Keras Applications are published, for a topology that is known from elsewhere. */
import { GraftError } from "../../../shared/graftError";
import { placedLayers } from "../graphShapes";
import type { Tensor } from "../layerGraph";
import type { LayersModel } from "../layersModel";
import { requireWeights } from "../requireWeights";
import { readHdf5 } from "./hdf5File";
import { inFiles, storedWeights } from "./hdf5Model";
import { graphFromTopology } from "./topology";

/**
 * Names of layers have changed from version to version of Keras, so the place counts, as with its own `load_weights`: layers that have weights
 * in the order of the model, and within a layer the order in which Keras keeps them.
 *
 * @throws GraftError `backbone/not-hdf5`, `backbone/damaged-hdf5`, `backbone/other-weights` for those of another model,
 * `backbone/unsupported-weights`, `backbone/missing-weights`, `backbone/weight-shape`, and those of the topology.
 */
export async function readHdf5Weights(bytes: Buffer, topology: unknown, origin: string): Promise<LayersModel> {
  const graph = await graphFromTopology(topology, origin);
  const byLayer = await readHdf5(bytes, origin, (file) => storedWeights(file, ""));
  const layers = placedLayers(graph).filter(({ weights }) => weights.length > 0);
  const groups = [...byLayer].filter(([, weights]) => weights.length > 0);
  if (groups.length !== layers.length) throw otherWeights(origin, layers.length, groups.length);
  const found = new Map<string, Tensor>();
  layers.forEach(({ layer, weights }, i) => {
    const stored = groups[i]![1];
    inFiles(weights).forEach(({ name }, at) => {
      const tensor = stored[at]?.tensor;
      if (tensor !== undefined) found.set(`${layer.name}/${name}`, tensor);
    });
  });
  return { graph, weights: requireWeights(graph, found, origin) };
}

function otherWeights(origin: string, expected: number, found: number): GraftError {
  return new GraftError({
    code: "backbone/other-weights",
    expected: `weights of ${expected} layers in ${origin}`,
    found: `those of ${found}`,
    remedy: "Give the weights file of this very model, without its classifier",
  });
}
