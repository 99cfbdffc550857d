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
    if (newest === undefined) {
      const norm = Math.sqrt(dot(gradient, gradient));
      return gradient.map((value) => -value / norm);
    }
    const result = gradient.map((value) => -value);
    const factors = this.#pairs.toReversed().map(({ step, change, curvature }) => {
      const factor = dot(step, result) / curvature;
      add(result, change, -factor);
      return factor;
    });
    const scale = newest.curvature / dot(newest.change, newest.change);
    for (let i = 0; i < result.length; i++) result[i]! *= scale;
    this.#pairs.forEach(({ step, change, curvature }, i) => {
      const factor = factors[factors.length - 1 - i]! - dot(change, result) / curvature;
      add(result, step, factor);
    });
    return result;
  }

  remember(from: Float64Array, to: Float64Array, gradientFrom: Float64Array, gradientTo: Float64Array): void {
    const step = to.map((value, i) => value - from[i]!);
    const change = gradientTo.map((value, i) => value - gradientFrom[i]!);
    const curvature = dot(step, change);
    // Rounding can lose the positive curvature close to the optimum; such a pair would spoil the rest.
    if (curvature <= 1e-16 * dot(change, change)) return;
    this.#pairs.push({ step, change, curvature });
    if (this.#pairs.length > this.#limit) this.#pairs.shift();
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function add(to: Float64Array, vector: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += factor * vector[i]!;
}
