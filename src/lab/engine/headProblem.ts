import type { SolvedHead, SolveHeadRequest } from "./engine";
import type { Objective } from "./objective";
import { dot } from "./vectors";

/** A linear head as something to minimise over vectors. */
export interface HeadProblem {
  readonly start: Float64Array;
  /** From the fast to the exact. */
  readonly objectives: readonly Objective[];
  /** Of a step and a gradient. */
  readonly inner: (step: Float64Array, gradient: Float64Array) => number;
  /** A gradient divided by a guess of the Hessian, which is a step; without it steps and gradients are the same kind of vector. */
  readonly divide?: (gradient: Float64Array) => DividedGradient;
  head(point: Float64Array): Pick<SolvedHead, "kernel" | "bias">;
}

export interface DividedGradient {
  readonly divided: Float64Array;
  /** The guess is another than that of the division before. */
  readonly fresh: boolean;
}

/** Over heads as they are: a vector is the kernel `[width, classes]` row by row, then the bias `[classes]`. */
export function kernelProblem(request: SolveHeadRequest, objectives: readonly Objective[]): HeadProblem {
  const { features, classes, start } = request;
  const width = features.shape[1]!;
  const kernelSize = width * classes;
  const point = new Float64Array(kernelSize + classes);
  if (start !== undefined) {
    point.set(start.kernel.data);
    point.set(start.bias.data, kernelSize);
  }
  return {
    start: point,
    objectives,
    inner: dot,
    head: (reached) => ({
      kernel: { shape: [width, classes], data: Float32Array.from(reached.subarray(0, kernelSize)) },
      bias: { shape: [classes], data: Float32Array.from(reached.subarray(kernelSize)) },
    }),
  };
}
