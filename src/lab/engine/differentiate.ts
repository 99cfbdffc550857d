/** The layers of a training graph: forward in training mode, backward from the gradient of the loss by the output. */
import type { PlacedLayer } from "../backbone/graphShapes";
import type { LayerGraph } from "../backbone/layerGraph";
import type { Gradients, TrainedLayer } from "./layers/layerRules";
import { rulesOf } from "./layers/layerTable";
import type { GraphBuilder, Value } from "./onnx/graphBuilder";
import type { ParameterLayout } from "./parameterLayout";
import { pixelOrders } from "./pixelOrder";

/** `[batch, …]`. It holds a space, as the names of all inputs that are no `layer/weight`, so that it cannot meet a layer's. */
export const inputName = "batch input";

/** The input for the factors of a dropout layer. */
export function maskName(layer: string): string {
  return `dropout mask of ${layer}`;
}

/** All weights as inputs, by `layer/weight`. */
export function writeWeightInputs(
  builder: GraphBuilder,
  { parameters, statistics, frozen }: ParameterLayout,
): ReadonlyMap<string, Value> {
  return new Map(
    [...parameters, ...statistics, ...frozen].map(({ key, spec }) => [key, builder.input(key, spec.shape)]),
  );
}

export interface Forward {
  readonly values: ReadonlyMap<string, Value>;
  readonly trained: ReadonlyMap<string, TrainedLayer>;
  /** Values that the loss has a gradient by that somebody needs. */
  readonly needed: ReadonlySet<string>;
  readonly statistics: ReadonlyMap<string, Value>;
}

/** All layers in training mode. Weights by `layer/weight`, in any shape of the right size. */
export function writeForward(
  builder: GraphBuilder,
  graph: LayerGraph,
  layers: readonly PlacedLayer[],
  { batch, trainable }: { readonly batch: number; readonly trainable: readonly string[] },
  weights: ReadonlyMap<string, Value>,
): Forward {
  const input = builder.input(inputName, [batch, ...graph.input.shape]);
  const isImage = graph.input.shape.length === 3;
  const values = new Map([[graph.input.name, isImage ? builder.transpose(input, [3, 1, 2, 0]) : input]]);
  const trained = new Map<string, TrainedLayer>();
  const needed = new Set<string>();
  const statistics = new Map<string, Value>();
  const orders = pixelOrders(graph, layers, batch);
  for (const { layer, inputShapes, outputShape, weights: specs } of layers) {
    const isTrained = trainable.includes(layer.name) && specs.length > 0;
    const needsInputGradients = layer.inputs.map((name) => needed.has(name));
    const place = {
      builder,
      batch,
      inputShapes,
      outputShape,
      trainable: isTrained,
      needsInputGradients,
      inputOrder: orders.get(layer.inputs[0] ?? ""),
      outputOrder: orders.get(layer.name),
      weight: (name: string) => {
        const { shape } = specs.find((spec) => spec.name === name)!;
        return builder.reshape(weights.get(`${layer.name}/${name}`)!, shape);
      },
      update: (name: string, value: Value) => void statistics.set(`${layer.name}/${name}`, value),
      mask: (shape: readonly number[]) => builder.input(maskName(layer.name), shape),
    };
    const inputs = layer.inputs.map((name) => values.get(name)!);
    const result = rulesOf(layer).train(place, layer, inputs);
    trained.set(layer.name, result);
    values.set(layer.name, result.output);
    if (isTrained || needsInputGradients.includes(true)) needed.add(layer.name);
  }
  return { values, trained, needed, statistics };
}

/** Reverse-mode differentiation: gradients by `layer/weight`. */
export function writeBackward(
  builder: GraphBuilder,
  graph: LayerGraph,
  { trained, needed }: Forward,
  gradientOfLogits: Value,
): ReadonlyMap<string, Value> {
  const byValue = new Map([[graph.output, gradientOfLogits]]);
  const byWeight = new Map<string, Value>();
  for (const layer of graph.layers.toReversed()) {
    const arriving = byValue.get(layer.name);
    if (arriving === undefined || !needed.has(layer.name)) continue;
    const gradients: Gradients = trained.get(layer.name)!.backward(arriving);
    for (const [name, value] of Object.entries(gradients.weights ?? {})) byWeight.set(`${layer.name}/${name}`, value);
    layer.inputs.forEach((input, i) => {
      const gradient = gradients.inputs?.[i];
      if (gradient === undefined || !needed.has(input)) return;
      const other = byValue.get(input);
      byValue.set(input, other ? builder.binary("Add", other, gradient) : gradient);
    });
  }
  return byWeight;
}
