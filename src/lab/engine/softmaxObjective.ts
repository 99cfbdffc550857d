import type { Tensor } from "../backbone/layerGraph";

export interface Evaluation {
  /** Mean cross-entropy + l2 / 2 · ‖kernel‖². */
  readonly objective: number;
  readonly loss: number;
  readonly gradient: Float64Array;
}

/**
 * The function that a linear head minimises. A point is one vector: the weights of class 0, its bias, those of class 1, …, so
 * that the inner loops run over contiguous features.
 */
export class SoftmaxObjective {
  readonly #features: Float32Array;
  readonly #labels: Int32Array;
  readonly #width: number;
  readonly #classes: number;
  readonly #l2: number;

  constructor(features: Float32Array, labels: Int32Array, width: number, classes: number, l2: number) {
    this.#features = features;
    this.#labels = labels;
    this.#width = width;
    this.#classes = classes;
    this.#l2 = l2;
  }

  /** The point with this kernel `[width, classes]` and bias `[classes]`, or zero. */
  point(kernel?: Float32Array, bias?: Float32Array): Float64Array {
    const point = new Float64Array((this.#width + 1) * this.#classes);
    for (let c = 0; c < this.#classes; c++) {
      const base = c * (this.#width + 1);
      for (let j = 0; j < this.#width; j++) point[base + j] = kernel?.[j * this.#classes + c] ?? 0;
      point[base + this.#width] = bias?.[c] ?? 0;
    }
    return point;
  }

  weights(point: Float64Array): { readonly kernel: Tensor; readonly bias: Tensor } {
    const kernel = new Float32Array(this.#width * this.#classes);
    const bias = new Float32Array(this.#classes);
    for (let c = 0; c < this.#classes; c++) {
      const base = c * (this.#width + 1);
      for (let j = 0; j < this.#width; j++) kernel[j * this.#classes + c] = point[base + j]!;
      bias[c] = point[base + this.#width]!;
    }
    return {
      kernel: { shape: [this.#width, this.#classes], data: kernel },
      bias: { shape: [this.#classes], data: bias },
    };
  }

  evaluate(point: Float64Array): Evaluation {
    const width = this.#width;
    const classes = this.#classes;
    const rows = this.#labels.length;
    const x = this.#features;
    const gradient = new Float64Array(point.length);
    const scores = new Float64Array(classes);
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const at = row * width;
      for (let c = 0; c < classes; c++) {
        const base = c * (width + 1);
        let score = point[base + width]!;
        for (let j = 0; j < width; j++) score += point[base + j]! * x[at + j]!;
        scores[c] = score;
      }
      const label = this.#labels[row]!;
      loss += softmaxInPlace(scores, label);
      scores[label]! -= 1;
      for (let c = 0; c < classes; c++) {
        const base = c * (width + 1);
        const factor = scores[c]! / rows;
        for (let j = 0; j < width; j++) gradient[base + j]! += factor * x[at + j]!;
        gradient[base + width]! += factor;
      }
    }
    loss /= rows;
    return { objective: loss + this.#penalise(point, gradient), loss, gradient };
  }

  /** Adds the gradient of the penalty and answers the penalty. Biases (the last of each class) are free. */
  #penalise(point: Float64Array, gradient: Float64Array): number {
    let squares = 0;
    for (let i = 0; i < point.length; i++) {
      if (i % (this.#width + 1) === this.#width) continue;
      squares += point[i]! ** 2;
      gradient[i]! += this.#l2 * point[i]!;
    }
    return (this.#l2 / 2) * squares;
  }
}

/** Turns scores into probabilities and answers the cross-entropy of `label`. */
function softmaxInPlace(scores: Float64Array, label: number): number {
  let most = -Infinity;
  for (const score of scores) most = Math.max(most, score);
  const own = scores[label]! - most;
  let sum = 0;
  for (let c = 0; c < scores.length; c++) {
    scores[c] = Math.exp(scores[c]! - most);
    sum += scores[c]!;
  }
  for (let c = 0; c < scores.length; c++) scores[c]! /= sum;
  return Math.log(sum) - own;
}
