/** What a graph's layers put out and own: value shapes, layers with weights, the way back from a layer to the input. */
import { GraftError } from "../../shared/graftError";
import { kindOf } from "./kinds/kindTable";
import { type Shape, sizeOf, type WeightSpec } from "./kinds/layerKind";
import type { Layer, LayerGraph, Weights } from "./layerGraph";

/** A layer in its graph: what comes in, what goes out, what it owns. */
export interface PlacedLayer {
  readonly layer: Layer;
  readonly inputShapes: readonly Shape[];
  readonly outputShape: Shape;
  readonly weights: readonly WeightSpec[];
}

/** Shapes of all layers, in order. @throws GraftError when a layer cannot take its inputs, or the output is none of them. */
export function placedLayers(graph: LayerGraph): readonly PlacedLayer[] {
  const shapes = new Map<string, Shape>([[graph.input.name, graph.input.shape]]);
  const placed = graph.layers.map((layer): PlacedLayer => {
    const inputShapes = layer.inputs.map((input) => {
      const shape = shapes.get(input);
      if (shape !== undefined) return shape;
      throw badGraph(`layer "${layer.name}" to read layers before it`, `"${input}"`);
    });
    const outputShape = kindOf(layer).outputShape(layer, inputShapes);
    shapes.set(layer.name, outputShape);
    return { layer, inputShapes, outputShape, weights: weightSpecs(layer, inputShapes) };
  });
  if (!shapes.has(graph.output)) {
    throw badGraph(`an output that is one of ${[...shapes.keys()].join(", ")}`, `"${graph.output}"`);
  }
  return placed;
}

/** Shape of each layer's value, and of the input's, without the batch. */
export function valueShapes(graph: LayerGraph): ReadonlyMap<string, Shape> {
  return new Map([
    [graph.input.name, graph.input.shape] as const,
    ...placedLayers(graph).map(({ layer, outputShape }) => [layer.name, outputShape] as const),
  ]);
}

/** Full names (`layer/weight`) of a layer's weights, in the order in which Keras keeps them. */
export function weightNames(layer: Layer): readonly string[] {
  return (kindOf(layer).weightNames?.(layer) ?? []).map((name) => `${layer.name}/${name}`);
}

/** Layers that have weights, from input to output: the ones that `lastLayers` counts from the end. */
export function weightedLayers(graph: LayerGraph): readonly Layer[] {
  return graph.layers.filter((layer) => weightNames(layer).length > 0);
}

export function parameterCount(layer: Layer, weights: Weights): number {
  return weightNames(layer).reduce((sum, name) => sum + (weights.get(name)?.data.length ?? 0), 0);
}

export function layerNamed(graph: LayerGraph, name: string): Layer {
  const layer = graph.layers.find((candidate) => candidate.name === name);
  if (layer !== undefined) return layer;
  throw new GraftError({
    code: "backbone/unknown-layer",
    expected: `one of the layers ${graph.layers.map((candidate) => candidate.name).join(", ")}`,
    found: `"${name}"`,
    remedy: "Choose a layer of this model",
  });
}

/** The name of the layer that a weight belongs to: `"conv1"` of `"conv1/kernel"`. */
export function layerOfWeight(name: string): string {
  return name.slice(0, name.lastIndexOf("/"));
}

function weightSpecs(layer: Layer, inputs: readonly Shape[]): readonly WeightSpec[] {
  const kind = kindOf(layer);
  const shapes = kind.weightShapes?.(layer, inputs) ?? {};
  const rowAxes = kind.matrices?.(layer) ?? {};
  return (kind.weightNames?.(layer) ?? []).map((name): WeightSpec => {
    const shape = shapes[name]!;
    const axes = rowAxes[name];
    if (layer.type === "BatchNormalization" && layer.scale === false && name === "gamma") {
      return { name, shape, role: "constant", fill: 1 };
    }
    const spec = { name, shape, role: roleOf(layer, name) };
    return axes === undefined ? spec : { ...spec, matrix: [sizeOf(shape.slice(0, axes)), sizeOf(shape.slice(axes))] };
  });
}

function roleOf(layer: Layer, name: string): WeightSpec["role"] {
  if (layer.type === "Custom") {
    return layer.weights.find((weight) => weight.name === name)?.trainable === false ? "statistic" : "vector";
  }
  if (layer.type === "OnnxOperators" || layer.type === "TensorFlowOperators") return "statistic";
  if (layer.type === "Normalization") return "constant";
  if (layer.type === "NearestNeighbors" || name.startsWith("moving_")) return "statistic";
  return name.endsWith("kernel") || name === "embeddings" ? "kernel" : "vector";
}

function badGraph(expected: string, found: string): GraftError {
  return new GraftError({
    code: "backbone/bad-graph",
    expected,
    found,
    remedy: "Save the model again; its topology is damaged or is none that Graft can follow",
  });
}
