/**
 * A layer graph with its shapes worked out and its weights found complete: what the graph writers start from, so that a
 * missing weight or a shape that does not fit is met here, in words, and not inside ONNX Runtime.
 */
import { GraftError } from "../../shared/graftError";
import type { Layer, LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import type { WeightSpec } from "./layers/layerRules";
import { rulesOf } from "./layers/layerTable";

export interface CheckedLayer {
  readonly layer: Layer;
  /** Name of the value that it reads. */
  readonly input: string;
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly weights: readonly WeightSpec[];
}

/** Shapes of all layers, in order. @throws GraftError when a layer cannot take its input. */
export function checkedLayers(graph: LayerGraph): readonly CheckedLayer[] {
  const shapes = new Map([[graph.input.name, graph.input.shape]]);
  const checked = graph.layers.map((layer) => {
    const [input, ...others] = layer.inputs;
    const inputShape = input === undefined ? undefined : shapes.get(input);
    if (input === undefined || inputShape === undefined || others.length > 0) {
      throw new GraftError({
        code: "engine/layer-inputs",
        expected: `layer "${layer.name}" (${layer.type}) to read one of the layers before it`,
        found: `inputs [${layer.inputs.join(", ")}]`,
        remedy: "Put the layers into topological order, each with one input",
      });
    }
    const rules = rulesOf(layer);
    const outputShape = rules.outputShape(layer, inputShape);
    shapes.set(layer.name, outputShape);
    return { layer, input, inputShape, outputShape, weights: rules.weights(layer, inputShape) };
  });
  if (!shapes.has(graph.output)) {
    throw new GraftError({
      code: "engine/no-output",
      expected: `an output that is one of ${[...shapes.keys()].join(", ")}`,
      found: `"${graph.output}"`,
      remedy: "Name the last layer of the graph as its output",
    });
  }
  return checked;
}

/** The shape of the value called `name`, without the batch. */
export function shapeOf(graph: LayerGraph, layers: readonly CheckedLayer[], name: string): readonly number[] {
  return layers.find(({ layer }) => layer.name === name)?.outputShape ?? graph.input.shape;
}

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
