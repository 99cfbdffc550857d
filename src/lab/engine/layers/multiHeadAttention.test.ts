import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Tensor } from "../../backbone/layerGraph";
import { runInference } from "../runInference";
import { Runtime } from "../runtime";
import { branched } from "../testing/branched";
import { compiledGradients } from "../testing/compiledGradients";
import { dense, randomWeights, relativeDistance } from "../testing/networks";
import { tfjsOutput, useCpuBackend } from "../testing/tfjsReference";

const runtime = new Runtime(4);
beforeAll(useCpuBackend);
afterAll(() => runtime.dispose());

const graph = branched(
  [4],
  [
    { type: "Embedding", name: "words", inputDim: 9, outputDim: 4 },
    { type: "PaddingMask", name: "mask", paddingId: 0, inputs: ["input"] },
    {
      type: "MultiHeadAttention",
      name: "attention",
      heads: 2,
      keyDim: 3,
      useBias: true,
      inputs: ["words", "words", "mask"],
    },
    { type: "Flatten", name: "flatten" },
    dense("head"),
  ],
);
const weights = randomWeights(graph, 2);
const trainable = ["words", "attention", "head"];
const attentionOnly = { ...graph, output: "attention" };

const ids = (...rows: readonly (readonly number[])[]): Tensor => ({
  shape: [rows.length, 4],
  data: Float32Array.from(rows.flat()),
});

describe("steps that are all masked", () => {
  const words = [3, 1, 7, 2];
  const padding = [0, 0, 0, 0];

  test("attend to nothing: the output is its bias", async () => {
    const { data } = await runInference(runtime, attentionOnly, weights, ids(words, padding));
    const bias = [...weights.get("attention/output_bias")!.data];
    expect([...data.subarray(16)]).toEqual([...bias, ...bias, ...bias, ...bias]);
    expect([...data.subarray(0, 4)]).not.toEqual(bias);
  });

  test("give the same with tfjs", async () => {
    const features = ids(words, padding);
    const { data } = await runInference(runtime, graph, weights, features);
    expect(relativeDistance(data, tfjsOutput("cpu", graph, weights, features))).toBeLessThan(1e-5);
  });

  test("add nothing to the gradients of what they did not attend with", async () => {
    const gradientsOf = async (features: Tensor) => {
      const labels = new Int32Array(features.shape[0]!).fill(1);
      return (await compiledGradients(runtime, graph, weights, { features, labels }, trainable)).gradients;
    };
    const alone = await gradientsOf(ids(words));
    const beside = await gradientsOf(ids(words, padding));
    for (const name of ["query", "key", "value"]) {
      const key = `attention/${name}_kernel`;
      // The loss is a mean over the batch.
      const doubled = beside.get(key)!.map((value) => 2 * value);
      expect(relativeDistance(doubled, alone.get(key)!), key).toBeLessThan(1e-6);
    }
    for (const [key, gradient] of beside) expect(gradient.every(Number.isFinite), key).toBe(true);
  });
});

test("a masked step has no influence on the others", async () => {
  const run = (table: Tensor) =>
    runInference(runtime, attentionOnly, new Map(weights).set("words/embeddings", table), ids([3, 0, 0, 2]));
  const table = weights.get("words/embeddings")!;
  const changed = { ...table, data: table.data.map((value, i) => (i < 4 ? 100 * value : value)) };
  const [before, after] = [(await run(table)).data, (await run(changed)).data];
  for (const step of [0, 3]) {
    expect(after.subarray(4 * step, 4 * step + 4)).toEqual(before.subarray(4 * step, 4 * step + 4));
  }
  expect(after.subarray(4, 8)).not.toEqual(before.subarray(4, 8));
});
