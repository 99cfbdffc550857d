/**
 * How an optimizer changes one flat array of parameters, written into an ONNX graph. To add one: one file with its rules, one
 * row in `optimizerTable.ts`, one member of `Optimizer` in `../optimizer.ts`.
 */
import type { GraphBuilder, Value } from "../onnx/graphBuilder";

export interface OptimizerRules {
  /** Names of what it remembers: arrays as long as the parameters, zero at first. */
  readonly slots: readonly string[];
  /** Names of the numbers that change from step to step; what is constant is written into the graph. */
  readonly scalars: readonly string[];
  /** Their values. @param step From 1. */
  scalarsAt(step: number, learningRate: number): readonly number[];
  write(builder: GraphBuilder, inputs: OptimizerInputs, gradient: Value): WrittenUpdate;
  /** The same without a graph: puts what is taken off the parameters in the gradient's place, and the slots after the step in theirs. */
  apply(slots: readonly Float32Array[], scalars: readonly number[], gradient: Float32Array): void;
}

/** Slots and scalars in the order of their names. */
export interface OptimizerInputs {
  readonly slots: readonly Value[];
  readonly scalars: readonly Value[];
}

export interface WrittenUpdate {
  /** What is taken off the parameters. */
  readonly change: Value;
  /** Slots after the step. */
  readonly slots: readonly Value[];
}
