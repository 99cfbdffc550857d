import { describe, expect, test } from "vitest";
import { Rng } from "../../shared/rng";
import type { SolveHeadRequest, SolveIterationReport } from "./engine";
import { solveLinearHead } from "./solveLinearHead";
import { relativeDistance } from "./testing/networks";

function problem(
  rows: number,
  width: number,
  classes: number,
  changes: Partial<SolveHeadRequest> = {},
): SolveHeadRequest {
  const rng = new Rng(11);
  const labels = Int32Array.from({ length: rows }, () => rng.below(classes));
  const data = Float32Array.from({ length: rows * width }, () => rng.normal());
  labels.forEach((label, row) => (data[row * width + label]! += 1));
  return { features: { shape: [rows, width], data }, labels, classes, l2: 0.01, ...changes };
}

/** Plain gradient descent on the objective, written apart from the solver; slow and sure. */
function descended({ features, labels, classes, l2 }: SolveHeadRequest, iterations: number) {
  const [rows = 0, width = 0] = features.shape;
  const kernel = new Float64Array(width * classes);
  const bias = new Float64Array(classes);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const kernelGradient = kernel.map((value) => l2 * value);
    const biasGradient = new Float64Array(classes);
    for (let row = 0; row < rows; row++) {
      const x = features.data.subarray(row * width, (row + 1) * width);
      const scores = bias.map((b, c) => x.reduce((sum, value, j) => sum + value * kernel[j * classes + c]!, b));
      const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
      scores.forEach((score, c) => {
        const error = (Math.exp(score) / total - (labels[row] === c ? 1 : 0)) / rows;
        biasGradient[c]! += error;
        x.forEach((value, j) => (kernelGradient[j * classes + c]! += error * value));
      });
    }
    kernelGradient.forEach((value, i) => (kernel[i]! -= 0.5 * value));
    biasGradient.forEach((value, i) => (bias[i]! -= 0.5 * value));
  }
  return { kernel, bias };
}

describe("solveLinearHead", () => {
  test("finds the optimum that plain gradient descent creeps towards", () => {
    const request = problem(30, 4, 3);
    const solved = solveLinearHead(request);
    const { kernel, bias } = descended(request, 8000);
    expect(solved.converged).toBe(true);
    expect(relativeDistance(solved.kernel.data, kernel)).toBeLessThan(1e-4);
    expect(relativeDistance(solved.bias.data, bias)).toBeLessThan(1e-3);
  });

  test("goes down at each iteration and reports it", () => {
    const reports: SolveIterationReport[] = [];
    const solved = solveLinearHead(problem(60, 20, 5), { onIteration: (report) => reports.push(report) });
    expect(reports).toHaveLength(solved.iterations);
    expect(reports.every(({ objective }, i) => i === 0 || objective <= reports[i - 1]!.objective)).toBe(true);
    expect(reports.at(-1)!.gradient).toBeLessThanOrEqual(1e-6);
    expect(solved.objective).toBeGreaterThan(solved.loss);
  });

  test("starting at the solution ends at once", () => {
    const request = problem(60, 20, 5, { tolerance: 1e-4 });
    const { kernel, bias } = solveLinearHead({ ...request, tolerance: 1e-6 });
    expect(solveLinearHead({ ...request, start: { kernel, bias } }).iterations).toBe(0);
  });

  test("more features than rows, and one class missing, still have one answer", () => {
    const request = problem(6, 40, 5, { labels: Int32Array.of(0, 1, 0, 1, 3, 4) });
    const solved = solveLinearHead(request);
    expect(solved.converged).toBe(true);
    expect(solved.kernel.data.every(Number.isFinite)).toBe(true);
  });

  test("separable data without a penalty has no optimum: it stops and says so", () => {
    const separable = problem(6, 40, 5, { l2: 0, maxIterations: 5, tolerance: 0 });
    expect(solveLinearHead(separable)).toMatchObject({ converged: false, iterations: 5 });
  });

  test("an interrupt keeps what was reached", () => {
    const interruptFlag = new Int32Array(new SharedArrayBuffer(4));
    const onIteration = ({ iteration }: SolveIterationReport) => {
      if (iteration === 2) Atomics.store(interruptFlag, 0, 1);
    };
    const solved = solveLinearHead(problem(60, 20, 5, { interruptFlag }), { onIteration });
    expect(solved).toMatchObject({ interrupted: true, iterations: 2, converged: false });
    expect(solved.kernel.data.some((value) => value !== 0)).toBe(true);
  });

  test.each<[string, Partial<SolveHeadRequest>]>([
    ["engine/input-shape", { features: { shape: [2, 2, 2], data: new Float32Array(8) } }],
    ["engine/label-count", { labels: new Int32Array(2) }],
    ["engine/label-range", { classes: 2, labels: Int32Array.of(0, 1, 2) }],
    ["engine/l2", { l2: -1 }],
    ["engine/l2", { l2: NaN }],
  ])("%s", (code, changes) => {
    expect(() => solveLinearHead(problem(3, 4, 3, changes))).toThrow(expect.objectContaining({ code }));
  });
});
