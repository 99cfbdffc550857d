/**
 * Layer by shape: forward values and every gradient of the compiled training graph, against tfjs and by finite differences.
 * A new kind of layer adds its rows to `cases`.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Rng } from "../../shared/rng";
import type { LayerGraph, Weights } from "../backbone/layerGraph";
import { Runtime } from "./runtime";
import { compiledGradients } from "./testing/compiledGradients";
import { conv, dense, norm, pool, randomExamples, randomWeights, relativeDistance, sequence } from "./testing/networks";
import { referenceGradients, useCpuBackend } from "./testing/tfjsReference";

const runtime = new Runtime(4);
beforeAll(useCpuBackend);
afterAll(() => runtime.dispose());

const flatten = { type: "Flatten", name: "flatten" } as const;
const average = { type: "GlobalAveragePooling2D", name: "average", keepDims: false } as const;
const activation = (kind: "relu" | "softmax") => ({ type: "Activation", name: "act", activation: kind }) as const;

interface Case {
  readonly name: string;
  readonly graph: LayerGraph;
  /** Default: every layer. */
  readonly trainable?: readonly string[];
  readonly batch?: number;
  /** Another one where, with the usual seed, the finite difference steps over the kink of a relu or a pool. */
  readonly seed?: number;
}

/** A layer between a convolution and a head, so that its gradients by weights and by input both count. */
const image = (name: string, layers: Parameters<typeof sequence>[1], shape = [6, 5, 2]): Case => ({
  name,
  graph: sequence(shape, [conv("before"), ...layers, flatten, dense("head")]),
});
const features = (name: string, layers: Parameters<typeof sequence>[1]): Case => ({
  name,
  graph: sequence([7], [dense("before", { units: 6 }), ...layers, dense("head")]),
});

const cases: readonly Case[] = [
  image("conv 3x3 same", [conv("conv")]),
  image("conv 3x3 valid", [conv("conv", { padding: "valid" })]),
  image("conv 3x3 same, stride 2, even and odd side", [conv("conv", { strides: [2, 2] })]),
  image("conv 3x3 valid, stride 2", [conv("conv", { strides: [2, 2], padding: "valid" })]),
  image("conv 1x1", [conv("conv", { kernelSize: [1, 1] })]),
  image("conv 1x1, stride 2", [conv("conv", { kernelSize: [1, 1], strides: [2, 2] })]),
  image("conv 2x2 same (padded on one side)", [conv("conv", { kernelSize: [2, 2] })]),
  image("conv 5x3, stride 2 by 1", [conv("conv", { kernelSize: [5, 3], strides: [2, 1] })]),
  image("conv 5x5 same on a smaller image", [conv("conv", { kernelSize: [5, 5] })], [3, 2, 2]),
  image("conv without bias, relu", [conv("conv", { useBias: false, activation: "relu" })]),
  image("conv with more filters than channels", [conv("conv", { filters: 8, activation: "relu" })], [4, 4, 1]),
  image("conv softmax", [conv("conv", { activation: "softmax" })]),
  image("max pool 2x2 valid", [pool("MaxPooling2D", 2, 2, "valid")]),
  image("max pool 2x2 same, odd side", [pool("MaxPooling2D", 2, 2, "same")]),
  image("max pool 3x3, stride 2, same (overlapping)", [pool("MaxPooling2D", 3, 2, "same")]),
  image("max pool 2x2, stride 3 (gaps)", [pool("MaxPooling2D", 2, 3, "valid")]),
  image(
    "max pool 2x3, tiling",
    [{ type: "MaxPooling2D", name: "pool", poolSize: [2, 3], strides: [2, 3], padding: "valid" }],
    [4, 6, 2],
  ),
  {
    ...image("max pool after relu", [conv("conv", { activation: "relu" }), pool("MaxPooling2D", 2, 2, "valid")]),
    seed: 8,
  },
  image("max pool after relu, tiling", [activation("relu"), pool("MaxPooling2D", 2, 2, "same")], [4, 6, 2]),
  image("average pool 2x2 valid", [pool("AveragePooling2D", 2, 2, "valid")]),
  image("average pool 3x3, stride 2, same", [pool("AveragePooling2D", 3, 2, "same")]),
  image("average pool 2x2 same, odd side", [pool("AveragePooling2D", 2, 2, "same")]),
  image("relu", [activation("relu")]),
  image("softmax over channels", [activation("softmax")]),
  image("batch norm of an image, trained", [norm("bn")]),
  { ...image("batch norm of an image, frozen", [norm("bn")]), trainable: ["before", "head"] },
  { name: "global average", graph: sequence([4, 3, 2], [conv("before"), average, dense("head")]) },
  { name: "one image", graph: sequence([4, 4, 1], [conv("before"), flatten, dense("head")]), batch: 1 },
  { name: "flatten first", graph: sequence([3, 2, 2], [flatten, dense("head")]) },
  { name: "pool first", graph: sequence([4, 4, 2], [pool("MaxPooling2D", 2, 2, "valid"), flatten, dense("head")]) },
  features("dense relu", [dense("dense", { activation: "relu" })]),
  features("dense without bias", [dense("dense", { useBias: false })]),
  features("dense softmax", [dense("dense", { activation: "softmax" })]),
  features("batch norm of features, trained", [norm("bn")]),
  { ...features("batch norm of features, frozen", [norm("bn")]), trainable: ["before"] },
  {
    name: "gradient through frozen layers",
    graph: sequence(
      [6, 6, 2],
      [
        conv("before"),
        conv("frozen1", { activation: "relu", padding: "valid" }),
        norm("frozen2"),
        pool("MaxPooling2D", 2, 2, "valid"),
        flatten,
        dense("frozen3"),
      ],
    ),
    trainable: ["before"],
  },
  {
    name: "frozen layers in front",
    graph: sequence([6, 6, 2], [conv("frozen"), norm("bn"), activation("relu"), flatten, dense("head")]),
    trainable: ["head", "bn"],
  },
];

