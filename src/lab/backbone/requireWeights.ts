import { GraftError } from "../../shared/graftError";
import { placedLayers } from "./graphShapes";
import { sizeOf } from "./kinds/layerKind";
import type { LayerGraph, Tensor, Weights } from "./layerGraph";

/**
 * All weights that the graph's layers have, of those that a file holds.
 *
 * @throws GraftError `backbone/missing-weights`, `backbone/weight-shape`.
 */
export function requireWeights(graph: LayerGraph, stored: ReadonlyMap<string, Tensor>, origin: string): Weights {
  const weights = new Map<string, Tensor>();
  for (const { layer, weights: specs } of placedLayers(graph)) {
    for (const { name: own, shape, fill } of specs) {
      const name = `${layer.name}/${own}`;
      const tensor = stored.get(name) ?? filled(shape, fill);
      if (tensor?.shape.join("x") !== shape.join("x")) {
        throw new GraftError({
          code: tensor === undefined ? "backbone/missing-weights" : "backbone/weight-shape",
          expected: `weight ${name} of shape ${shape.join(" x ")} in ${origin}`,
          found: tensor === undefined ? "none" : `one of shape ${tensor.shape.join(" x ")}`,
          remedy: "Save the model again; topology and weights do not belong together",
        });
      }
      weights.set(name, tensor);
    }
  }
  return weights;
}

function filled(shape: Tensor["shape"], fill: number | undefined): Tensor | undefined {
  return fill === undefined ? undefined : { shape, data: new Float32Array(sizeOf(shape)).fill(fill) };
}
