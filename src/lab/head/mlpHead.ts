/** An MLP head on features that stay as they are: Dense with relu, dropout, Dense. */
import { initialWeights } from "../backbone/initialWeights";
import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import type { Engine, TrainObserver, TrainResult } from "../engine/engine";
import type { LabelledFeatures } from "./linearProbe";
import { fitStandardisation, standardise, unstandardise } from "./standardisation";

export interface MlpRequest {
  /** From the features: the head's layers alone. The first one is the hidden layer. */
  readonly graph: LayerGraph;
  readonly train: LabelledFeatures;
  readonly validation?: LabelledFeatures;
  /** `[n]`, factors of the training rows' losses. Default 1. */
  readonly sampleWeights?: Float32Array;
  readonly settings: MlpSettings;
  readonly interruptFlag: Int32Array<SharedArrayBuffer>;
}

export interface MlpSettings {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly labelSmoothing: number;
  /** Epochs without a better validation loss. Undefined: all epochs. */
  readonly patience?: number;
  readonly seed: number;
}

/**
 * Trains the head from new random weights, on standardised features, so that one learning rate suits every backbone. The weights of
 * the result are for the features as they are. With validation they are those of the best epoch.
 */
export async function trainMlp(engine: Engine, request: MlpRequest, observer: TrainObserver): Promise<TrainResult> {
  const { graph, train, validation, sampleWeights, settings, interruptFlag } = request;
  const { learningRate, weightDecay, epochs, batchSize, labelSmoothing, patience, seed } = settings;
  const standardisation = fitStandardisation(train.features);
  const examples = ({ features, labels }: LabelledFeatures) => ({
    features: standardise(features, standardisation),
    targets: labels,
  });
  const result = await engine.train(
    {
      graph,
      weights: initialWeights(graph, seed),
      trainable: graph.layers.filter(({ type }) => type === "Dense").map(({ name }) => name),
      train: { ...examples(train), ...(sampleWeights && { sampleWeights }) },
      ...(validation && { validation: examples(validation) }),
      ...(patience !== undefined && { earlyStopping: { patience } }),
      ...{ epochs, batchSize, seed, interruptFlag },
      loss: { name: "softmaxCrossEntropy", labelSmoothing },
      optimizer: { name: "adamW", learningRate, weightDecay },
      schedule: "cosine",
    },
    observer,
  );
  const hidden = graph.layers[0]!.name;
  const tensor = (name: string): Tensor => result.weights.get(`${hidden}/${name}`)!;
  const first = unstandardise({ kernel: tensor("kernel"), bias: tensor("bias") }, standardisation);
  const weights: Weights = new Map([
    ...result.weights,
    [`${hidden}/kernel`, first.kernel],
    [`${hidden}/bias`, first.bias],
  ]);
  return { ...result, weights };
}
