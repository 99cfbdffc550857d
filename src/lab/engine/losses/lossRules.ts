/**
 * How a loss is written into a training step, and what it is for one row. To add a loss: one file with its rules, one row in
 * `lossTable.ts`, one member of `Loss` in `engine.ts`.
 */
import { type Shape, sizeOf } from "../../backbone/kinds/layerKind";
import type { GraphBuilder, Value } from "../onnx/graphBuilder";

export interface LossRules {
  /** Class indices `[n]`, values `[n, outputs]`, or token ids `[n, steps]` for an output of shape `[steps, vocabulary]`. */
  readonly targets: "classes" | "values" | "tokens";
  /** An activation that the loss applies itself, so that the graph must not end with it. */
  readonly ownActivation?: "softmax" | "sigmoid";
  /** @param targets int32 `[batch]`, or float32 `[batch, targetsOfRow]`. */
  write(builder: GraphBuilder, output: Value, targets: Value): WrittenLoss;
  /** Of one row of the output, in double precision. */
  ofRow(output: Float32Array, target: RowTarget): number;
}

/** A class index, or a row of values or token ids. */
export type RowTarget = number | Float32Array;

/** How many numbers the targets of one row are, where they are no class index. */
export function targetsOfRow({ targets }: LossRules, outputShape: Shape): number {
  return targets === "tokens" ? outputShape[0]! : sizeOf(outputShape);
}

export interface WrittenLoss {
  /** `[batch]`. */
  readonly rows: Value;
  /** Shaped as the output: the gradient of the sum of the rows' losses by it, times `divisor`. */
  readonly slope: Value;
  readonly divisor: number;
  /** `[batch]`, the class with the largest logit; only where targets are classes. */
  readonly predicted?: Value;
}
