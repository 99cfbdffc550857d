/**
 * What the engine must know about one kind of layer. To add a kind: one file with its rules, one row in `layerTable.ts`.
 *
 * Shapes of layers are as people see them, without the batch: `[height, width, channels]` or `[features]`. Inside a graph
 * the same tensors lie differently: an inference graph keeps images as `[batch, channels, height, width]`, a training graph
 * as `[channels, height, width, batch]` (long contiguous rows for im2col, and each convolution is one matrix product).
 * Features are `[batch, features]` in both.
 */
import type { Layer } from "../../backbone/layerGraph";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";

export interface LayerRules<Kind extends Layer> {
  /** @throws GraftError when the layer cannot take this input. */
  outputShape(layer: Kind, input: readonly number[]): readonly number[];
  weights(layer: Kind, input: readonly number[]): readonly WeightSpec[];
  infer(graph: InferGraph, layer: Kind, input: Value): Value;
  train(graph: TrainGraph, layer: Kind, input: Value): TrainedLayer;
}

export interface WeightSpec {
  /** Without the layer's name: `"kernel"`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Statistics are state: training moves them without a gradient. Only kernels decay. */
  readonly role: "kernel" | "vector" | "statistic";
}

/** The place of one layer in an inference graph. */
interface InferGraph {
  readonly builder: GraphBuilder;
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  /** A weight of this layer, shaped as Keras keeps it. */
  readonly weight: (name: string) => Value;
}

/** The place of one layer in a training graph. */
export interface TrainGraph extends InferGraph {
  readonly batch: number;
  readonly trainable: boolean;
  /** Whether something before this layer is trained, so that `backward` has to answer. */
  readonly needsInputGradient: boolean;
  /** The next value of a statistic of this layer. */
  readonly update: (name: string, value: Value) => void;
  /** Random factors for dropout, one for each element of `shape`: 0, or 1 / (1 - rate). */
  readonly mask: (shape: readonly number[]) => Value;
}

export interface TrainedLayer {
  readonly output: Value;
  /** From the gradient of the loss by the output to those by weights (each shaped like its weight) and input. */
  readonly backward: (gradient: Value) => Gradients;
}

export interface Gradients {
  readonly weights?: Readonly<Record<string, Value>>;
  /** May be left out only where `needsInputGradient` is false. */
  readonly input?: Value;
}
