import { expect, it } from "vitest";
import { initialWeights } from "../backbone/initialWeights";
import type { LayerGraph, Weights } from "../backbone/layerGraph";
import { metrics } from "./metrics";

const graph: LayerGraph = {
  input: { name: "input", shape: [2] },
  layers: [
    { type: "Dense", name: "one", inputs: ["input"], units: 2, useBias: true, activation: "linear" },
    { type: "BatchNormalization", name: "bn", inputs: ["one"], epsilon: 1e-3, momentum: 0.9 },
    { type: "Dense", name: "head", inputs: ["bn"], units: 2, useBias: false, activation: "linear" },
  ],
  output: "head",
};
const before = changed(initialWeights(graph, 1), { "one/kernel": [3, 0, 0, 4], "one/bias": [0, 0] });

function changed(weights: Weights, values: Readonly<Record<string, readonly number[]>>): Weights {
  const own = Object.entries(values).map(
    ([name, data]) => [name, { shape: weights.get(name)!.shape, data: Float32Array.from(data) }] as const,
  );
  return new Map([...weights, ...own]);
}

const of = (after: Weights, since = before) => metrics.drift(since, { graph, weights: after });

it("is the length of the change by the length of what was there, kernel and bias together", () => {
  const [one] = of(changed(before, { "one/kernel": [3, 0, 0, 4], "one/bias": [3, 0] }));
  expect(one).toEqual({ layer: "one", type: "Dense", drift: 3 / 5, statistics: undefined });
});

it("is exactly 0 for what has not changed, also when it was copied", () => {
  const copied = new Map([...before].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
  expect(of(copied).map(({ drift, statistics }) => [drift, statistics])).toEqual([
    [0, undefined],
    [0, 0],
    [0, undefined],
  ]);
});

it("tells the statistics of a batch norm from what it has learnt", () => {
  const [, statistics] = of(changed(before, { "bn/moving_mean": [1, 1] }));
  expect(statistics).toMatchObject({ drift: 0, statistics: 1 });
  const [, gamma] = of(changed(before, { "bn/gamma": [1, 2] }));
  expect(gamma).toMatchObject({ drift: Math.sqrt(1 / 2), statistics: 0 });
});

it("is undefined where there was nothing, or nothing but zeros", () => {
  const headless = new Map([...before].filter(([name]) => !name.startsWith("head/")));
  expect(of(before, headless)[2]!.drift).toBeUndefined();
  const zero = changed(before, { "head/kernel": [0, 0, 0, 0] });
  expect(of(before, zero)[2]!.drift).toBeUndefined();
  expect(of(zero, zero)[2]!.drift).toBe(0);
});

it.each<readonly [string, () => unknown]>([
  ["metrics/other-network", () => of(before, new Map())],
  ["metrics/not-finite", () => of(changed(before, { "one/bias": [NaN, 0] }))],
])("refuses %s", (code, call) => {
  expect(call).toThrow(expect.objectContaining({ code }) as Error);
});
