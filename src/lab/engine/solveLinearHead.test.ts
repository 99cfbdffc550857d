import { afterAll, describe, expect, test } from "vitest";
import { Rng } from "../../shared/rng";
import type { SolvedHead, SolveHeadRequest, SolveIterationReport } from "./engine";
import { type HeadProblem, kernelProblem } from "./headProblem";
import { onnxHeadObjectives } from "./onnxHeadObjectives";
import { Runtime } from "./runtime";
import { softmaxObjective } from "./softmaxObjective";
import { solveLinearHead } from "./solveLinearHead";
import { spanProblem } from "./spanProblem";
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
function descended({ features, labels, classes, l2, labelSmoothing = 0 }: SolveHeadRequest, iterations: number) {
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
        const target = (labels[row] === c ? 1 - labelSmoothing : 0) + labelSmoothing / classes;
        const error = (Math.exp(score) / total - target) / rows;
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
  test.each([0, 0.2])(
    "finds the optimum that plain gradient descent creeps towards, smoothing %d",
    async (smoothing) => {
      const request = problem(30, 4, 3, { labelSmoothing: smoothing });
      const solved = await solveLinearHead(request);
      const { kernel, bias } = descended(request, 8000);
      expect(solved.converged).toBe(true);
      expect(relativeDistance(solved.kernel.data, kernel)).toBeLessThan(1e-4);
      expect(relativeDistance(solved.bias.data, bias)).toBeLessThan(1e-3);
    },
  );

  test("goes down at each iteration and reports it", async () => {
    const reports: SolveIterationReport[] = [];
    const solved = await solveLinearHead(problem(60, 20, 5), { onIteration: (report) => reports.push(report) });
    expect(reports).toHaveLength(solved.iterations);
    expect(reports.every(({ objective }, i) => i === 0 || objective <= reports[i - 1]!.objective)).toBe(true);
    expect(reports.at(-1)!.gradient).toBeLessThanOrEqual(1e-5);
    expect(solved.objective).toBeGreaterThan(solved.loss);
  });

  test("starting at the solution ends at once", async () => {
    const request = problem(60, 20, 5, { tolerance: 1e-4 });
    const { kernel, bias } = await solveLinearHead({ ...request, tolerance: 1e-6 });
    const again = await solveLinearHead({ ...request, start: { kernel, bias } });
    expect(again.iterations).toBe(0);
  });

  test("more features than rows, and one class missing, still have one answer", async () => {
    const request = problem(6, 40, 5, { labels: Int32Array.of(0, 1, 0, 1, 3, 4) });
    const solved = await solveLinearHead(request);
    expect(solved.converged).toBe(true);
    expect(solved.kernel.data.every(Number.isFinite)).toBe(true);
  });

  test("separable data without a penalty has no optimum: it stops and says so", async () => {
    const separable = problem(6, 40, 5, { l2: 0, maxIterations: 5, tolerance: 0 });
    expect(await solveLinearHead(separable)).toMatchObject({ converged: false, iterations: 5 });
  });

  test("an interrupt keeps what was reached", async () => {
    const interruptFlag = new Int32Array(new SharedArrayBuffer(4));
    const onIteration = ({ iteration }: SolveIterationReport) => {
      if (iteration === 2) Atomics.store(interruptFlag, 0, 1);
    };
    const solved = await solveLinearHead(problem(60, 20, 5, { interruptFlag }), { onIteration });
    expect(solved).toMatchObject({ interrupted: true, iterations: 2, converged: false });
    expect(solved.kernel.data.some((value) => value !== 0)).toBe(true);
  });

  test.each<[string, Partial<SolveHeadRequest>]>([
    ["engine/input-shape", { features: { shape: [2, 2, 2], data: new Float32Array(8) } }],
    ["engine/label-count", { labels: new Int32Array(2) }],
    ["engine/label-range", { classes: 2, labels: Int32Array.of(0, 1, 2) }],
    ["engine/no-rows", { features: { shape: [0, 4], data: new Float32Array() }, labels: new Int32Array() }],
    ["engine/one-class", { labels: Int32Array.of(1, 1, 1) }],
    ["engine/sample-weights", { sampleWeights: Float32Array.of(1, 1) }],
    ["engine/sample-weights", { sampleWeights: Float32Array.of(1, -1, 1) }],
    ["engine/weight-shape", { start: problemStart(5, 3) }],
    ["engine/l2", { l2: -1 }],
    ["engine/l2", { l2: NaN }],
    ["engine/label-smoothing", { labelSmoothing: 1 }],
    ["engine/label-smoothing", { labelSmoothing: -0.1 }],
  ])("%s", async (code, changes) => {
    const request = problem(3, 4, 3, { labels: Int32Array.of(0, 1, 2), ...changes });
    await expect(solveLinearHead(request)).rejects.toMatchObject({ code });
  });

  test("a feature that is no number names its row", async () => {
    const request = problem(30, 4, 3);
    request.features.data[17 * 4 + 2] = NaN;
    await expect(solveLinearHead(request)).rejects.toMatchObject({
      code: "engine/not-finite",
      found: expect.stringContaining("row 17") as string,
    });
  });

  test("a row that counts twice is the row given twice", async () => {
    const { features, labels, ...rest } = problem(40, 6, 3);
    const twice = features.data.subarray(0, 10 * 6);
    const repeated = await solveLinearHead({
      ...rest,
      features: { shape: [50, 6], data: Float32Array.from([...features.data, ...twice]) },
      labels: Int32Array.from([...labels, ...labels.subarray(0, 10)]),
    });
    // The mean is over 40 rows here and over 50 there.
    const sampleWeights = Float32Array.from(labels, (_, row) => ((row < 10 ? 2 : 1) * 40) / 50);
    const weighted = await solveLinearHead({ ...rest, features, labels, sampleWeights });
    expect(relativeDistance(weighted.kernel.data, repeated.kernel.data)).toBeLessThan(1e-4);
  });
});

