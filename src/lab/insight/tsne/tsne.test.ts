import { describe, expect, it } from "vitest";
import { Rng } from "../../../shared/rng";
import { affinities } from "./affinities";
import { mapQuality } from "./mapQuality";
import type { Matrix } from "./matrix";
import { tsne } from "./tsne";
import { tsneObjective } from "./tsneObjective";

/** `groups` unit Gaussians, `distance` apart, row i in group i % groups. */
function gaussians(rows: number, columns: number, groups: number, distance: number, seed = 1): Matrix {
  const rng = new Rng(seed);
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) data[i * columns + j] = rng.normal() + (j === i % groups ? distance : 0);
  }
  return { rows, columns, data };
}

describe("affinities", () => {
  it("sum to 1 over ordered pairs", () => {
    const { values } = affinities(gaussians(80, 6, 3, 4), 10);
    expect(2 * values.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
  });

  it("give each row the perplexity asked for", () => {
    // On a ring every row has the same neighbours at the same distances, so that p(j|i) = n p(ij).
    const n = 60;
    const data = Float64Array.from({ length: 2 * n }, (_, k) =>
      k % 2 === 0 ? Math.cos((Math.PI * k) / n) : Math.sin((Math.PI * (k - 1)) / n),
    );
    const { starts, columns, values } = affinities({ rows: n, columns: 2, data }, 12);
    let entropy = 0;
    for (let i = 0; i < n; i++) {
      for (let pair = starts[i]!; pair < starts[i + 1]!; pair++) {
        if (i === 0 || columns[pair] === 0) entropy -= n * values[pair]! * Math.log(n * values[pair]!);
      }
    }
    // Ties at the edge of the neighbourhood are broken by index, so symmetry is not perfect.
    expect(Math.exp(entropy)).toBeGreaterThan(11.5);
    expect(Math.exp(entropy)).toBeLessThan(12.8);
  });

  it("stay finite for equal rows", () => {
    const { values } = affinities({ rows: 30, columns: 2, data: new Float64Array(60) }, 5);
    expect(values.every(Number.isFinite)).toBe(true);
  });
});

describe("gradient", () => {
  it.each([1, 12])("is the derivative of the divergence (exaggeration %d)", (exaggeration) => {
    const n = 25;
    const joint = affinities(gaussians(n, 5, 2, 2), 6);
    const scaled = { ...joint, values: joint.values.map((p) => p * exaggeration) };
    const objective = tsneObjective(scaled);
    const rng = new Rng(3);
    const map = Float64Array.from({ length: 2 * n }, () => 2 * rng.normal());
    const analytic = tsneObjective(joint);
    analytic.differentiate(map, exaggeration);
    // With exaggeration E the objective is E·Σ p log(1+d²) + log Z: `divergence` of the scaled affinities up to a constant.
    const step = 1e-5;
    for (const k of [0, 1, 7, 24, 49]) {
      const moved = (by: number) => objective.divergence(map.map((value, index) => (index === k ? value + by : value)));
      const numeric = (moved(step) - moved(-step)) / (2 * step);
      expect(analytic.gradient[k]).toBeCloseTo(numeric, 6);
    }
  });
});

describe("t-SNE", () => {
  const input = gaussians(150, 60, 3, 12);

  it("separates separated Gaussians", () => {
    const { map } = tsne(input, { perplexity: 15, iterations: 400, seed: 0 });
    for (let i = 0; i < 150; i++) {
      let nearest = -1;
      let best = Infinity;
      for (let j = 0; j < 150; j++) {
        const distance = (map[2 * i]! - map[2 * j]!) ** 2 + (map[2 * i + 1]! - map[2 * j + 1]!) ** 2;
        if (j !== i && distance < best) [best, nearest] = [distance, j];
      }
      expect(nearest % 3).toBe(i % 3);
    }
  });

  it("gives the same bits for the same seed, others for another", () => {
    const run = (seed: number) => tsne(input, { perplexity: 15, iterations: 60, seed }).map;
    expect(run(4)).toEqual(run(4));
    expect(run(4)).not.toEqual(run(5));
  });

  it("lowers the divergence and beats a random map in trustworthiness", () => {
    const early = tsne(input, { perplexity: 15, iterations: 10, seed: 0 });
    const late = tsne(input, { perplexity: 15, iterations: 400, seed: 0 });
    expect(late.divergence).toBeLessThan(early.divergence);
    const rng = new Rng(9);
    const random = Float64Array.from({ length: 300 }, () => rng.normal());
    const quality = (map: Float64Array) => mapQuality(input, { rows: 150, columns: 2, data: map }, 10).trustworthiness;
    expect(quality(late.map)).toBeGreaterThan(quality(random) + 0.2);
  });

  it("stops where it is told to and says so", () => {
    const seen: number[] = [];
    const result = tsne(input, {
      perplexity: 15,
      iterations: 400,
      seed: 0,
      onIteration: (iteration) => seen.push(iteration) < 7,
    });
    expect(result.iterations).toBe(7);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it("stays finite where all rows are equal", () => {
    const equal = { rows: 40, columns: 3, data: new Float64Array(120).fill(0.5) };
    const { map } = tsne(equal, { perplexity: 8, iterations: 120, seed: 0 });
    expect(map.every(Number.isFinite)).toBe(true);
  });
});
