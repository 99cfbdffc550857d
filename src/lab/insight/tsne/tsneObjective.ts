import type { Affinities } from "./affinities";

/** A map of n points as `[x0, y0, x1, y1, …]`: side by side, because the loops below are bound by memory access. */
export type FlatMap = Float64Array;

/** The t-SNE objective, with the buffers that its gradient needs. */
export interface TsneObjective {
  /** Filled by `differentiate`, laid out as the map is. */
  readonly gradient: Float64Array;
  /** Fills the gradient at `map`, with the affinities multiplied by `exaggeration`. */
  differentiate(map: FlatMap, exaggeration: number): void;
  /** Kullback-Leibler divergence of the map's similarities from the affinities, in nats. */
  divergence(map: FlatMap): number;
}

/**
 * Exact gradient of t-SNE: 4 Σj (p(ij) - q(ij)) (yi - yj) / (1 + |yi - yj|²) (van der Maaten & Hinton 2008, equation 5).
 * Repulsion visits each pair once; attraction the pairs that attract.
 */
export function tsneObjective({ n, starts, columns, values }: Affinities): TsneObjective {
  const gradient = new Float64Array(2 * n);
  const repulsion = new Float64Array(2 * n);

  /** Fills `repulsion`, Σj (yi - yj) / (1 + |yi - yj|²)², and returns the normaliser of q, over ordered pairs. */
  function repel(map: FlatMap): number {
    repulsion.fill(0);
    let normaliser = 0;
    for (let i = 0; i < 2 * n; i += 2) {
      const xi = map[i]!;
      const yi = map[i + 1]!;
      let pushX = 0;
      let pushY = 0;
      let similarities = 0;
      for (let j = i + 2; j < 2 * n; j += 2) {
        const dx = xi - map[j]!;
        const dy = yi - map[j + 1]!;
        const similarity = 1 / (1 + dx * dx + dy * dy);
        similarities += similarity;
        const strength = similarity * similarity;
        const x = strength * dx;
        const y = strength * dy;
        pushX += x;
        pushY += y;
        repulsion[j]! -= x;
        repulsion[j + 1]! -= y;
      }
      normaliser += 2 * similarities;
      repulsion[i]! += pushX;
      repulsion[i + 1]! += pushY;
    }
    return normaliser;
  }

  function attract(map: FlatMap, exaggeration: number): void {
    gradient.fill(0);
    for (let i = 0; i < n; i++) {
      const xi = map[2 * i]!;
      const yi = map[2 * i + 1]!;
      let pullX = 0;
      let pullY = 0;
      for (let pair = starts[i]!; pair < starts[i + 1]!; pair++) {
        const j = 2 * columns[pair]!;
        const dx = xi - map[j]!;
        const dy = yi - map[j + 1]!;
        const strength = (4 * exaggeration * values[pair]!) / (1 + dx * dx + dy * dy);
        const x = strength * dx;
        const y = strength * dy;
        pullX += x;
        pullY += y;
        gradient[j]! -= x;
        gradient[j + 1]! -= y;
      }
      gradient[2 * i]! += pullX;
      gradient[2 * i + 1]! += pullY;
    }
  }

  return {
    gradient,
    differentiate(map, exaggeration) {
      attract(map, exaggeration);
      const scale = 4 / repel(map);
      for (let k = 0; k < 2 * n; k++) gradient[k]! -= scale * repulsion[k]!;
    },
    divergence(map) {
      let sum = Math.log(repel(map));
      for (let i = 0; i < n; i++) {
        for (let pair = starts[i]!; pair < starts[i + 1]!; pair++) {
          const j = columns[pair]!;
          const distance = (map[2 * i]! - map[2 * j]!) ** 2 + (map[2 * i + 1]! - map[2 * j + 1]!) ** 2;
          const p = values[pair]!;
          if (p > 0) sum += 2 * p * Math.log(p * (1 + distance));
        }
      }
      return sum;
    },
  };
}
