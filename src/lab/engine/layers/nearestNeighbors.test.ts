/** The look-up of nearest examples against its definition, on both engines. */
import { afterAll, expect, test } from "vitest";
import { Rng } from "../../../shared/rng";
import type { Weights } from "../../backbone/layerGraph";
import { runInference } from "../runInference";
import { runTraining } from "../runTraining";
import { Runtime } from "../runtime";
import { dense, randomTensor, randomWeights, relativeDistance, sequence } from "../testing/networks";
import { tfjsBackends } from "../testing/tfjsBackends";
import { tfjsOutput } from "../testing/tfjsReference";
import { createTfjsEngine } from "../tfjs/tfjsEngine";

const runtime = new Runtime();
const { backends } = await tfjsBackends();
afterAll(() => runtime.dispose());

const [width, examples, classes] = [5, 12, 3];
const rng = new Rng(3);
const labels = Float32Array.from({ length: examples }, () => rng.below(classes));
const rows = Array.from({ length: examples }, () => {
  const row = Array.from({ length: width }, () => rng.normal());
  return row.map((value) => value / Math.hypot(...row));
});
const centre = Array.from({ length: width }, () => rng.normal());
const classWeights = [1, 0.5, 2];
const weights: Weights = new Map([
  ["nearest/examples", { shape: [examples, width], data: Float32Array.from(rows.flat()) }],
  ["nearest/labels", { shape: [examples], data: labels }],
  ["nearest/centre", { shape: [width], data: Float32Array.from(centre) }],
  ["nearest/class_weights", { shape: [classes], data: Float32Array.from(classWeights) }],
]);
const layer = (neighbours: number) =>
  ({ type: "NearestNeighbors", name: "nearest", examples, neighbours, classes }) as const;
const input = randomTensor(rng, [7, width]);

/** Sorts and counts. */
function logVotes(features: readonly number[], neighbours: number): number[] {
  const centred = features.map((value, j) => value - centre[j]!);
  const length = Math.hypot(...centred);
  const similarities = rows.map((row) => row.reduce((sum, value, j) => sum + (value * centred[j]!) / length, 0));
  const order = similarities.map((_, i) => i).sort((a, b) => similarities[b]! - similarities[a]!);
  const votes = new Array<number>(classes).fill(0);
  for (const i of order.slice(0, neighbours)) {
    votes[labels[i]!]! += Math.exp((similarities[i]! - similarities[order[0]!]!) / 0.07);
  }
  return votes.map((vote, label) => Math.log(vote * classWeights[label]! + 0.01));
}

test.each([1, 4, examples])("%d neighbours vote as they should", async (neighbours) => {
  const graph = sequence([width], [layer(neighbours)]);
  const expected = Float32Array.from({ length: 7 }, (_, row) => row).reduce<number[]>(
    (all, row) => [...all, ...logVotes([...input.data.subarray(row * width, (row + 1) * width)], neighbours)],
    [],
  );
  const found = await runInference(runtime, graph, weights, input);
  expect(found.shape).toEqual([7, classes]);
  expect(relativeDistance(found.data, Float32Array.from(expected))).toBeLessThan(1e-5);
  for (const backend of backends) {
    const output = tfjsOutput(backend, graph, weights, input);
    expect(relativeDistance(output, Float32Array.from(expected)), backend).toBeLessThan(1e-5);
  }
});

test("examples that are equally near all vote, so that no engine has to choose among them", async () => {
  const graph = sequence([2], [{ ...layer(1), examples: 3 }]);
  const twins: Weights = new Map([
    ["nearest/examples", { shape: [3, 2], data: Float32Array.of(1, 0, 1, 0, 0, 1) }],
    ["nearest/labels", { shape: [3], data: Float32Array.of(0, 2, 1) }],
    ["nearest/centre", { shape: [2], data: new Float32Array(2) }],
    ["nearest/class_weights", { shape: [3], data: Float32Array.of(1, 1, 1) }],
  ]);
  const { data } = await runInference(runtime, graph, twins, { shape: [1, 2], data: Float32Array.of(3, 0) });
  expect(data[0]).toBe(data[2]);
  expect(data[1]).toBeCloseTo(Math.log(0.01), 5);
});

test("it has no gradients, and each engine says so before it begins", async () => {
  const graph = sequence([width], [dense("before", { units: width }), layer(2)]);
  const request = {
    graph,
    weights: randomWeights(graph, 1),
    trainable: ["before"],
    train: { features: input, targets: Int32Array.from({ length: 7 }, (_, i) => i % classes) },
    epochs: 1,
    batchSize: 7,
    optimizer: { name: "sgd", learningRate: 0.1 },
    seed: 0,
  } as const;
  const expected = { code: "engine/no-gradients", found: expect.stringContaining('"nearest"') };
  await expect(runTraining(runtime, request)).rejects.toMatchObject(expected);
  await expect(createTfjsEngine().train(request)).rejects.toMatchObject(expected);
});
