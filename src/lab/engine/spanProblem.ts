/**
 * The linear head of a few labelled rows. Whatever a kernel is beyond the span of its rows costs penalty and changes no logit, so at the
 * optimum it is Σ coefficient · row (the representer theorem, Schölkopf et al. 2001), and the products of the rows with each other, their Gram
 * matrix, are all that a search needs to know of them: `[n, n]` instead of `[n, width]`.
 *
 * A point is `[coefficients, bias, logits without bias, bias]`, class by class; its second half follows from the first and is carried along, so
 * that no step needs a product with the Gram matrix. A gradient is one by the logits and by the bias, `[n · classes + classes]`: with the second half
 * of a step it makes the inner product that kernels and their gradients have.
 */
import { type Cholesky, cholesky, solveInPlace } from "./cholesky";
import type { SolveHeadRequest } from "./engine";
import type { DividedGradient, HeadProblem } from "./headProblem";
import type { Evaluation } from "./objective";
import { gramMatrix } from "./gramMatrix";
import { crossEntropyInPlace } from "./softmaxObjective";
import { dot, largest } from "./vectors";

/** The Hessian, as if all logits had the curvature that they have on average, is factored anew when that is so many times another. */
const otherCurvature = 3;

export function spanProblem(request: SolveHeadRequest, gram: Float64Array = gramMatrix(request.features)): HeadProblem {
  const { features, labels, classes, l2, sampleWeights, labelSmoothing = 0 } = request;
  const [rows, width] = features.shape as [number, number];
  const x = features.data;
  const size = rows * classes;
  const half = size + classes;
  const longest = longestColumn(x, width);
  const scores = new Float64Array(classes);
  /** Mean second derivative of the loss by a logit, where it was evaluated last. */
  let curvature = 0;
  let hessian: MeanHessian | undefined;

  function evaluate(point: Float64Array): Evaluation {
    const gradient = new Float64Array(half);
    let loss = 0;
    curvature = 0;
    for (let row = 0; row < rows; row++) {
      for (let c = 0; c < classes; c++) scores[c] = point[half + c * rows + row]! + point[size + c]!;
      const weight = (sampleWeights?.[row] ?? 1) / rows;
      const target = labels[row]!;
      loss += weight * crossEntropyInPlace(scores, target, labelSmoothing);
      for (let c = 0; c < classes; c++) {
        const error = scores[c]!;
        const probability = error + labelSmoothing / classes + (c === target ? 1 - labelSmoothing : 0);
        curvature += weight * probability * (1 - probability);
        gradient[c * rows + row] = weight * error + l2 * point[c * rows + row]!;
        gradient[size + c]! += weight * error;
      }
    }
    curvature /= size;
    const squares = dot(point.subarray(0, size), point.subarray(half, half + size));
    return { objective: loss + (l2 / 2) * squares, loss, gradient, steepest: steepest(gradient) };
  }

  /** A component of the gradient by the kernel is a column of the features times the errors of a class: at most the product of their lengths. */
  function steepest(gradient: Float64Array): number {
    let most = largest(gradient.subarray(size));
    for (let c = 0; c < classes; c++) {
      const errors = gradient.subarray(c * rows, (c + 1) * rows);
      most = Math.max(most, longest * Math.sqrt(dot(errors, errors)));
    }
    return most;
  }

  function divide(gradient: Float64Array): DividedGradient {
    const fresh = hessian === undefined || Math.abs(Math.log(curvature / hessian.curvature)) > Math.log(otherCurvature);
    if (fresh) hessian = meanHessian(gram, rows, Math.max(curvature, 1e-6 / size), l2);
    return { divided: dividedBy(hessian!, gradient, classes), fresh };
  }

  function head(point: Float64Array): ReturnType<HeadProblem["head"]> {
    const kernel = new Float32Array(width * classes);
    for (let c = 0; c < classes; c++) {
      const column = combinationOfRows(x, width, point.subarray(c * rows, (c + 1) * rows));
      for (let j = 0; j < width; j++) kernel[j * classes + c] = column[j]!;
    }
    return {
      kernel: { shape: [width, classes], data: kernel },
      bias: { shape: [classes], data: Float32Array.from(point.subarray(size, half)) },
    };
  }

  return {
    start: new Float64Array(2 * half),
    objectives: [{ precision: 1e-15, evaluate: (point) => Promise.resolve(evaluate(point)) }],
    inner: (a, b) => dot(a.subarray(half), b),
    divide,
    head,
  };
}

