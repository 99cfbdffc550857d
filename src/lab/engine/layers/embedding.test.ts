import { afterAll, expect, test } from "vitest";
import { Rng } from "../../../shared/rng";
import type { Tensor, Weights } from "../../backbone/layerGraph";
import { Runtime } from "../runtime";
import { branched } from "../testing/branched";
import { compiledGradients } from "../testing/compiledGradients";
import { dense, randomWeights, relativeDistance } from "../testing/networks";

const runtime = new Runtime(4);
afterAll(() => runtime.dispose());

const rows = 4;
const steps = 300;
const width = 64;
/** Few, so that each is met often and in every chunk: threads that add to one row at the same time would lose sums. */
const usedIds = 5;

const rng = new Rng(5);
const features: Tensor = {
  shape: [rows, steps],
  data: Float32Array.from({ length: rows * steps }, () => 7 * rng.below(usedIds)),
};
const examples = { features, labels: Int32Array.from({ length: rows }, () => rng.below(4)) };

const network = (vocabulary: number) =>
  branched(
    [steps],
    [
      { type: "Embedding", name: "words", inputDim: vocabulary, outputDim: width },
      { type: "GlobalAveragePooling1D", name: "average" },
      dense("head"),
    ],
  );

const large = network(3000);
const largeWeights = randomWeights(large, 3);
const gradientOf = async (graph: typeof large, weights: Weights) =>
  (await compiledGradients(runtime, graph, weights, examples, ["words"])).gradients.get("words/embeddings")!;

test("a token's gradients add up, whatever the size of the vocabulary", async () => {
  const small = network(1000);
  const table = largeWeights.get("words/embeddings")!;
  const smallWeights = new Map(largeWeights).set("words/embeddings", {
    shape: [1000, width],
    data: table.data.slice(0, 1000 * width),
  });
  const gradient = await gradientOf(large, largeWeights);
  const oneHot = await gradientOf(small, smallWeights);
  expect(Math.hypot(...oneHot)).toBeGreaterThan(1e-3);
  expect(relativeDistance(gradient.subarray(0, oneHot.length), oneHot)).toBeLessThan(1e-6);
  expect(gradient.subarray(oneHot.length).every((value) => value === 0)).toBe(true);
});

test("the same step gives the same bits", async () => {
  const bytesOf = async () => Buffer.from(new Uint8Array((await gradientOf(large, largeWeights)).slice().buffer));
  const first = await bytesOf();
  for (let run = 0; run < 10; run++) expect((await bytesOf()).equals(first)).toBe(true);
});
