/** What compiled graphs are held against: the same networks on `@tensorflow/tfjs`, whose cpu backend is plain JavaScript. */
import * as tf from "@tensorflow/tfjs";
import { placedLayers } from "../../backbone/graphShapes";
import type { LayerGraph, Tensor, Weights } from "../../backbone/layerGraph";
import type { TrainedLayers } from "../lowRank";
import { DEFAULT_LOSS } from "../losses/lossTable";
import { CustomLayers } from "../tfjs/customLayers";
import { forward } from "../tfjs/forward";
import { GradientStep } from "../tfjs/gradientStep";
import { Inference } from "../tfjs/inference";
import { meanLoss } from "../tfjs/losses";
import { useBackend } from "../tfjs/backend";
import type { CompiledGradients } from "./compiledGradients";
import type { LabelledFeatures } from "./networks";

export interface ReferenceOptions extends TrainedLayers {
  /** Factors of dropout layers, as `[batch, …shape]`. */
  readonly masks?: ReadonlyMap<string, Tensor>;
}

export async function useCpuBackend(): Promise<void> {
  await useBackend(tf, "cpu");
}

/** Mean cross-entropy and its gradient by each weight of the trainable layers, on any backend of tfjs that is there. */
export function tfjsGradients(
  backend: string,
  graph: LayerGraph,
  weights: Weights,
  { features, labels }: LabelledFeatures,
  { trainable, lowRank, masks }: ReferenceOptions,
): CompiledGradients {
  const step = new GradientStep(tf, backend, { graph, weights, trainable, lowRank, loss: DEFAULT_LOSS });
  try {
    const { parameters, statistics } = step.initial(weights);
    const mask = (layer: string, shape: readonly number[]) =>
      masks?.get(layer)?.data ?? new Float32Array(shape.reduce((product, side) => product * side, 1)).fill(1);
    const { loss, gradient } = step.gradients(parameters, statistics, { features, targets: labels, mask });
    return {
      loss,
      gradients: new Map(
        step.layout.parameters.map(({ key, offset, size }) => [key, gradient.subarray(offset, offset + size)]),
      ),
    };
  } finally {
    step.dispose();
  }
}

export function referenceGradients(
  graph: LayerGraph,
  weights: Weights,
  examples: LabelledFeatures,
  options: ReferenceOptions,
): CompiledGradients {
  return tfjsGradients("cpu", graph, weights, examples, options);
}

/** As operations of tfjs on the backend that is set, for optimizers of tfjs. Weights by `layer/weight`. */
export function referenceLoss(
  graph: LayerGraph,
  weights: ReadonlyMap<string, tf.Tensor>,
  { features, labels }: LabelledFeatures,
  options: ReferenceOptions,
): tf.Scalar {
  const output = referenceForward(graph, weights, features, options);
  return meanLoss(tf, DEFAULT_LOSS, output, tf.tensor1d(labels, "int32")) as tf.Scalar;
}

export function referenceForward(
  graph: LayerGraph,
  weights: ReadonlyMap<string, tf.Tensor>,
  features: Tensor,
  { trainable, masks }: ReferenceOptions,
): tf.Tensor {
  const training = {
    trainable: new Set(trainable),
    mask: (layer: string, shape: readonly number[]) => {
      const mask = masks?.get(layer);
      return mask ? tf.tensor(mask.data, [...mask.shape]) : tf.ones([...shape]);
    },
    update: () => undefined,
  };
  const weight = (key: string) => weights.get(key)!;
  const pass = { tf, graph, layers: placedLayers(graph), weight, custom: CustomLayers.none, training };
  return forward(pass, tf.tensor(features.data, [...features.shape]));
}

/** The output in inference mode, on any backend of tfjs that is there. */
export function tfjsOutput(backend: string, graph: LayerGraph, weights: Weights, features: Tensor): Float32Array {
  const inference = new Inference(tf, backend, graph, weights);
  try {
    return inference.run(features);
  } finally {
    inference.dispose();
  }
}