const usualSeed = 7;

describe.each(cases)(
  "$name",
  ({ graph, trainable = graph.layers.map(({ name }) => name), batch = 3, seed = usualSeed }) => {
    const weights = randomWeights(graph, seed);
    const examples = randomExamples(graph, batch, 4, seed + 1);

    test("agrees with tfjs", async () => {
      const compiled = await compiledGradients(runtime, graph, weights, examples, trainable);
      const reference = referenceGradients(graph, weights, examples, { trainable });
      expect(compiled.loss).toBeCloseTo(reference.loss, 5);
      expect([...compiled.gradients.keys()].sort()).toEqual([...reference.gradients.keys()].sort());
      const norms = [...reference.gradients.values()].map((gradient) => Math.hypot(...gradient));
      for (const [key, gradient] of compiled.gradients) {
        const expected = reference.gradients.get(key)!;
        // A bias before a trained batch norm has no influence: its gradient is rounding and is held against the largest.
        const isNothing = Math.hypot(...expected) < 1e-5 * Math.max(...norms);
        if (isNothing) expect(Math.hypot(...gradient), key).toBeLessThan(1e-5 * Math.max(...norms));
        else expect(relativeDistance(gradient, expected), key).toBeLessThan(2e-5);
      }
    });

    test("agrees with finite differences", async () => {
      const { gradients } = await compiledGradients(runtime, graph, weights, examples, trainable);
      const rng = new Rng(seed + 2);
      for (const [key, gradient] of gradients) {
        const direction = Array.from(gradient, () => rng.normal());
        const size = Math.hypot(...direction);
        const slope = gradient.reduce((sum, value, i) => sum + (value * direction[i]!) / size, 0);
        const lossAt = async (step: number) => {
          const moved = movedWeights(weights, key, direction, step / size);
          return (await compiledGradients(runtime, graph, moved, examples, trainable)).loss;
        };
        // The loss is float32, so a difference over 2h = 4e-3 is known to about 1e-4.
        const difference = ((await lossAt(2e-3)) - (await lossAt(-2e-3))) / 4e-3;
        expect(Math.abs(difference - slope), key).toBeLessThan(3e-4 + 1e-2 * Math.abs(slope));
      }
    });
  },
);

function movedWeights(weights: Weights, key: string, direction: readonly number[], factor: number): Weights {
  const { shape, data } = weights.get(key)!;
  return new Map(weights).set(key, { shape, data: data.map((value, i) => value + factor * direction[i]!) });
}

describe("dropout", () => {
  const graph = sequence([5], [dense("before"), { type: "Dropout", name: "drop", rate: 0.5 }, dense("head")]);
  const weights = randomWeights(graph, usualSeed);
  const examples = randomExamples(graph, 3, 4, usualSeed);
  const trainable = ["before", "head"];
  const mask = { shape: [3, 4], data: Float32Array.of(2, 0, 0, 2, 0, 2, 2, 0, 2, 2, 0, 0) };

  test("multiplies values and gradients by the mask", async () => {
    const masks = new Map([["drop", mask]]);
    const compiled = await compiledGradients(runtime, graph, weights, examples, trainable, masks);
    const reference = referenceGradients(graph, weights, examples, { trainable, masks });
    expect(compiled.loss).toBeCloseTo(reference.loss, 5);
    for (const [key, gradient] of compiled.gradients) {
      expect(relativeDistance(gradient, reference.gradients.get(key)!), key).toBeLessThan(2e-5);
    }
  });
});

test("pixels that tie in a max pool share its gradient", async () => {
  const graph = sequence(
    [2, 2, 1],
    [
      conv("before", { filters: 1, kernelSize: [1, 1] }),
      pool("MaxPooling2D", 2, 2, "valid"),
      flatten,
      dense("head", { units: 2 }),
    ],
  );
  const weights = randomWeights(graph, usualSeed);
  const examples = { features: { shape: [1, 2, 2, 1], data: new Float32Array(4).fill(1) }, labels: Int32Array.of(1) };
  const trainable = ["before"];
  const compiled = await compiledGradients(runtime, graph, weights, examples, trainable);
  const reference = referenceGradients(graph, weights, examples, { trainable });
  // All four pixels are equal: a gradient that counted each of them would be four times this.
  expect(
    relativeDistance(compiled.gradients.get("before/bias")!, reference.gradients.get("before/bias")!),
  ).toBeLessThan(1e-5);
});
