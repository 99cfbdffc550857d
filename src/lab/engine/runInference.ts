import { createHash } from "node:crypto";
import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import { valueShapes } from "../backbone/graphShapes";
import { rowsOfInput } from "./checkedGraph";
import type { Features, InferOptions } from "./engine";
import { exportOnnx } from "./exportOnnx";
import { InterruptedError } from "../../shared/graftError";
import { isInMemory, openRows } from "./rowReader";
import type { Runtime } from "./runtime";

/** Forward pass in batches, on the calling thread. @throws InterruptedError between two batches when the flag is set. */
export async function runInference(
  runtime: Runtime,
  graph: LayerGraph,
  weights: Weights,
  input: Features,
  options: InferOptions = {},
): Promise<Tensor> {
  const rows = rowsOfInput("input", input, graph.input.shape);
  const shapes = valueShapes(graph);
  const outputShape = shapes.get(graph.output)!;
  const batchSize = options.batchSize ?? 256;
  // Of the values between layers only those of neighbours are there at once.
  const bytes = 3 * 4 * batchSize * Math.max(...[...shapes.values()].map(sizeOf));
  const key = `infer ${options.modelKey ?? contentKey(graph, weights)}`;
  const session = await runtime.session(key, () => exportOnnx(graph, weights), bytes);
  const { Tensor: OrtTensor } = await runtime.ort();
  const inputSize = sizeOf(graph.input.shape);
  const outputSize = sizeOf(outputShape);
  const data = new Float32Array(rows * outputSize);
  const reader = openRows(input);
  const isView = isInMemory(input) && input.data.buffer instanceof ArrayBuffer; // ONNX Runtime takes no shared memory.
  const buffer = new Float32Array(isView ? 0 : batchSize * inputSize);
  const batchOf = (from: number, to: number) => {
    if (isView) return input.data.subarray(from * inputSize, to * inputSize);
    for (let row = from; row < to; row++) reader.read(row, buffer, (row - from) * inputSize);
    return buffer.subarray(0, (to - from) * inputSize);
  };
  try {
    for (let from = 0; from < rows; from += batchSize) {
      if (options.interruptFlag && Atomics.load(options.interruptFlag, 0) !== 0) throw new InterruptedError();
      const to = Math.min(rows, from + batchSize);
      const feed = new OrtTensor("float32", batchOf(from, to), [to - from, ...graph.input.shape]);
      const into = data.subarray(from * outputSize, to * outputSize);
      const fetch = new OrtTensor("float32", into, [to - from, ...outputShape]);
      await session.run({ [graph.input.name]: feed }, { output: fetch });
      options.onRows?.(to);
    }
  } finally {
    reader.close();
  }
  return { shape: [rows, ...outputShape], data };
}

function contentKey(graph: LayerGraph, weights: Weights): string {
  const hash = createHash("sha256").update(JSON.stringify(graph));
  for (const [name, { data }] of weights) {
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
