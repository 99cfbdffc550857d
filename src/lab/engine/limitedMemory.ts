import { addScaled, combined, dot } from "./vectors";

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number;
}

/** The inverse Hessian of L-BFGS, known from the last few steps: the two-loop recursion (Nocedal & Wright, algorithm 7.4). */
export class LimitedMemory {
  readonly #limit: number;
  readonly #pairs: Pair[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Where to go from a point with this gradient; the first time, a unit step downhill. */
  direction(gradient: Float64Array): Float64Array {
    const newest = this.#pairs.at(-1);
    const result = gradient.slice();
    const downhill = newest === undefined ? -1 / Math.sqrt(dot(gradient, gradient)) : -1;
    for (let i = 0; i < result.length; i++) result[i]! *= downhill;
    if (newest === undefined) return result;
    const factors = this.#pairs.toReversed().map(({ step, change, curvature }) => {
      const factor = dot(step, result) / curvature;
      addScaled(result, change, -factor);
      return factor;
    });
    const scale = newest.curvature / dot(newest.change, newest.change);
    for (let i = 0; i < result.length; i++) result[i]! *= scale;
    this.#pairs.forEach(({ step, change, curvature }, i) => {
      addScaled(result, step, factors[factors.length - 1 - i]! - dot(change, result) / curvature);
    });
    return result;
  }

  remember(from: Float64Array, to: Float64Array, gradientFrom: Float64Array, gradientTo: Float64Array): void {
    const step = combined(to, from, -1);
    const change = combined(gradientTo, gradientFrom, -1);
    const curvature = dot(step, change);
    // Rounding can lose the positive curvature close to the optimum; such a pair would spoil the rest.
    if (!(curvature > 1e-16 * dot(change, change))) return;
    this.#pairs.push({ step, change, curvature });
    if (this.#pairs.length > this.#limit) this.#pairs.shift();
  }
}
