/**
 * How one kind of layer is written into an ONNX graph. To add a kind: one file with its rules, one row in `layerTable.ts`.
 *
 * Shapes of layers are as people see them, without the batch: `[height, width, channels]`, `[steps, width]` or `[features]`.
 * Inside a graph images lie differently: an inference graph keeps them as `[batch, channels, height, width]`, a training graph
 * as `[channels, height, width, batch]` (long contiguous rows for im2col, and each convolution is one matrix product).
 * Sequences are `[batch, steps, width]` and features `[batch, features]` in both.
 */
import type { Shape } from "../../backbone/kinds/layerKind";
import type { Layer } from "../../backbone/layerGraph";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";

export interface LayerRules<Kind extends Layer> {
  infer(graph: InferGraph, layer: Kind, inputs: readonly Value[]): Value;
  train(graph: TrainGraph, layer: Kind, inputs: readonly Value[]): TrainedLayer;
}

/** The place of one layer in an inference graph. */
export interface InferGraph {
  readonly builder: GraphBuilder;
  readonly inputShapes: readonly Shape[];
  readonly outputShape: Shape;
  /** A weight of this layer, shaped as Keras keeps it. */
  readonly weight: (name: string) => Value;
}

/** The place of one layer in a training graph. */
export interface TrainGraph extends InferGraph {
  readonly batch: number;
  readonly trainable: boolean;
  /** For each input, whether something before it is trained, so that `backward` has to answer. */
  readonly needsInputGradients: readonly boolean[];
  /** In which the pixels of the first input and of the output lie; see `pixelOrder.ts`. Default row by row. */
  readonly inputOrder?: Int32Array | undefined;
  readonly outputOrder?: Int32Array | undefined;
  /** The next value of a statistic of this layer. */
  readonly update: (name: string, value: Value) => void;
  /** Random factors for dropout, one for each element of `shape`: 0, or 1 / (1 - rate). */
  readonly mask: (shape: readonly number[]) => Value;
}

export interface TrainedLayer {
  readonly output: Value;
  /** From the gradient of the loss by the output to those by weights (each shaped like its weight) and inputs. */
  readonly backward: (gradient: Value) => Gradients;
}

export interface Gradients {
  readonly weights?: Readonly<Record<string, Value>>;
  /** One for each input; may be left out only where `needsInputGradients` is false. */
  readonly inputs?: readonly (Value | undefined)[];
}
