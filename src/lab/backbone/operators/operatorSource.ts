import type { Layer, LayerGraph, OperatorOutput, Tensor, Weights } from "../layerGraph";
import type { OperatorGraph, OperatorNode } from "./operatorGraph";
import type { RuleTable } from "./operatorRule";

/** A model in a format of operators: what its rules are, and how it runs where it has none. */
export interface OperatorSource {
  readonly graph: OperatorGraph;
  readonly rules: RuleTable;
  /** Operators that are the shape of their input, as a constant. */
  readonly shapeOperator: string;
  /** Whether the images of this value are `[batch, channels, height, width]`. */
  channelsFirst(value: string): boolean;
  /**
   * What the model itself makes of `[n, …]`, in the library that it was made for; what it needs is looked up by these names.
   *
   * @throws GraftError where that library is not there.
   */
  run(input: Tensor, values: readonly string[]): Promise<ReadonlyMap<string, SourceTensor>>;
  /** A layer that runs these operators as they are. @throws GraftError `backbone/unsupported-operator` where that cannot be. */
  opaqueLayer(
    name: string,
    input: LayerGraph["input"],
    part: OpaquePart,
  ): { readonly layer: Layer; readonly weights: Weights };
}

export interface SourceTensor {
  /** With the batch. */
  readonly shape: readonly number[];
  /** Undefined for numbers that are not float32. */
  readonly data: Float32Array | undefined;
}

/** The operators of a graph that are run as they are: from its input to these values. */
export interface OpaquePart {
  readonly nodes: readonly OperatorNode[];
  readonly outputs: readonly OperatorOutput[];
  /** The kinds of operators without a rule, for messages. */
  readonly operators: readonly string[];
}
