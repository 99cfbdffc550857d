import { GraftError } from "../../shared/graftError";
import { type PlacedLayer, placedLayers } from "../backbone/graphShapes";
import { DEFAULT_SLOPE } from "../backbone/keras/kerasLayers";
import { SMALLEST_DEVIATION } from "../backbone/kinds/features";
import type { Layer, LayerGraph, Weights } from "../backbone/layerGraph";

/** Kinds that tfjs and Keras read as Graft writes them. */
const sameInKeras: ReadonlySet<Layer["type"]> = new Set<Layer["type"]>([
  ...(["Activation", "Add", "AveragePooling2D", "BatchNormalization", "Concatenate", "Conv2D", "Dense"] as const),
  ...([
    "DepthwiseConv2D",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
  ] as const),
  ...(["GlobalMaxPooling2D", "LayerNormalization", "MaxPooling2D", "Multiply", "Reshape", "SeparableConv2D"] as const),
  ...(["Normalization", "Rescaling", "ZeroPadding2D"] as const),
]);

/** Who is to read the topology. */
export interface KerasReader {
  readonly name: string;
  /** Whether it knows layers that a person registered with tfjs. */
  readonly custom: boolean;
  /** What of a layer it has no form of, or one that means something else. */
  readonly lacks: (layer: Layer) => string | undefined;
}

/**
 * A model that computes the same with what tfjs and Keras have: a leaky relu inside another layer becomes a layer of its own, global
 * pooling that keeps its dimensions a pooling and a `Reshape`, and a normalization with its measured statistics a `Rescaling`. Weights
 * keep their names.
 *
 * @throws GraftError `export/unsupported-layer`.
 */
export function kerasForm({ graph, weights }: WeightedGraph, reader: KerasReader): WeightedGraph {
  const kept = new Map(weights);
  const taken = new Set(graph.layers.map(({ name }) => name));
  const free = (name: string): string => (taken.has(name) ? free(`${name}_`) : name);
  /** Where a layer became two: the name of the second one. */
  const moved = new Map<string, string>();
  const layers = placedLayers(graph).flatMap((placed): Layer[] => {
    requireForm(placed, reader);
    const layer = { ...placed.layer, inputs: placed.layer.inputs.map((input) => moved.get(input) ?? input) };
    const second = (suffix: string) => {
      const name = free(`${layer.name}_${suffix}`);
      moved.set(layer.name, name);
      return { name, inputs: [layer.name] };
    };
    if (layer.type === "Normalization") {
      const [mean, variance] = ["mean", "variance"].map((name) => [...weights.get(`${layer.name}/${name}`)!.data]) as [
        number[],
        number[],
      ];
      for (const name of ["mean", "variance"]) kept.delete(`${layer.name}/${name}`);
      const scale = variance.map((value) => 1 / Math.max(Math.sqrt(value), SMALLEST_DEVIATION));
      return [{ ...layer, type: "Rescaling", scale, offset: mean.map((value, i) => -value * scale[i]!) }];
    }
    if ("keepDims" in layer && layer.keepDims) {
      return [
        { ...layer, keepDims: false },
        { type: "Reshape", shape: placed.outputShape, ...second("reshape") },
      ];
    }
    if (layer.type !== "Activation" && "activation" in layer && layer.activation === "leakyRelu") {
      const relu = { type: "Activation", activation: "leakyRelu", slope: DEFAULT_SLOPE } as const;
      return [
        { ...layer, activation: "linear" },
        { ...relu, ...second("leaky_relu") },
      ];
    }
    return [layer];
  });
  return { graph: { input: graph.input, layers, output: moved.get(graph.output) ?? graph.output }, weights: kept };
}

interface WeightedGraph {
  readonly graph: LayerGraph;
  readonly weights: Weights;
}

function requireForm({ layer }: PlacedLayer, { name, custom, lacks }: KerasReader): void {
  const found = `${layer.type} "${layer.name}"`;
  if (layer.type === "Custom" ? !custom : !sameInKeras.has(layer.type)) throw unsupported(name, found);
  if (layer.type === "GlobalAveragePooling1D" && layer.inputs.length > 1)
    throw unsupported(name, `${found} with a mask`);
  const lacking = lacks(layer);
  if (lacking !== undefined) throw unsupported(name, `${found} with ${lacking}`);
}

function unsupported(reader: string, found: string): GraftError {
  return new GraftError({
    code: "export/unsupported-layer",
    expected: `only layers that ${reader} reads from a file`,
    found,
    remedy: 'Export as "onnx", or save with model.save() for Graft itself',
  });
}
