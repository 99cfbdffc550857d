/**
 * How a loss is written into a training step, and what it is for one row. To add a loss: one file with its rules, one row in
 * `lossTable.ts`, one member of `Loss` in `engine.ts`.
 */
import type { GraphBuilder, Value } from "../onnx/graphBuilder";

export interface LossRules {
  /** Class indices `[n]`, or values `[n, outputs]`. */
  readonly targets: "classes" | "values";
  /** An activation that the loss applies itself, so that the graph must not end with it. */
  readonly ownActivation?: "softmax" | "sigmoid";
  /** @param targets int32 `[batch]` or float32 `[batch, outputs]`. */
  write(builder: GraphBuilder, output: Value, targets: Value): WrittenLoss;
  /** Of one row of the output, in double precision. */
  ofRow(output: Float32Array, target: RowTarget): number;
}

/** A class index, or a row of values. */
export type RowTarget = number | Float32Array;

export interface WrittenLoss {
  /** `[batch]`. */
  readonly rows: Value;
  /** `[batch, outputs]`: the gradient of the sum of the rows' losses by the output, times `divisor`. */
  readonly slope: Value;
  readonly divisor: number;
  /** `[batch]`, the class with the largest logit; only where targets are classes. */
  readonly predicted?: Value;
}
