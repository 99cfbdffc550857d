/** What a kernel tells of a notebook with digits, a backbone and a trained model. */
import type {
  LayerDescription,
  NamedBackbone,
  NamedDataset,
  NamedModel,
  SessionState,
} from "../../../shared/sessionState";

const digitNames = Array.from({ length: 10 }, (_, digit) => String(digit));

export function datasetNamed(name: string, more: Partial<NamedDataset> = {}): NamedDataset {
  return {
    kind: "dataset",
    name,
    id: name,
    size: 10_000,
    classes: digitNames,
    classCounts: digitNames.map(() => 1000),
    itemKind: "image",
    itemShape: [28, 28, 1],
    ...more,
  };
}

export function backboneNamed(name: string, more: Partial<NamedBackbone> = {}): NamedBackbone {
  return { kind: "backbone", name, backbone: "fashion-cnn", inputShape: [28, 28, 1], parameters: 93_344, ...more };
}

const layer = (name: string, type: string, parameters: number): LayerDescription => ({
  name,
  type,
  parameters,
  frozen: name !== "head",
  outputShape: [10],
});

export function modelNamed(name: string, more: Partial<NamedModel> = {}): NamedModel {
  return {
    kind: "model",
    name,
    id: name,
    backbone: "fashion-cnn",
    classes: digitNames,
    layers: [
      layer("conv1", "Conv2D", 320),
      layer("conv2", "Conv2D", 18_496),
      layer("bn2", "BatchNormalization", 256),
      layer("head", "Dense", 11_530),
    ],
    trainings: [{ name: "head", status: "finished", epochs: 1, seconds: 1 }],
    trainedOn: "train",
    inputShape: [28, 28, 1],
    stepSeconds: [],
    ...more,
  };
}

export const session: SessionState = {
  engine: { training: "onnxruntime", tensors: "wasm", native: false },
  models: [modelNamed("model")],
  datasets: [
    datasetNamed("digits.train"),
    datasetNamed("digits.test"),
    datasetNamed("train", { size: 50 }),
    datasetNamed("test", { id: "digits.test" }),
  ],
  backbones: [backboneNamed("backbone")],
  featureCache: { bytes: 46_940_000, spaces: 2 },
  runs: [],
};
