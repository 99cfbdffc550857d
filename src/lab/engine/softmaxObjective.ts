import type { SolveHeadRequest } from "./engine";
import { type Evaluation, type Objective, penalised } from "./objective";

/** The objective of a linear head in float64 and plain JavaScript: needs no runtime, and is the measure of those that do. */
export function softmaxObjective(request: SolveHeadRequest): Objective {
  const { features, labels, classes, l2, sampleWeights, labelSmoothing = 0 } = request;
  const [rows, width] = features.shape as [number, number];
  const x = features.data;
  const kernelSize = width * classes;
  // Class by class, so that the inner loops run over contiguous features.
  const kernel = new Float64Array(kernelSize);
  const kernelGradient = new Float64Array(kernelSize);
  const scores = new Float64Array(classes);

  function evaluate(point: Float64Array): Evaluation {
    for (let j = 0; j < width; j++) for (let c = 0; c < classes; c++) kernel[c * width + j] = point[j * classes + c]!;
    kernelGradient.fill(0);
    const gradient = new Float64Array(point.length);
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const at = row * width;
      for (let c = 0; c < classes; c++) scores[c] = point[kernelSize + c]! + dotAt(kernel, c * width, x, at, width);
      const weight = (sampleWeights?.[row] ?? 1) / rows;
      const label = labels[row]!;
      loss += weight * crossEntropyInPlace(scores, label, labelSmoothing);
      for (let c = 0; c < classes; c++) {
        const factor = weight * scores[c]!;
        const base = c * width;
        for (let j = 0; j < width; j++) kernelGradient[base + j]! += factor * x[at + j]!;
        gradient[kernelSize + c]! += factor;
      }
    }
    for (let j = 0; j < width; j++) {
      for (let c = 0; c < classes; c++) gradient[j * classes + c] = kernelGradient[c * width + j]!;
    }
    return penalised(loss, gradient, point, kernelSize, l2);
  }

  return { precision: 1e-15, evaluate: (point) => Promise.resolve(evaluate(point)) };
}

function dotAt(a: Float64Array, fromA: number, b: Float32Array, fromB: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[fromA + i]! * b[fromB + i]!;
  return sum;
}

/** Answers the cross-entropy of `label`, smoothed, and turns the scores into its gradient: probabilities minus targets. */
export function crossEntropyInPlace(scores: Float64Array, label: number, smoothing: number): number {
  let most = -Infinity;
  for (const score of scores) most = Math.max(most, score);
  const elsewhere = smoothing / scores.length;
  let expected = (1 - smoothing) * (scores[label]! - most);
  let sum = 0;
  for (let c = 0; c < scores.length; c++) {
    expected += elsewhere * (scores[c]! - most);
    scores[c] = Math.exp(scores[c]! - most);
    sum += scores[c]!;
  }
  for (let c = 0; c < scores.length; c++) scores[c] = scores[c]! / sum - elsewhere;
  scores[label]! -= 1 - smoothing;
  return Math.log(sum) - expected;
}
