import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { headLogits, largestIndex } from "../head/softmaxScore";
import type { SolveHeadRequest } from "./engine";
import { type HeadProblem, kernelProblem } from "./headProblem";
import { onnxHeadObjectives } from "./onnxHeadObjectives";
import { Runtime } from "./runtime";
import { softmaxObjective } from "./softmaxObjective";
import { solveLinearHead } from "./solveLinearHead";
import { spanProblem } from "./spanProblem";
import { relativeDistance } from "./testing/networks";

interface Problem {
  readonly name: string;
  readonly l2: number;
  readonly shape: readonly number[];
  readonly classes: number;
  readonly features: readonly number[];
  readonly labels: readonly number[];
  readonly sampleWeights?: readonly number[];
  readonly objective: number;
  readonly loss: number;
  readonly kernel: readonly number[];
  readonly bias: readonly number[];
  readonly predictions: readonly number[];
}

/** Recorded by scripts/recordLinearHead.py. */
const { problems } = JSON.parse(readFileSync(new URL("./__goldens__/linearHead.json", import.meta.url), "utf8")) as {
  readonly problems: readonly Problem[];
};

const runtime = new Runtime();
afterAll(() => runtime.dispose());

const ways: Readonly<Record<string, (request: SolveHeadRequest) => HeadProblem | Promise<HeadProblem>>> = {
  "ONNX Runtime": async (request) => kernelProblem(request, await onnxHeadObjectives(runtime, request)),
  JavaScript: (request) => kernelProblem(request, [softmaxObjective(request)]),
  "the span of the rows": spanProblem,
};

test.each(problems.flatMap((problem) => Object.keys(ways).map((way) => ({ ...problem, way }))))(
  "the optimum is scikit-learn's: $name, by $way",
  async (problem) => {
    const features = { shape: problem.shape, data: Float32Array.from(problem.features) };
    const { classes, l2 } = problem;
    const solved = await solveLinearHead(
      {
        features,
        labels: Int32Array.from(problem.labels),
        classes,
        l2,
        ...(problem.sampleWeights && { sampleWeights: Float32Array.from(problem.sampleWeights) }),
      },
      {},
      ways[problem.way],
    );
    expect(solved.converged).toBe(true);
    expect(Math.abs(solved.objective - problem.objective)).toBeLessThan(1e-6 * Math.min(1, problem.objective));
    expect(Math.abs(solved.loss - problem.loss)).toBeLessThan(1e-4 * problem.loss);
    expect(relativeDistance(solved.kernel.data, Float64Array.from(problem.kernel))).toBeLessThan(2e-3);
    const mean = solved.bias.data.reduce((sum, value) => sum + value / classes, 0);
    const centred = solved.bias.data.map((value) => value - mean);
    centred.forEach((value, c) => expect(value).toBeCloseTo(problem.bias[c]!, 2));
    const { data } = headLogits(features, solved);
    const predictions = problem.labels.map((_, row) => largestIndex(data.subarray(row * classes, (row + 1) * classes)));
    expect(predictions).toEqual(problem.predictions);
  },
);
