/**
 * Writes one training step as one ONNX graph: forward, backward by reverse-mode differentiation over the layers, optimizer
 * update. The graph is for one batch size; weights are inputs, so a session serves every run with the same layers.
 */
import { type PlacedLayer, placedLayers, valueShapes } from "../backbone/graphShapes";
import type { LayerGraph } from "../backbone/layerGraph";
import { GraftError } from "../../shared/graftError";
import { writeAdam } from "./adam";
import { writeCrossEntropy } from "./crossEntropy";
import type { Gradients, TrainedLayer } from "./layers/layerRules";
import { rulesOf } from "./layers/layerTable";
import { GraphBuilder, type Value } from "./onnx/graphBuilder";
import { lengthOf, parameterLayout, type Slot } from "./parameterLayout";
import { reluAfterPool } from "./reluAfterPool";

export interface StepOptions {
  readonly trainable: readonly string[];
  readonly batch: number;
  /** What the step ends with: the update of Adam, or the gradient itself (for checks and for optimizers outside the graph). */
  readonly end: "adam" | "adamWithDecay" | "gradient";
}

/**
 * Names of inputs and outputs beside weights (`layer/weight`, in) and moved statistics (`layer/weight/next`, out). They hold
 * a space, which no `layer/weight` does at these places, so that they cannot meet a layer's name.
 */
export const names = {
  input: "batch input",
  labels: "batch labels",
  parameters: "adam parameters",
  first: "adam first moment",
  second: "adam second moment",
  rate: "adam rate",
  epsilon: "adam epsilon",
  keep: "adam keep",
  nextParameters: "next parameters",
  nextFirst: "next first moment",
  nextSecond: "next second moment",
  gradient: "gradient",
  logLikelihood: "log likelihood",
  predicted: "predicted class",
} as const;

/** The input for the factors of a dropout layer. */
export function maskName(layer: string): string {
  return `dropout mask of ${layer}`;
}

/** The step as an ONNX file. @throws GraftError when the graph cannot be trained: shapes, names, a softmax at its end. */
export function compileStep(model: LayerGraph, options: StepOptions): Uint8Array {
  const graph = reluAfterPool(model);
  const layers = placedLayers(graph);
  const layout = parameterLayout(layers, options.trainable);
  checkLogits(graph);
  const builder = new GraphBuilder();
  const weights = new Map(
    [...layout.parameters, ...layout.statistics, ...layout.frozen].map(({ key, spec }) => [
      key,
      builder.input(key, spec.shape),
    ]),
  );
  const forward = writeForward(builder, graph, layers, options, weights);
  const labels = builder.input(names.labels, [options.batch], "int32");
  const loss = writeCrossEntropy(builder, forward.values.get(graph.output)!, labels);
  const gradients = writeBackward(builder, graph, forward, loss.gradient);
  const gradient = concatenated(builder, layout.parameters, gradients);
  if (options.end === "gradient") builder.output(names.gradient, gradient);
  else writeUpdate(builder, gradient, lengthOf(layout.parameters), options.end === "adamWithDecay");
  for (const [name, value] of forward.statistics) builder.output(`${name}/next`, value);
  builder.output(names.logLikelihood, loss.logLikelihood);
  builder.output(names.predicted, loss.predicted);
  return builder.toBytes("graft training step");
}

function checkLogits(graph: LayerGraph): void {
  const shape = valueShapes(graph).get(graph.output)!;
  const last = graph.layers.find(({ name }) => name === graph.output);
  const ending = last && "activation" in last && last.activation === "softmax" ? "a softmax" : undefined;
  if (shape.length === 1 && ending === undefined) return;
  throw new GraftError({
    code: "engine/not-logits",
    expected: `layer "${graph.output}" to give logits of shape [classes]`,
    found: ending ?? `shape [${shape.join(", ")}]`,
    remedy: "End the graph with a Dense layer without activation; the loss applies the softmax itself",
  });
}

interface Forward {
  readonly values: ReadonlyMap<string, Value>;
  readonly trained: ReadonlyMap<string, TrainedLayer>;
  /** Values that the loss has a gradient by that somebody needs. */
  readonly needed: ReadonlySet<string>;
  readonly statistics: ReadonlyMap<string, Value>;
}

function writeForward(
  builder: GraphBuilder,
  graph: LayerGraph,
  layers: readonly PlacedLayer[],
  { batch, trainable }: StepOptions,
  weights: ReadonlyMap<string, Value>,
): Forward {
  const input = builder.input(names.input, [batch, ...graph.input.shape]);
  const isImage = graph.input.shape.length === 3;
  const values = new Map([[graph.input.name, isImage ? builder.transpose(input, [3, 1, 2, 0]) : input]]);
  const trained = new Map<string, TrainedLayer>();
  const needed = new Set<string>();
  const statistics = new Map<string, Value>();
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
      weight: (name: string) => weights.get(`${layer.name}/${name}`)!,
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

/** Gradients by weight key. */
function writeBackward(
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

function concatenated(builder: GraphBuilder, slots: readonly Slot[], gradients: ReadonlyMap<string, Value>): Value {
  const flat = slots.map(({ key, size }) => {
    const gradient = gradients.get(key);
    if (gradient) return builder.reshape(gradient, [size]);
    throw new GraftError({
      code: "engine/no-gradient",
      expected: `the output to depend on the trainable weight "${key}"`,
      found: "no way from it to the output",
      remedy: "Leave the layer out of the trainable layers, or connect it",
    });
  });
  return flat.length === 1 ? flat[0]! : builder.node("Concat", flat, [lengthOf(slots)], { axis: 0 });
}

function writeUpdate(builder: GraphBuilder, gradient: Value, length: number, decays: boolean): void {
  const next = writeAdam(
    builder,
    {
      parameters: builder.input(names.parameters, [length]),
      first: builder.input(names.first, [length]),
      second: builder.input(names.second, [length]),
      rate: builder.input(names.rate, []),
      epsilon: builder.input(names.epsilon, []),
      ...(decays && { keep: builder.input(names.keep, [length]) }),
    },
    gradient,
  );
  builder.output(names.nextParameters, next.parameters);
  builder.output(names.nextFirst, next.first);
  builder.output(names.nextSecond, next.second);
}
