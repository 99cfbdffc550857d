import { describe, expect, it } from "vitest";
import { Rng } from "../../../shared/rng";
import type { Matrix } from "./matrix";
import { principalComponents, project } from "./principalComponents";
import { nativeProducts, plainProducts } from "./products";
import { symmetricEigen } from "./symmetricEigen";
import { soloTeam } from "./team";

async function scoresOf(input: Matrix, components: number, products = plainProducts): Promise<Float32Array> {
  const projection = await principalComponents(input, components, 0, products, soloTeam);
  return (await project(input, projection, products, soloTeam)).data;
}

describe("principal components", () => {
  it.each([
    ["tall", 40, 7],
    ["wide", 12, 30],
  ])("keep all distances when all of them are kept (%s)", async (_, rows, columns) => {
    const rng = new Rng(2);
    const data = Float64Array.from({ length: rows * columns }, () => rng.normal());
    const kept = Math.min(rows, columns);
    const scores = await scoresOf({ rows, columns, data }, kept);
    for (const [i, j] of [
      [0, 1],
      [3, 11],
      [7, 2],
    ] as const) {
      expect(distance(scores, kept, i, j)).toBeCloseTo(distance(data, columns, i, j), 5);
    }
  });

  it("find the direction that the data was stretched along", async () => {
    const rng = new Rng(4);
    const data = new Float64Array(200 * 3);
    const along: number[] = [];
    for (let i = 0; i < 200; i++) {
      const t = 5 * rng.normal();
      along.push(t);
      data.set([0.6 * t + 0.1 * rng.normal(), 0.8 * t + 0.1 * rng.normal(), 0.1 * rng.normal()], 3 * i);
    }
    const scores = await scoresOf({ rows: 200, columns: 3, data }, 1);
    expect(Math.abs(correlation(along, [...scores]))).toBeGreaterThan(0.999);
  });

  it("are zeros for directions without variance", async () => {
    const scores = await scoresOf({ rows: 6, columns: 4, data: new Float64Array(24).fill(2) }, 2);
    expect([...scores].every((score) => Math.abs(score) < 1e-12)).toBe(true);
  });

  it("are the same by ONNX Runtime, to single precision", async () => {
    const rng = new Rng(3);
    // Falling variances, as features have them: leading directions that are equally strong are nobody's in particular.
    const data = Float32Array.from({ length: 3000 * 24 }, (_, k) => 3 * 0.7 ** (k % 24) * rng.normal() + 100);
    const input = { rows: 3000, columns: 24, data };
    const [plain, native] = [await scoresOf(input, 4), await scoresOf(input, 4, await nativeProducts())];
    expect(Math.max(...plain.map((score, k) => Math.abs(score - native[k]!)))).toBeLessThan(1e-3);
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
