import { expect, test } from "vitest";
import type { Tensor } from "../backbone/layerGraph";
import { ScriptedEngine } from "../train/scriptedEngine";
import { inferHeads } from "./inferHeads";
import { DEFAULT_L2, L2_PATH, solveProbe } from "./linearProbe";
import { headLogits, scoreLogits, softmax } from "./softmaxScore";
import { fitStandardisation, standardise, unstandardise } from "./standardisation";

const interruptFlag = new Int32Array(new SharedArrayBuffer(4));
const features: Tensor = { shape: [4, 3], data: Float32Array.from([1, 5, 2, 3, 5, 8, -1, 5, 2, 4, 5, 0]) };
const labels = Int32Array.from([0, 1, 0, 1]);

test("standardised features are centred, with a root mean square of 1", () => {
  const { data } = standardise(features, fitStandardisation(features));
  for (const column of [0, 1, 2]) {
    expect([0, 1, 2, 3].reduce((sum, row) => sum + data[row * 3 + column]!, 0)).toBeCloseTo(0, 5);
  }
  expect(Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length)).toBeCloseTo(1, 5);
});

test("a head for standardised features becomes the same head for features as they are", () => {
  const standardisation = fitStandardisation(features);
  const head = {
    kernel: { shape: [3, 2], data: Float32Array.from([0.3, -1, 2, 0.7, -0.2, 0.1]) },
    bias: { shape: [2], data: Float32Array.from([0.5, -0.25]) },
  };
  const expected = headLogits(standardise(features, standardisation), head);
  const found = headLogits(features, unstandardise(head, standardisation));
  found.data.forEach((value, i) => expect(value).toBeCloseTo(expected.data[i]!, 5));
});

test("features that never vary don't divide by zero", () => {
  const constant: Tensor = { shape: [2, 2], data: new Float32Array(4).fill(3) };
  expect([...standardise(constant, fitStandardisation(constant)).data]).toEqual([0, 0, 0, 0]);
});

test("validation picks the strength of L2; without it, or with a given one, there is one solve", async () => {
  const engine = new ScriptedEngine();
  const asked: number[] = [];
  const solve = engine.solveHead.bind(engine);
  // Only with 0.01 does the head tell the classes apart.
  engine.solveHead = async (request) => {
    asked.push(request.l2);
    const solved = await solve(request);
    const sign = request.l2 === 0.01 ? 1 : -1;
    return { ...solved, kernel: { ...solved.kernel, data: solved.kernel.data.map((value) => sign * value) } };
  };
  const train = { features, labels };
  const picked = await solveProbe(engine, { train, validation: train, classes: 2, interruptFlag });
  expect(picked.l2).toBe(0.01);
  expect(asked).toEqual([...L2_PATH, 0.01]);
  expect(picked.validation?.accuracy).toBe(1);

  asked.length = 0;
  await solveProbe(engine, { train, classes: 2, interruptFlag });
  await solveProbe(engine, { train, validation: train, l2: 0.5, classes: 2, interruptFlag });
  expect(asked).toEqual([DEFAULT_L2, 0.5]);
});

test("weights of rows reach every solve", async () => {
  const engine = new ScriptedEngine();
  const seen: unknown[] = [];
  const solve = engine.solveHead.bind(engine);
  engine.solveHead = (request) => {
    seen.push(request.sampleWeights);
    return solve(request);
  };
  const sampleWeights = Float32Array.of(1, 2, 3, 4);
  const train = { features, labels };
  await solveProbe(engine, { train, validation: train, classes: 2, sampleWeights, interruptFlag });
  expect(seen).toEqual(Array.from({ length: L2_PATH.length + 1 }, () => sampleWeights));
});

test.each([
  ["few rows here", 4, 0],
  ["many on the engine, side by side", 240_000, 1],
])("several heads give the logits of each: %s", async (_, rows, passes) => {
  const engine = new ScriptedEngine();
  const heads = [1, -2, 0.5].map((factor) => ({
    kernel: { shape: [3, 2], data: Float32Array.from([0.3, -1, 2, 0.7, -0.2, 0.1], (value) => factor * value) },
    bias: { shape: [2], data: Float32Array.from([0.5, factor]) },
  }));
  const data = Float32Array.from({ length: rows * 3 }, (_, i) => features.data[i % 12]!);
  const found = await inferHeads(engine, { shape: [rows, 3], data }, heads);
  expect(engine.inferred).toHaveLength(passes);
  heads.forEach((head, i) => {
    const expected = headLogits(features, head).data;
    expect(found[i]!.shape).toEqual([rows, 2]);
    expect([...found[i]!.data.subarray(-8)]).toEqual([...expected]);
  });
});

test("loss and accuracy of known logits", () => {
  const logits: Tensor = { shape: [2, 3], data: Float32Array.from([0, 0, 0, 1000, 0, -1000]) };
  const { accuracy, loss } = scoreLogits(logits, Int32Array.from([2, 0]));
  expect(accuracy).toBe(0.5);
  expect(loss).toBeCloseTo(Math.log(3) / 2, 6);
  expect([...softmax(logits).data].map((p) => Number(p.toFixed(4)))).toEqual([0.3333, 0.3333, 0.3333, 1, 0, 0]);
});
