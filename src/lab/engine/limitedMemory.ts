import type { HeadProblem } from "./headProblem";
import { addScaled, combined, dot } from "./vectors";

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number;
  /** The change, divided by the guess of the Hessian. */
  readonly divided: Float64Array;
}

interface Place {
  readonly point: Float64Array;
  readonly gradient: Float64Array;
  /** The gradient, divided by the guess of the Hessian. */
  readonly divided: Float64Array;
}

/**
 * The inverse Hessian of L-BFGS, known from the last few steps: the two-loop recursion (Nocedal & Wright, algorithm 7.4). It begins with a guess of
 * the Hessian, the problem's or the identity, scaled by the curvature of the last step (equation 7.20). To divide by the guess is linear, so one division
 * a point serves changes and sums of them too. With another guess it begins anew: what was learnt far from the optimum says little near it.
 */
export class LimitedMemory {
  readonly #limit: number;
  readonly #problem: Pick<HeadProblem, "inner" | "divide">;
  #pairs: Pair[] = [];
  /** Last gone from. */
  #last: Place | undefined;

  constructor(limit: number, problem: Pick<HeadProblem, "inner" | "divide">) {
    this.#limit = limit;
    this.#problem = problem;
  }

  /** Where to go from a point with this gradient. Points are told in the order in which they are reached. */
  direction(point: Float64Array, gradient: Float64Array): Float64Array {
    const { divided, fresh } = this.#problem.divide?.(gradient) ?? { divided: gradient, fresh: false };
    if (fresh) this.#pairs = [];
    else if (this.#last) this.#remember(this.#last, { point, gradient, divided });
    this.#last = { point, gradient, divided };
    return this.#recursion(gradient, divided);
  }

  /** The next point is judged by another objective: the difference to the last gradient would not be one of places. */
  changeObjective(): void {
    this.#last = undefined;
  }

  #recursion(gradient: Float64Array, divided: Float64Array): Float64Array {
    const { inner } = this.#problem;
    const rest = gradient.slice();
    const result = divided.slice();
    const factors = this.#pairs.toReversed().map(({ step, change, curvature, divided: dividedChange }) => {
      const factor = inner(step, rest) / curvature;
      addScaled(rest, change, -factor);
      addScaled(result, dividedChange, -factor);
      return factor;
    });
    const scale = -this.#scale(gradient);
    for (let i = 0; i < result.length; i++) result[i]! *= scale;
    this.#pairs.forEach(({ step, change, curvature }, i) => {
      addScaled(result, step, -factors[factors.length - 1 - i]! - inner(result, change) / curvature);
    });
    return result;
  }

  /** Before there is a last step: as the guess says; without a guess, to a unit step. */
  #scale(gradient: Float64Array): number {
    const newest = this.#pairs.at(-1);
    if (newest) return newest.curvature / this.#problem.inner(newest.divided, newest.change);
    return this.#problem.divide ? 1 : 1 / Math.sqrt(dot(gradient, gradient));
  }

  #remember(from: Place, to: Place): void {
    const step = combined(to.point, from.point, -1);
    const change = combined(to.gradient, from.gradient, -1);
    const curvature = this.#problem.inner(step, change);
    // Rounding can lose the positive curvature close to the optimum; such a pair would spoil the rest.
    if (!(curvature > 1e-16 * dot(change, change))) return;
    this.#pairs.push({ step, change, curvature, divided: combined(to.divided, from.divided, -1) });
    if (this.#pairs.length > this.#limit) this.#pairs.shift();
  }
}
