/** What a graph's layers put out and own: value shapes, layers with weights, the way back from a layer to the input. */
import { GraftError } from "../../shared/graftError";
import type { Layer, LayerGraph, Weights } from "./layerGraph";

/** Names of a layer's weights, in the order in which Keras keeps them. */
export function weightNames(layer: Layer): readonly string[] {
  switch (layer.type) {
    case "Conv2D":
    case "Dense":
      return layer.useBias ? [`${layer.name}/kernel`, `${layer.name}/bias`] : [`${layer.name}/kernel`];
    case "BatchNormalization":
      return ["gamma", "beta", "moving_mean", "moving_variance"].map((weight) => `${layer.name}/${weight}`);
    case "Activation":
    case "MaxPooling2D":
    case "AveragePooling2D":
    case "GlobalAveragePooling2D":
    case "Flatten":
    case "Dropout":
      return [];
    default:
      return layer satisfies never;
  }
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

/** Shape of each layer's value, and of the input's, without the batch. */
export function valueShapes(graph: LayerGraph): ReadonlyMap<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>([[graph.input.name, graph.input.shape]]);
  for (const layer of graph.layers) shapes.set(layer.name, valueShape(layer, inputShape(layer, shapes)));
  return shapes;
}

/** Shapes of a layer's weights by full name, for an input of `shape`. */
export function weightShapes(layer: Layer, shape: readonly number[]): ReadonlyMap<string, readonly number[]> {
  const channels = shape.at(-1)!;
  switch (layer.type) {
    case "Conv2D":
      return named(layer, { kernel: [...layer.kernelSize, channels, layer.filters], bias: [layer.filters] });
    case "Dense":
      return named(layer, { kernel: [channels, layer.units], bias: [layer.units] });
    default:
      return new Map(weightNames(layer).map((name) => [name, [channels]]));
  }
}

function named(layer: Layer, shapes: Readonly<Record<string, readonly number[]>>): Map<string, readonly number[]> {
  return new Map(weightNames(layer).map((name) => [name, shapes[name.slice(layer.name.length + 1)]!]));
}

function inputShape(layer: Layer, shapes: ReadonlyMap<string, readonly number[]>): readonly number[] {
  const [input] = layer.inputs;
  const shape = input === undefined ? undefined : shapes.get(input);
  if (shape === undefined || layer.inputs.length !== 1) {
    throw new GraftError({
      code: "backbone/bad-graph",
      expected: `layer "${layer.name}" to read one layer before it`,
      found: layer.inputs.length === 0 ? "none" : layer.inputs.join(", "),
      remedy: "Save the model again; its topology is damaged or is none that Graft can follow",
    });
  }
  return shape;
}

function valueShape(layer: Layer, input: readonly number[]): readonly number[] {
  switch (layer.type) {
    case "Conv2D": {
      const [height, width] = rankThree(layer, input);
      return [...windows(layer, layer.kernelSize, height, width), layer.filters];
    }
    case "MaxPooling2D":
    case "AveragePooling2D": {
      const [height, width, channels] = rankThree(layer, input);
      return [...windows(layer, layer.poolSize, height, width), channels];
    }
    case "GlobalAveragePooling2D":
      return [rankThree(layer, input)[2]];
    case "Dense":
      return [...input.slice(0, -1), layer.units];
    case "Flatten":
      return [input.reduce((product, side) => product * side, 1)];
    case "BatchNormalization":
    case "Activation":
    case "Dropout":
      return input;
    default:
      return layer satisfies never;
  }
}

function rankThree(layer: Layer, shape: readonly number[]): readonly [number, number, number] {
  if (shape.length === 3) return shape as readonly [number, number, number];
  throw new GraftError({
    code: "backbone/bad-graph",
    expected: `an input of height x width x channels for ${layer.type} "${layer.name}"`,
    found: shape.join(" x "),
    remedy: "Save the model again; its topology is damaged or is none that Graft can follow",
  });
}

interface Windowed {
  readonly strides: readonly [number, number];
  readonly padding: "same" | "valid";
}

function windows(layer: Windowed, size: readonly [number, number], height: number, width: number): [number, number] {
  const count = (length: number, axis: 0 | 1): number =>
    layer.padding === "same"
      ? Math.ceil(length / layer.strides[axis])
      : Math.floor((length - size[axis]) / layer.strides[axis]) + 1;
  return [count(height, 0), count(width, 1)];
}
