/** The architecture of the shipped backbone: three blocks of convolution, batch norm and pooling. */
import type { Layer, LayerGraph } from "../src/lab/backbone/layerGraph";

export interface FashionCnnSizes {
  readonly filters: readonly number[];
  readonly classes: number;
}

/** Its value are the features: the last block's maps, each still knowing where it saw what. */
export const FEATURE_LAYER = "flatten";

export function fashionCnn({ filters, classes }: FashionCnnSizes): LayerGraph {
  const layers: Layer[] = [];
  const add = (layer: Layer): void => {
    layers.push({ ...layer, inputs: [layers.at(-1)?.name ?? "pixels"] });
  };
  for (const [i, channels] of filters.entries()) {
    const block = `block${i + 1}`;
    add({
      type: "Conv2D",
      name: `${block}_conv`,
      inputs: [],
      filters: channels,
      kernelSize: [3, 3],
      strides: [1, 1],
      padding: "same",
      useBias: false,
      activation: "linear",
    });
    add({ type: "BatchNormalization", name: `${block}_bn`, inputs: [], epsilon: 1e-3, momentum: 0.9 });
    add({ type: "Activation", name: `${block}_relu`, inputs: [], activation: "relu" });
    add({
      type: "MaxPooling2D",
      name: `${block}_pool`,
      inputs: [],
      poolSize: [2, 2],
      strides: [2, 2],
      padding: "valid",
    });
  }
  add({ type: "Flatten", name: FEATURE_LAYER, inputs: [] });
  add({ type: "Dense", name: "classifier", inputs: [], units: classes, useBias: true, activation: "linear" });
  return { input: { name: "pixels", shape: [28, 28, 1] }, layers, output: "classifier" };
}
