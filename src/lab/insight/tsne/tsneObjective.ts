/** Buffers of one t-SNE objective over `n` points. The map is `[x0 … xn-1]` and `[y0 … yn-1]`. */
export interface TsneObjective {
  readonly gradientX: Float64Array;
  readonly gradientY: Float64Array;
  /** Fills the gradient at the map (x, y), with the affinities multiplied by `exaggeration`. */
  differentiate(x: Float64Array, y: Float64Array, exaggeration: number): void;
  /** Kullback-Leibler divergence of the map's similarities from the affinities, in nats. */
  divergence(x: Float64Array, y: Float64Array): number;
}

/**
 * Exact gradient of t-SNE: 4 Σj (p(ij) - q(ij)) (yi - yj) / (1 + |yi - yj|²) (van der Maaten & Hinton 2008, equation 5).
 * Each pair is visited once. Attraction and repulsion are summed apart because the normaliser of q is known only at the
 * end of the pass.
 */
export function tsneObjective(joint: Float32Array, n: number): TsneObjective {
  const gradientX = new Float64Array(n);
  const gradientY = new Float64Array(n);
  const repulsionX = new Float64Array(n);
  const repulsionY = new Float64Array(n);

  function differentiate(x: Float64Array, y: Float64Array, exaggeration: number): void {
    gradientX.fill(0);
    gradientY.fill(0);
    repulsionX.fill(0);
    repulsionY.fill(0);
    let normaliser = 0;
    for (let i = 0, pair = 0; i < n; i++) {
      const xi = x[i]!;
      const yi = y[i]!;
      let pullX = 0;
      let pullY = 0;
      let pushX = 0;
      let pushY = 0;
      for (let j = i + 1; j < n; j++, pair++) {
        const dx = xi - x[j]!;
        const dy = yi - y[j]!;
        const similarity = 1 / (1 + dx * dx + dy * dy);
        normaliser += similarity;
        const attraction = joint[pair]! * similarity;
        const repulsion = similarity * similarity;
        const ax = attraction * dx;
        const ay = attraction * dy;
        const rx = repulsion * dx;
        const ry = repulsion * dy;
        pullX += ax;
        pullY += ay;
        pushX += rx;
        pushY += ry;
        gradientX[j]! -= ax;
        gradientY[j]! -= ay;
        repulsionX[j]! -= rx;
        repulsionY[j]! -= ry;
      }
      gradientX[i]! += pullX;
      gradientY[i]! += pullY;
      repulsionX[i]! += pushX;
      repulsionY[i]! += pushY;
    }
    const scale = 1 / (2 * normaliser);
    for (let i = 0; i < n; i++) {
      gradientX[i] = 4 * (exaggeration * gradientX[i]! - scale * repulsionX[i]!);
      gradientY[i] = 4 * (exaggeration * gradientY[i]! - scale * repulsionY[i]!);
    }
  }

  function divergence(x: Float64Array, y: Float64Array): number {
    let normaliser = 0;
    let sum = 0;
    for (let i = 0, pair = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++, pair++) {
        const similarity = 1 / (1 + (x[i]! - x[j]!) ** 2 + (y[i]! - y[j]!) ** 2);
        normaliser += 2 * similarity;
        const p = joint[pair]!;
        if (p > 0) sum += 2 * p * Math.log(p / similarity);
      }
    }
    return sum + Math.log(normaliser);
  }

  return { gradientX, gradientY, differentiate, divergence };
}