/** curvature · gram + ridge, over coefficients. */
interface MeanHessian {
  readonly curvature: number;
  readonly ridge: number;
  readonly factors: Cholesky;
  /** Ones, divided by it. */
  readonly ones: Float64Array;
  readonly total: number;
}

function meanHessian(gram: Float64Array, rows: number, curvature: number, l2: number): MeanHessian {
  const matrix = new Float64Array(gram.length);
  for (let i = 0; i < gram.length; i++) matrix[i] = curvature * gram[i]!;
  let trace = 0;
  for (let i = 0; i < matrix.length; i += rows + 1) trace += matrix[i]!;
  // Without a penalty, rows that depend on each other would leave no inverse.
  const ridge = Math.max(l2, 1e-9 * trace) || 1;
  for (let i = 0; i < matrix.length; i += rows + 1) matrix[i]! += ridge;
  const factors = cholesky(matrix, rows);
  const ones = new Float64Array(rows).fill(1);
  solveInPlace(factors, ones);
  return { curvature, ridge, factors, ones, total: ones.reduce((sum, value) => sum + value, 0) };
}

/** The step for which the mean Hessian, of kernel and bias together, gives this gradient. */
function dividedBy(
  { curvature, ridge, factors, ones, total }: MeanHessian,
  gradient: Float64Array,
  classes: number,
): Float64Array {
  const rows = ones.length;
  const size = rows * classes;
  const half = size + classes;
  const step = new Float64Array(2 * half);
  for (let c = 0; c < classes; c++) {
    const errors = gradient.subarray(c * rows, (c + 1) * rows);
    let error = gradient[size + c]!;
    for (let row = 0; row < rows; row++) error += (ridge * ones[row]! - 1) * errors[row]!;
    const bias = error / (ridge * curvature * total);
    step[size + c] = step[half + size + c] = bias;
    for (let row = 0; row < rows; row++) step[c * rows + row] = errors[row]! - curvature * bias;
  }
  step.copyWithin(half, 0, size);
  solveInPlace(factors, step.subarray(0, size));
  // What the Gram matrix makes of the coefficients, by the equation that they solve.
  for (let i = 0; i < size; i++) step[half + i] = (step[half + i]! - ridge * step[i]!) / curvature;
  return step;
}

/** Four rows at a time, so that sums are read and written as seldom. */
function combinationOfRows(x: Float32Array, width: number, coefficients: Float64Array): Float64Array {
  const sum = new Float64Array(width);
  let row = 0;
  for (; row + 4 <= coefficients.length; row += 4) {
    const [a, b, c, d] = coefficients.subarray(row, row + 4) as unknown as [number, number, number, number];
    const first = row * width;
    const second = first + width;
    const third = second + width;
    const fourth = third + width;
    for (let j = 0; j < width; j++) {
      sum[j]! += a * x[first + j]! + b * x[second + j]! + c * x[third + j]! + d * x[fourth + j]!;
    }
  }
  for (; row < coefficients.length; row++) {
    const coefficient = coefficients[row]!;
    for (let j = 0; j < width; j++) sum[j]! += coefficient * x[row * width + j]!;
  }
  return sum;
}

function longestColumn(x: Float32Array, width: number): number {
  const squares = new Float64Array(width);
  for (let from = 0; from < x.length; from += width) {
    for (let j = 0; j < width; j++) squares[j]! += x[from + j]! * x[from + j]!;
  }
  return Math.sqrt(largest(squares));
}
