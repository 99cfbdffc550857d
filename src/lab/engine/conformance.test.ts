/**
 * Layer by shape by engine. Loss, every gradient and the forward values in inference mode of the compiled graphs and of tfjs's
 * faster backends are held against tfjs's cpu backend, which is plain JavaScript; compiled gradients also against finite
 * differences. A new kind of layer adds its rows to `testing/imageCases.ts` or `testing/sequenceCases.ts`.
 * Low-rank updates have rows of their own: their gradients are by the factors.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Rng } from "../../shared/rng";
import type { Weights } from "../backbone/layerGraph";
import { runInference } from "./runInference";
import { Runtime } from "./runtime";
import { compiledGradients, type CompiledGradients } from "./testing/compiledGradients";
import { type ConformanceCase, dataOf } from "./testing/conformanceCase";
import { imageCases } from "./testing/imageCases";
import { conv, dense, pool, randomExamples, randomWeights, relativeDistance, sequence } from "./testing/networks";
import { lowRankCases } from "./testing/lowRankCases";
import { sequenceCases } from "./testing/sequenceCases";
import { tfjsBackends } from "./testing/tfjsBackends";
import { referenceGradients, tfjsGradients, tfjsOutput } from "./testing/tfjsReference";

const runtime = new Runtime(4);
const { backends, missing } = await tfjsBackends();
const fasterBackends = backends.filter((backend) => backend !== "cpu");

beforeAll(() => {
  console.info(
    `Engines under test: onnxruntime, ${backends.map((backend) => `tfjs ${backend}`).join(", ")} (reference: cpu).`,
  );
  for (const line of missing) console.info(line);
});
afterAll(() => runtime.dispose());

/** Rounding of float32 in sums of some hundreds of products; onnxruntime, XNNPACK and JavaScript add in other orders. */
const TOLERANCE = 2e-5;
const FORWARD_TOLERANCE = 1e-5;

describe.each([...imageCases, ...sequenceCases, ...lowRankCases])("$name", (row: ConformanceCase) => {
  const { graph, lowRank } = row;
  const { weights, features, labels, trainable, seed } = dataOf(row);
  const examples = { features, labels };
  const compiled = (moved: Weights) =>
    compiledGradients(runtime, graph, moved, examples, trainable, new Map(), lowRank);

  test("gradients agree with tfjs", async () => {
    const trained = { trainable, lowRank };
    const expected = referenceGradients(graph, weights, examples, trained);
    expectSame(await compiled(weights), expected, "onnxruntime");
    for (const backend of fasterBackends) {
      expectSame(tfjsGradients(backend, graph, weights, examples, trained), expected, backend);
    }
  });

  test("gradients agree with finite differences", async () => {
    const { gradients } = await compiled(weights);
    const rng = new Rng(seed + 2);
    for (const [key, gradient] of gradients) {
      const direction = Array.from(gradient, () => rng.normal());
      const size = Math.hypot(...direction);
      const slope = gradient.reduce((sum, value, i) => sum + (value * direction[i]!) / size, 0);
      const lossAt = async (step: number) => {
        const moved = movedWeights(weights, key, direction, step / size);
        return (await compiled(moved)).loss;
      };
      // The loss is float32, so a difference over 2h = 4e-3 is known to about 1e-4.
      const difference = ((await lossAt(2e-3)) - (await lossAt(-2e-3))) / 4e-3;
      expect(Math.abs(difference - slope), key).toBeLessThan(3e-4 + 1e-2 * Math.abs(slope));
    }
  });

  test("forward values agree in inference mode", async () => {
    const expected = tfjsOutput("cpu", graph, weights, features);
    const { data } = await runInference(runtime, graph, weights, features);
    expect(relativeDistance(data, expected), "onnxruntime").toBeLessThan(FORWARD_TOLERANCE);
    for (const backend of fasterBackends) {
      const output = tfjsOutput(backend, graph, weights, features);
      expect(relativeDistance(output, expected), backend).toBeLessThan(FORWARD_TOLERANCE);
    }
  });
});

