/** Small networks and random numbers for tests. */
import { Rng } from "../../../shared/rng";
import type { Layer, LayerGraph, Tensor, Weights } from "../../backbone/layerGraph";
import { placedLayers } from "../../backbone/graphShapes";

type LayerWithoutInputs = Layer extends infer Kind ? (Kind extends Layer ? Omit<Kind, "inputs"> : never) : never;

/** Layers in a row, each reading the one before. */
export function sequence(shape: readonly number[], layers: readonly LayerWithoutInputs[]): LayerGraph {
  return {
    input: { name: "input", shape },
    layers: layers.map((layer, i) => ({ ...layer, inputs: [layers[i - 1]?.name ?? "input"] })),
    output: layers.at(-1)!.name,
  };
}

export function conv(name: string, options: Partial<Extract<Layer, { type: "Conv2D" }>> = {}): LayerWithoutInputs {
  return {
    type: "Conv2D",
    name,
    filters: 3,
    kernelSize: [3, 3],
    strides: [1, 1],
    padding: "same",
    useBias: true,
    activation: "linear",
    ...options,
  };
}

export function dense(name: string, options: Partial<Extract<Layer, { type: "Dense" }>> = {}): LayerWithoutInputs {
  return { type: "Dense", name, units: 4, useBias: true, activation: "linear", ...options };
}

export function norm(name: string): LayerWithoutInputs {
  return { type: "BatchNormalization", name, epsilon: 1e-3, momentum: 0.9 };
}

export function pool(
  type: "MaxPooling2D" | "AveragePooling2D",
  size: number,
  stride: number,
  padding: "same" | "valid",
): LayerWithoutInputs {
  return { type, name: "pool", poolSize: [size, size], strides: [stride, stride], padding };
}

export function randomTensor(rng: Rng, shape: readonly number[], scale = 1, centre = 0): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return { shape, data: Float32Array.from({ length: size }, () => centre + scale * rng.normal()) };
}

/** Random everywhere, variances positive, so that no weight can be taken for another unnoticed. */
export function randomWeights(graph: LayerGraph, seed: number): Weights {
  const rng = new Rng(seed);
  return new Map(
    placedLayers(graph).flatMap(({ layer, weights }) =>
      weights.map(({ name, shape, role }): [string, Tensor] => {
        const isKernel = role === "kernel";
        const fanIn = shape.slice(0, -1).reduce((product, length) => product * length, 1);
        const tensor = randomTensor(rng, shape, isKernel ? 1 / Math.sqrt(fanIn) : 0.3, name === "gamma" ? 1 : 0);
        if (!name.endsWith("variance")) return [`${layer.name}/${name}`, tensor];
        return [`${layer.name}/${name}`, { shape, data: tensor.data.map((value) => 0.5 + Math.abs(value)) }];
      }),
    ),
  );
}

export interface LabelledFeatures {
  readonly features: Tensor;
  /** Class indices. */
  readonly labels: Int32Array;
}

export function randomExamples(graph: LayerGraph, rows: number, classes: number, seed: number): LabelledFeatures {
  const rng = new Rng(seed);
  const features = randomTensor(rng, [rows, ...graph.input.shape]);
  return { features, labels: Int32Array.from({ length: rows }, () => rng.below(classes)) };
}

/** ‖a - b‖ / ‖b‖. */
export function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let difference = 0;
  let size = 0;
  for (let i = 0; i < a.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(difference / Math.max(size, 1e-12));
}
