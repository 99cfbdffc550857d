/** Runs a compiled step that ends with its gradient, once, on the calling thread. */
import type { Tensor as OrtTensor } from "onnxruntime-node";
import type { LayerGraph, Tensor, Weights } from "../../backbone/layerGraph";
import { placedLayers } from "../../backbone/graphShapes";
import { compileStep, names } from "../compileStep";
import { maskName } from "../differentiate";
import type { LowRank } from "../lowRank";
import { parameterLayout } from "../parameterLayout";
import type { Runtime } from "../runtime";
import type { LabelledFeatures } from "./networks";

export interface CompiledGradients {
  /** Mean over the batch. */
  readonly loss: number;
  /** By `layer/weight`. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** @param masks Dropout factors as the graph wants them: `[features]` rows, or `[channels, height, width, batch]`. */
export async function compiledGradients(
  runtime: Runtime,
  graph: LayerGraph,
  weights: Weights,
  { features, labels }: LabelledFeatures,
  trainable: readonly string[],
  masks: ReadonlyMap<string, Tensor> = new Map(),
  lowRank?: LowRank,
): Promise<CompiledGradients> {
  const batch = labels.length;
  const options = { trainable, batch, end: "gradient", ...(lowRank && { lowRank }) } as const;
  const { Tensor: OrtTensor } = await runtime.ort();
  const session = await runtime.session(JSON.stringify([graph, options]), () => compileStep(graph, options));
  const float = ({ shape, data }: Tensor) => new OrtTensor("float32", data, shape);
  const feeds: Record<string, OrtTensor> = {
    [names.input]: float(features),
    [names.targets]: new OrtTensor("int32", labels, [batch]),
  };
  for (const [key, tensor] of weights) if (session.inputNames.includes(key)) feeds[key] = float(tensor);
  for (const [layer, tensor] of masks) feeds[maskName(layer)] = float(tensor);
  const outputs = await session.run(feeds);
  const flat = outputs[names.gradient]!.data as Float32Array;
  const losses = outputs[names.losses]!.data as Float32Array;
  const { parameters } = parameterLayout(placedLayers(graph), { trainable, lowRank });
  return {
    loss: losses.reduce((sum, value) => sum + value, 0) / batch,
    gradients: new Map(parameters.map(({ key, offset, size }) => [key, flat.subarray(offset, offset + size)])),
  };
}