function expectSame(found: CompiledGradients, expected: CompiledGradients, engine: string): void {
  expect(Math.abs(found.loss - expected.loss), engine).toBeLessThan(TOLERANCE * Math.max(1, expected.loss));
  expect([...found.gradients.keys()].sort()).toEqual([...expected.gradients.keys()].sort());
  const largest = Math.max(...[...expected.gradients.values()].map((gradient) => Math.hypot(...gradient)));
  for (const [key, gradient] of found.gradients) {
    const wanted = expected.gradients.get(key)!;
    const where = `${engine}: ${key}`;
    // A bias before a trained batch norm has no influence: its gradient is rounding and is held against the largest.
    const isNothing = Math.hypot(...wanted) < 1e-5 * largest;
    if (isNothing) expect(Math.hypot(...gradient), where).toBeLessThan(1e-5 * largest);
    else expect(relativeDistance(gradient, wanted), where).toBeLessThan(TOLERANCE);
  }
}

function movedWeights(weights: Weights, key: string, direction: readonly number[], factor: number): Weights {
  const { shape, data } = weights.get(key)!;
  return new Map(weights).set(key, { shape, data: data.map((value, i) => value + factor * direction[i]!) });
}

const seed = 7;

test("dropout multiplies values and gradients by the mask", async () => {
  const graph = sequence([5], [dense("before"), { type: "Dropout", name: "drop", rate: 0.5 }, dense("head")]);
  const weights = randomWeights(graph, seed);
  const examples = randomExamples(graph, 3, 4, seed);
  const trainable = ["before", "head"];
  const mask = { shape: [3, 4], data: Float32Array.of(2, 0, 0, 2, 0, 2, 2, 0, 2, 2, 0, 0) };
  const masks = new Map([["drop", mask]]);
  const expected = referenceGradients(graph, weights, examples, { trainable, masks });
  const without = referenceGradients(graph, weights, examples, { trainable });
  expect(Math.abs(expected.loss - without.loss)).toBeGreaterThan(1e-3);
  expectSame(await compiledGradients(runtime, graph, weights, examples, trainable, masks), expected, "onnxruntime");
  for (const backend of fasterBackends) {
    expectSame(tfjsGradients(backend, graph, weights, examples, { trainable, masks }), expected, backend);
  }
});

test("pixels that tie in a max pool share its gradient", async () => {
  const graph = sequence(
    [2, 2, 1],
    [
      conv("before", { filters: 1, kernelSize: [1, 1] }),
      pool("MaxPooling2D", 2, 2, "valid"),
      { type: "Flatten", name: "flatten" },
      dense("head", { units: 2 }),
    ],
  );
  const weights = randomWeights(graph, seed);
  const examples = { features: { shape: [1, 2, 2, 1], data: new Float32Array(4).fill(1) }, labels: Int32Array.of(1) };
  const trainable = ["before"];
  const expected = referenceGradients(graph, weights, examples, { trainable });
  // All four pixels are equal: a gradient that counted each of them would be four times this.
  const found = [
    await compiledGradients(runtime, graph, weights, examples, trainable),
    ...fasterBackends.map((backend) => tfjsGradients(backend, graph, weights, examples, { trainable })),
  ];
  for (const { gradients } of found) {
    const distance = relativeDistance(gradients.get("before/bias")!, expected.gradients.get("before/bias")!);
    expect(distance).toBeLessThan(1e-5);
  }
});

test("relu6 has the slope 0 at 0 and at 6, as in PyTorch and TensorFlow", async () => {
  const relu6 = { type: "Activation", name: "relu6", activation: "relu6" } as const;
  const graph = sequence([3], [dense("before", { units: 3 }), relu6, dense("head")]);
  const weights = new Map(randomWeights(graph, seed))
    .set("before/kernel", { shape: [3, 3], data: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1) })
    .set("before/bias", { shape: [3], data: new Float32Array(3) });
  const examples = { features: { shape: [1, 3], data: Float32Array.of(0, 6, 3) }, labels: Int32Array.of(1) };
  const trainable = ["before"];
  const found = [
    await compiledGradients(runtime, graph, weights, examples, trainable),
    ...backends.map((backend) => tfjsGradients(backend, graph, weights, examples, { trainable })),
  ];
  for (const { gradients } of found) {
    const [low, high, between] = gradients.get("before/bias")!;
    expect([Math.abs(low!), Math.abs(high!)]).toEqual([0, 0]);
    expect(Math.abs(between!)).toBeGreaterThan(0.01);
  }
});
