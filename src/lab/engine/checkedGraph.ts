/** What is checked before anything reaches an engine's library: met here, in words, and not inside ONNX Runtime. */
import { GraftError } from "../../shared/graftError";
import type { WeightSpec } from "../backbone/kinds/layerKind";
import type { Layer, Tensor, Weights } from "../backbone/layerGraph";

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

/** @throws GraftError when `tensor` is not `[n, …shape]`; answers n. */
export function rowsOfInput(what: string, tensor: Tensor, shape: readonly number[]): number {
  const [rows = 0, ...rest] = tensor.shape;
  const size = tensor.shape.reduce((product, length) => product * length, 1);
  if (tensor.shape.length > 0 && rest.join() === shape.join() && tensor.data.length === size) return rows;
  throw new GraftError({
    code: "engine/input-shape",
    expected: `${what} of shape [n, ${shape.join(", ")}]`,
    found: `shape [${tensor.shape.join(", ")}] with ${tensor.data.length} numbers`,
    remedy: "Resize or convert the data to what the model reads",
  });
}
