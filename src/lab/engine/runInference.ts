import { createHash } from "node:crypto";
import type { LayerGraph, Tensor, Weights } from "../backbone/layerGraph";
import { valueShapes } from "../backbone/graphShapes";
import { rowsOfInput } from "./checkedGraph";
import type { InferOptions } from "./engine";
import { exportOnnx } from "./exportOnnx";
import { InterruptedError } from "../../shared/graftError";
import type { Runtime } from "./runtime";

/** Forward pass in batches, on the calling thread. @throws InterruptedError between two batches when the flag is set. */
export async function runInference(
  runtime: Runtime,
  graph: LayerGraph,
  weights: Weights,
  input: Tensor,
  options: InferOptions = {},
): Promise<Tensor> {
  const rows = rowsOfInput("input", input, graph.input.shape);
  const outputShape = valueShapes(graph).get(graph.output)!;
  const session = await runtime.session(contentKey(graph, weights), () => exportOnnx(graph, weights));
  const { Tensor: OrtTensor } = await runtime.ort();
  const inputSize = sizeOf(graph.input.shape);
  const outputSize = sizeOf(outputShape);
  const data = new Float32Array(rows * outputSize);
  const batchSize = options.batchSize ?? 256;
  for (let from = 0; from < rows; from += batchSize) {
    if (options.interruptFlag && Atomics.load(options.interruptFlag, 0) !== 0) throw new InterruptedError();
    const to = Math.min(rows, from + batchSize);
    const batch = input.data.subarray(from * inputSize, to * inputSize);
    const feed = new OrtTensor("float32", batch, [to - from, ...graph.input.shape]);
    const into = data.subarray(from * outputSize, to * outputSize);
    const fetch = new OrtTensor("float32", into, [to - from, ...outputShape]);
    await session.run({ [graph.input.name]: feed }, { output: fetch });
    options.onRows?.(to);
  }
  return { shape: [rows, ...outputShape], data };
}

function contentKey(graph: LayerGraph, weights: Weights): string {
  const hash = createHash("sha256").update(JSON.stringify(graph));
  for (const [name, { data }] of weights) {
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return `infer ${hash.digest("hex")}`;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
