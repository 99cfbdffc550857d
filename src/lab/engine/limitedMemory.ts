import type { HeadProblem } from "./headProblem";
import { addScaled, combined, dot } from "./vectors";

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number;
}

/** The inverse Hessian of L-BFGS, known from the last few steps: the two-loop recursion (Nocedal & Wright, algorithm 7.4). */
export class LimitedMemory {
  readonly #limit: number;
  readonly #problem: Pick<HeadProblem, "inner" | "step">;
  readonly #pairs: Pair[] = [];

  constructor(limit: number, problem: Pick<HeadProblem, "inner" | "step">) {
    this.#limit = limit;
    this.#problem = problem;
  }

  /** Where to go from a point with this gradient. */
  direction(gradient: Float64Array): Float64Array {
    const { inner, step: stepOf } = this.#problem;
    const rest = new Float64Array(gradient.length);
    addScaled(rest, gradient, -1);
    const factors = this.#pairs.toReversed().map(({ step, change, curvature }) => {
      const factor = inner(step, rest) / curvature;
      addScaled(rest, change, -factor);
      return factor;
    });
    const result = stepOf ? stepOf(rest) : this.#scaled(rest);
    this.#pairs.forEach(({ step, change, curvature }, i) => {
      addScaled(result, step, factors[factors.length - 1 - i]! - inner(result, change) / curvature);
    });
    return result;
  }

  /** By the curvature of the last step; the first time, to a unit step. */
  #scaled(vector: Float64Array): Float64Array {
    const newest = this.#pairs.at(-1);
    const scale = newest ? newest.curvature / dot(newest.change, newest.change) : 1 / Math.sqrt(dot(vector, vector));
    for (let i = 0; i < vector.length; i++) vector[i]! *= scale;
    return vector;
  }

  remember(from: Float64Array, to: Float64Array, gradientFrom: Float64Array, gradientTo: Float64Array): void {
    const step = combined(to, from, -1);
    const change = combined(gradientTo, gradientFrom, -1);
    const curvature = this.#problem.inner(step, change);
    // Rounding can lose the positive curvature close to the optimum; such a pair would spoil the rest.
    if (!(curvature > 1e-16 * dot(change, change))) return;
    this.#pairs.push({ step, change, curvature });
    if (this.#pairs.length > this.#limit) this.#pairs.shift();
  }
}
