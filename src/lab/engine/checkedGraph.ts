/** What is checked before anything reaches an engine's library: met here, in words, and not inside ONNX Runtime. */
import { GraftError } from "../../shared/graftError";
import type { WeightSpec } from "../backbone/kinds/layerKind";
import type { Layer, Tensor, Weights } from "../backbone/layerGraph";
import type { Features } from "./engine";
import { isInMemory } from "./rowReader";

/** The tensor of a weight. @throws GraftError when it is missing or has another shape. */
export function weightOf(weights: Weights, layer: Layer, spec: WeightSpec): Tensor {
  const key = `${layer.name}/${spec.name}`;
  const tensor = weights.get(key);
  const expected = `weight "${key}" of shape [${spec.shape.join(", ")}]`;
  if (tensor === undefined) {
    throw new GraftError({
      code: "engine/missing-weight",
      expected,
      found: "no weight of that name",
      remedy: "Load or initialise the weights of every layer",
    });
  }
  const size = spec.shape.reduce((product, length) => product * length, 1);
  if (tensor.shape.join() !== spec.shape.join() || tensor.data.length !== size) {
    throw new GraftError({
      code: "engine/weight-shape",
      expected,
      found: `shape [${tensor.shape.join(", ")}] with ${tensor.data.length} numbers`,
      remedy: "Use the weights that belong to this graph",
    });
  }
  return tensor;
}

/** @throws GraftError when `features` are not `[n, …shape]`; answers n. */
export function rowsOfInput(what: string, features: Features, shape: readonly number[]): number {
  const [rows = 0, ...rest] = features.shape;
  const rowSize = shape.reduce((product, length) => product * length, 1);
  const has = isInMemory(features) ? features.data.length : features.offset.length * rowSize;
  if (features.shape.length > 0 && rest.join() === shape.join() && has === rows * rowSize) return rows;
  throw new GraftError({
    code: "engine/input-shape",
    expected: `${what} of shape [n, ${shape.join(", ")}]`,
    found: `shape [${features.shape.join(", ")}] with ${has} numbers`,
    remedy: "Resize or convert the data to what the model reads",
  });
}