describe("in the span of the rows", () => {
  const overKernels = (request: SolveHeadRequest): HeadProblem => kernelProblem(request, [softmaxObjective(request)]);

  /** Of the head as it is returned, by way of the objective over kernels. */
  async function measured(request: SolveHeadRequest, { kernel, bias }: Pick<SolvedHead, "kernel" | "bias">) {
    return softmaxObjective(request).evaluate(Float64Array.from([...kernel.data, ...bias.data]));
  }

  const weights = Float32Array.from({ length: 30 }, (_, row) => 0.25 + (row % 4));
  test.each<[string, Partial<SolveHeadRequest>]>([
    ["a weak penalty", { l2: 1e-4, tolerance: 1e-9 }],
    ["a strong one", { l2: 1 }],
    ["weights of rows and smoothing", { sampleWeights: weights, labelSmoothing: 0.1 }],
    ["a row of weight 0", { sampleWeights: Float32Array.from({ length: 30 }, (_, row) => Math.min(row, 1)) }],
  ])("is the optimum over kernels: %s", async (_, changes) => {
    const request = problem(30, 57, 4, { tolerance: 1e-8, ...changes });
    const spanned = await solveLinearHead(request, {}, spanProblem);
    const expected = await solveLinearHead(request, {}, overKernels);
    expect(spanned.converged && expected.converged).toBe(true);
    // A gradient of 1e-8 a component leaves as much for the weakest penalty.
    expect(Math.abs(spanned.objective - expected.objective)).toBeLessThan(1e-10);
    expect(relativeDistance(spanned.kernel.data, expected.kernel.data)).toBeLessThan(1e-4);
    expect(relativeDistance(spanned.bias.data, expected.bias.data)).toBeLessThan(1e-4);
  });

  test("says of the head what the head is", async () => {
    const request = problem(41, 90, 5, { l2: 0.003, tolerance: 1e-6 });
    const spanned = await solveLinearHead(request, {}, spanProblem);
    const { objective, loss, steepest } = await measured(request, spanned);
    // The head is float32.
    expect(Math.abs(spanned.objective - objective)).toBeLessThan(1e-9);
    expect(Math.abs(spanned.loss - loss)).toBeLessThan(1e-7);
    expect(steepest).toBeLessThan(1.2e-6);
  });

  test("a row that is there twice, and one of zeros, do no harm", async () => {
    const request = problem(12, 30, 3, { tolerance: 1e-6 });
    request.features.data.copyWithin(30, 0, 30);
    request.features.data.fill(0, 60, 90);
    const spanned = await solveLinearHead(request, {}, spanProblem);
    const expected = await solveLinearHead(request, {}, overKernels);
    expect(spanned.converged).toBe(true);
    expect(Math.abs(spanned.objective - expected.objective)).toBeLessThan(1e-8);
  });

  test("features that are not centred: the bias is found with the kernel", async () => {
    const request = problem(24, 40, 3, { tolerance: 1e-6 });
    const shifted = { shape: [24, 40], data: request.features.data.map((value) => value + 3) };
    const spanned = await solveLinearHead({ ...request, features: shifted }, {}, spanProblem);
    const expected = await solveLinearHead({ ...request, features: shifted }, {}, overKernels);
    expect(spanned.converged).toBe(true);
    expect(spanned.iterations).toBeLessThan(40);
    expect(Math.abs(spanned.objective - expected.objective)).toBeLessThan(1e-8);
  });

  test("takes less iterations than over kernels, as it knows how the rows lie", async () => {
    const request = problem(60, 200, 5, { tolerance: 1e-8 });
    // Features of very different scales, as those of a backbone are.
    request.features.data.forEach((value, i) => (request.features.data[i] = value * (i % 200 < 5 ? 5 : 0.2)));
    const spanned = await solveLinearHead(request, {}, spanProblem);
    const expected = await solveLinearHead(request, {}, overKernels);
    expect(spanned.converged && expected.converged).toBe(true);
    expect(spanned.iterations).toBeLessThan(0.7 * expected.iterations);
  });

  test("without a penalty it goes on downhill, whatever depends on each other", async () => {
    const request = problem(8, 30, 2, { l2: 0, tolerance: 1e-6 });
    request.features.data.copyWithin(30, 0, 30);
    request.labels[1] = request.labels[0]!;
    const { converged, loss, kernel } = await solveLinearHead(request, {}, spanProblem);
    expect(converged).toBe(true);
    expect(loss).toBeLessThan(1e-4);
    expect(kernel.data.every(Number.isFinite)).toBe(true);
  });
});

