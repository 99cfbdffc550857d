/** Tokens, positions, masked attention, layer norm and gelu trained as a whole. Its gradients are a row of `conformance.test.ts`. */
import { afterAll, expect, test } from "vitest";
import { Rng } from "../../shared/rng";
import { initialWeights } from "../backbone/initialWeights";
import type { LayerGraph } from "../backbone/layerGraph";
import type { Examples } from "./engine";
import { runTraining } from "./runTraining";
import { Runtime } from "./runtime";
import { branched, from, type Step } from "./testing/branched";
import { dense } from "./testing/networks";

const runtime = new Runtime();
afterAll(() => runtime.dispose());

const steps = 8;
const vocabulary = 10;
const norm = (name: string): Step => ({ type: "LayerNormalization", name, epsilon: 1e-5 });
const add = (name: string, inputs: readonly string[]): Step => ({ type: "Add", name, inputs });

function encoder(sees: "order" | "words"): LayerGraph {
  const width = 16;
  const words: Step = { type: "Embedding", name: "words", inputDim: vocabulary, outputDim: width };
  const begin: Step[] =
    sees === "words"
      ? [words]
      : [
          words,
          { type: "PositionEmbedding", name: "positions", sequenceLength: 12 },
          add("placed", ["words", "positions"]),
        ];
  const read = begin.at(-1)!.name;
  return branched(
    [steps],
    [
      ...begin,
      from("input", { type: "PaddingMask", name: "mask", paddingId: 0 }),
      from(read, norm("norm1")),
      {
        type: "MultiHeadAttention",
        name: "attention",
        heads: 2,
        keyDim: 8,
        useBias: true,
        inputs: ["norm1", "norm1", "mask"],
      },
      add("sum1", [read, "attention"]),
      norm("norm2"),
      dense("wide", { units: 32, activation: "gelu" }),
      dense("narrow", { units: width }),
      add("sum2", ["sum1", "narrow"]),
      norm("norm3"),
      from(["norm3", "mask"], { type: "GlobalAveragePooling1D", name: "average" }),
      dense("head", { units: 2 }),
    ],
  );
}

/** Sentences with one 1 and one 2 among other words, padded with 0: which of the two comes first? */
function sentences(rows: number, seed: number): Examples {
  const rng = new Rng(seed);
  const data = new Float32Array(rows * steps);
  const targets = Int32Array.from({ length: rows }, (_, row) => {
    const length = 4 + rng.below(steps - 3);
    const ids = Array.from({ length }, () => 3 + rng.below(vocabulary - 3));
    const [first, second] = [...rng.permutation(length).subarray(0, 2)];
    ids[first!] = 1;
    ids[second!] = 2;
    data.set(ids, row * steps);
    return Number(first! < second!);
  });
  return { features: { shape: [rows, steps], data }, targets };
}

async function accuracy(graph: LayerGraph): Promise<number> {
  const { epochs } = await runTraining(runtime, {
    ...{ graph, weights: initialWeights(graph, 1), trainable: graph.layers.map(({ name }) => name) },
    ...{ train: sentences(1024, 2), validation: sentences(256, 3), epochs: 25, batchSize: 32, seed: 4 },
    optimizer: { name: "adam", learningRate: 0.005 },
  });
  return epochs.at(-1)!.validationAccuracy!;
}

test("an encoder learns the order of words by their positions, which it cannot without", async () => {
  expect(await accuracy(encoder("order"))).toBeGreaterThan(0.95);
  expect(await accuracy(encoder("words"))).toBeLessThan(0.6);
});
