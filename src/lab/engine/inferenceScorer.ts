import { valueShapes } from "../backbone/graphShapes";
import type { LayerGraph } from "../backbone/layerGraph";
import type { Examples, Loss } from "./engine";
import { targetsOfRow } from "./losses/lossRules";
import { lossRules } from "./losses/lossTable";
import type { RowReader } from "./rowReader";
import type { StepScore } from "./stepBatch";

const largestBatch = 256;

/** The output of one batch in inference mode: from `[rows, …]` into `[rows, …output]`, both flat. */
export type ForwardBatch = (input: Float32Array, output: Float32Array, rows: number) => Promise<void>;

/** Scores examples in inference mode (no dropout, moving statistics): sums over all rows of the loss, times their weights, and of hits. */
export class InferenceScorer {
  readonly #graph: LayerGraph;
  readonly #loss: Loss | undefined;
  readonly #examples: Examples;
  readonly #reader: RowReader;
  readonly #rows: number;
  readonly #input: Float32Array;
  readonly #output: Float32Array;

  /** @param reader Of the examples' features; whoever opened it closes it. */
  constructor(graph: LayerGraph, loss: Loss | undefined, examples: Examples, reader: RowReader) {
    this.#graph = graph;
    this.#loss = loss;
    this.#examples = examples;
    this.#reader = reader;
    this.#rows = examples.features.shape[0]!;
    const batch = Math.min(largestBatch, this.#rows);
    this.#input = new Float32Array(batch * sizeOf(graph.input.shape));
    this.#output = new Float32Array(batch * sizeOf(valueShapes(graph).get(graph.output)!));
  }

  async score(forward: ForwardBatch): Promise<StepScore> {
    const graph = this.#graph;
    const rowSize = sizeOf(graph.input.shape);
    const outputShape = valueShapes(graph).get(graph.output)!;
    const outputs = sizeOf(outputShape);
    const { targets, sampleWeights } = this.#examples;
    const rules = lossRules(this.#loss);
    const targetSize = targetsOfRow(rules, outputShape);
    let loss = 0;
    let correct = 0;
    for (let from = 0; from < this.#rows; from += largestBatch) {
      const count = Math.min(largestBatch, this.#rows - from);
      for (let i = 0; i < count; i++) this.#reader.read(from + i, this.#input, i * rowSize);
      await forward(this.#input.subarray(0, count * rowSize), this.#output.subarray(0, count * outputs), count);
      for (let i = 0; i < count; i++) {
        const row = from + i;
        const values = this.#output.subarray(i * outputs, (i + 1) * outputs);
        const isClass = !("shape" in targets);
        const target = isClass ? targets[row]! : targets.data.subarray(row * targetSize, (row + 1) * targetSize);
        loss += rules.ofRow(values, target) * (sampleWeights?.[row] ?? 1);
        if (isClass && largestIndex(values) === target) correct++;
      }
    }
    return { loss, correct };
  }
}

/** Of several largest the first, as ONNX' ArgMax. */
export function largestIndex(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