describe("the objective in ONNX Runtime", () => {
  const runtime = new Runtime();
  afterAll(() => runtime.dispose());

  const all = 2 ** 20;
  // 40 rows of width 7, so the last block of 9 rows is a smaller one.
  const small = 9 * 7;
  test.each([
    ["in one block, transposed", { transposedNumbers: all, blockNumbers: { float32: all, float64: all } }],
    ["in several blocks, transposed", { transposedNumbers: all, blockNumbers: { float32: small, float64: small } }],
    ["in several blocks", { transposedNumbers: 0, blockNumbers: { float32: small, float64: small } }],
  ])("is the one in plain JavaScript: %s", async (_, memory) => {
    const [rows, width, classes] = [40, 7, 5];
    const sampleWeights = Float32Array.from({ length: rows }, (_, row) => 0.5 + (row % 3));
    const request = problem(rows, width, classes, { sampleWeights, labelSmoothing: 0.1 });
    const rng = new Rng(5);
    const point = Float64Array.from({ length: (width + 1) * classes }, () => rng.normal());
    const expected = await softmaxObjective(request).evaluate(point);
    const [single, double] = await onnxHeadObjectives(runtime, request, memory);
    for (const [objective, tolerance] of [
      [single!, 1e-5],
      [double!, 1e-12],
    ] as const) {
      const found = await objective.evaluate(point);
      // Twice: what one evaluation leaves in memory must not reach the next.
      expect(await objective.evaluate(point)).toEqual(found);
      expect(Math.abs(found.loss / expected.loss - 1)).toBeLessThan(tolerance);
      expect(found.objective - found.loss).toBeCloseTo(expected.objective - expected.loss, 12);
      expect(relativeDistance(found.gradient, expected.gradient)).toBeLessThan(tolerance);
    }
  });

  test("where float32 ends, float64 goes on", async () => {
    const solved = await solveLinearHead(problem(60, 20, 5, { tolerance: 1e-12 }), {}, async (request) =>
      kernelProblem(request, await onnxHeadObjectives(runtime, request)),
    );
    expect(solved.converged).toBe(true);
  });
});

function problemStart(width: number, classes: number) {
  return {
    kernel: { shape: [width, classes], data: new Float32Array(width * classes) },
    bias: { shape: [classes], data: new Float32Array(classes) },
  };
}
