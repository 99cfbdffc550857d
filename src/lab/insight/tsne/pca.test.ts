import { describe, expect, it } from "vitest";
import { Rng } from "../../../shared/rng";
import { pca } from "./pca";
import { symmetricEigen } from "./symmetricEigen";

describe("pca", () => {
  it.each([
    ["tall", 40, 7],
    ["wide", 12, 30],
  ])("keeps all distances when all components are kept (%s)", (_, rows, columns) => {
    const rng = new Rng(2);
    const data = Float64Array.from({ length: rows * columns }, () => rng.normal());
    const kept = Math.min(rows, columns);
    const scores = pca({ rows, columns, data }, kept, 0).data;
    for (const [i, j] of [
      [0, 1],
      [3, 11],
      [7, 2],
    ] as const) {
      const before = distance(data, columns, i, j);
      expect(distance(scores, kept, i, j)).toBeCloseTo(before, 8);
    }
  });

  it("finds the direction that the data was stretched along", () => {
    const rng = new Rng(4);
    const data = new Float64Array(200 * 3);
    const along: number[] = [];
    for (let i = 0; i < 200; i++) {
      const t = 5 * rng.normal();
      along.push(t);
      data.set([0.6 * t + 0.1 * rng.normal(), 0.8 * t + 0.1 * rng.normal(), 0.1 * rng.normal()], 3 * i);
    }
    const scores = pca({ rows: 200, columns: 3, data }, 1, 0).data;
    expect(Math.abs(correlation(along, [...scores]))).toBeGreaterThan(0.999);
  });

  it("gives zeros for directions without variance", () => {
    const scores = pca({ rows: 6, columns: 4, data: new Float64Array(24).fill(2) }, 2, 0).data;
    expect([...scores].every((score) => Math.abs(score) < 1e-12)).toBe(true);
  });
});

describe("symmetric eigenvectors", () => {
  it("rebuild their matrix", () => {
    const n = 9;
    const rng = new Rng(8);
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = rng.normal();
    const { values, vectors } = symmetricEigen(a, n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += vectors[i * n + k]! * values[k]! * vectors[j * n + k]!;
        expect(sum).toBeCloseTo(a[i * n + j]!, 10);
      }
    }
    expect([...values]).toEqual([...values].sort((x, y) => y - x));
  });
});

function distance(data: ArrayLike<number>, columns: number, i: number, j: number): number {
  let sum = 0;
  for (let c = 0; c < columns; c++) sum += (data[i * columns + c]! - data[j * columns + c]!) ** 2;
  return Math.sqrt(sum);
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const cross = a.reduce((sum, value, i) => sum + (value - ma) * (b[i]! - mb), 0);
  const spread = (values: readonly number[], m: number) => values.reduce((sum, value) => sum + (value - m) ** 2, 0);
  return cross / Math.sqrt(spread(a, ma) * spread(b, mb));
}
