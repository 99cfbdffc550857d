import { describe, expect, it } from "vitest";
import { Rng } from "../../../../shared/rng";
import { soloTeam } from "../team";
import { exactRepulsion } from "./exactRepulsion";
import { gridRepulsion } from "./gridRepulsion";
import type { Repulsion } from "./repulsion";
import { treeRepulsion } from "./treeRepulsion";

/** Clusters at about the density of a finished map. */
function clusters(n: number, dims: number, extent: number): Float64Array {
  const rng = new Rng(7);
  const centres = Float64Array.from({ length: 12 * dims }, () => extent * rng.uniform());
  return Float64Array.from({ length: n * dims }, (_, k) => {
    const cluster = Math.floor(k / dims) % 12;
    return centres[cluster * dims + (k % dims)]! + (extent / 25) * rng.normal();
  });
}

function run(repulsion: Repulsion, points: Float64Array, dims: number) {
  const along = (d: number) => Array.from(points).filter((_, k) => k % dims === d);
  const axes = Array.from({ length: dims }, (_, d) => along(d));
  repulsion.begin(points, { low: axes.map((axis) => Math.min(...axis)), high: axes.map((axis) => Math.max(...axis)) });
  repulsion.gather();
  const known = repulsion.finish();
  const n = points.length / dims;
  const push = new Float64Array(points.length);
  const half = Math.floor(n / 2);
  const sum = repulsion.pushOwn(0, half, push) + repulsion.pushOwn(half, n, push);
  const pushThere = new Float64Array(points.length);
  const parts = new Float64Array(n);
  repulsion.pushOthers(points, 0, n, pushThere, parts);
  return { push, pushThere, parts, normaliser: (known ?? sum) - n };
}

/** Root mean square of the difference beside that of what is wanted. */
function error(push: Float64Array, wanted: Float64Array): number {
  let difference = 0;
  let size = 0;
  for (let k = 0; k < push.length; k++) {
    difference += (push[k]! - wanted[k]!) ** 2;
    size += wanted[k]! ** 2;
  }
  return Math.sqrt(difference / size);
}

describe("repulsion", () => {
  it.each([2, 3] as const)("by an exact sum is that of every pair (%d dimensions)", (dims) => {
    const points = clusters(40, dims, 5);
    const { push, normaliser } = run(exactRepulsion(points.length / dims, dims), points, dims);
    let wanted = 0;
    let sum = 0;
    for (let i = 0; i < 40; i++) {
      for (let j = 0; j < 40; j++) {
        let square = 0;
        for (let d = 0; d < dims; d++) square += (points[i * dims + d]! - points[j * dims + d]!) ** 2;
        if (i !== j) sum += 1 / (1 + square);
        if (i === 17) wanted += (points[17 * dims + 1]! - points[j * dims + 1]!) / (1 + square) ** 2;
      }
    }
    expect(push[17 * dims + 1]).toBeCloseTo(wanted, 10);
    expect(normaliser).toBeCloseTo(sum, 8);
  });

  // The bounds are those of Barnes-Hut with scikit-learn's angle on such a map.
  it.each([
    ["a grid", 60, () => gridRepulsion(true, soloTeam), 2, 0.025, 0.002],
    ["a grid of a small map", 4, () => gridRepulsion(true, soloTeam), 2, 0.001, 0.0001],
    ["a grid of the first, tiny map", 1e-4, () => gridRepulsion(true, soloTeam), 2, 1e-6, 1e-6],
    ["a tree in the plane", 60, () => treeRepulsion(1500, 2, soloTeam), 2, 0.03, 0.02],
    ["a tree in space", 20, () => treeRepulsion(1500, 3, soloTeam), 3, 0.03, 0.02],
  ] as const)("through %s agrees with the exact one", (_, extent, make, dims, ofPush, ofNormaliser) => {
    const points = clusters(1500, dims, extent);
    const exact = run(exactRepulsion(points.length / dims, dims), points, dims);
    const { push, pushThere, parts, normaliser } = run(make(), points, dims);
    expect(error(push, exact.push)).toBeLessThan(ofPush);
    expect(error(pushThere, exact.push)).toBeLessThan(ofPush);
    expect(Math.abs(normaliser / exact.normaliser - 1)).toBeLessThan(ofNormaliser);
    expect(error(parts, exact.parts)).toBeLessThan(ofNormaliser * 2);
  });

  it("through a grid follows a map that grows, and pushes places beside it", () => {
    const repulsion = gridRepulsion(true, soloTeam);
    for (const extent of [0.01, 1, 60, 70, 30]) {
      const points = clusters(1500, 2, extent);
      const exact = run(exactRepulsion(1500, 2), points, 2);
      expect(error(run(repulsion, points, 2).push, exact.push)).toBeLessThan(0.025);
    }
    const parts = new Float64Array(1);
    repulsion.pushOthers(Float64Array.of(1e6, -1e6), 0, 1, new Float64Array(2), parts);
    expect(parts[0]).toBeGreaterThan(0);
  });

  it.each([2, 3] as const)("stays finite where many points share a place (tree, %d dimensions)", (dims) => {
    const points = Float64Array.from({ length: 600 * dims }, (_, k) => (Math.floor(k / dims) % 3) * 0.1);
    const exact = run(exactRepulsion(points.length / dims, dims), points, dims);
    const { push, normaliser } = run(treeRepulsion(600, dims, soloTeam), points, dims);
    expect(error(push, exact.push)).toBeLessThan(0.03);
    expect(Math.abs(normaliser / exact.normaliser - 1)).toBeLessThan(0.02);
  });
});
