import { largest } from "./vectors";

/** What L-BFGS minimises, whoever computes it; what a point and a gradient are is up to the problem (`headProblem.ts`). */
export interface Objective {
  /** Relative error of its values, about: 3e-7 in float32, 1e-15 in float64. Smaller differences say nothing. */
  readonly precision: number;
  evaluate(point: Float64Array): Promise<Evaluation>;
}

export interface Evaluation {
  /** Mean cross-entropy + l2 / 2 · ‖kernel‖². */
  readonly objective: number;
  /** Mean cross-entropy, rows by their sample weights. */
  readonly loss: number;
  readonly gradient: Float64Array;
  /** No component of the gradient by the kernel or by the bias is larger, in absolute value. */
  readonly steepest: number;
}

/** Adds the penalty to a loss over kernels and to its gradient, which is changed in place. The first `kernelSize` components are penalised. */
export function penalised(
  loss: number,
  gradient: Float64Array,
  point: Float64Array,
  kernelSize: number,
  l2: number,
): Evaluation {
  let squares = 0;
  for (let i = 0; i < kernelSize; i++) {
    squares += point[i]! * point[i]!;
    gradient[i]! += l2 * point[i]!;
  }
  return { objective: loss + (l2 / 2) * squares, loss, gradient, steepest: largest(gradient) };
}
