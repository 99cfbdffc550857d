import { expect, test } from "vitest";
import { GraftError } from "../../shared/graftError";
import type { Layer, LayerGraph } from "../backbone/layerGraph";
import { ScriptedEngine } from "../train/scriptedEngine";
import { combineEngines } from "./combinedEngine";
import type { Engine } from "./engine";

const dense: Layer = { type: "Dense", name: "head", inputs: ["input"], units: 2, useBias: false, activation: "linear" };
const custom: Layer = {
  type: "Custom",
  name: "mine",
  inputs: ["input"],
  className: "Squash",
  config: {},
  outputShape: [3],
  weights: [],
};
const graph = (layers: readonly Layer[]): LayerGraph => ({
  input: { name: "input", shape: [3] },
  layers,
  output: "head",
});
const weights = new Map([["head/kernel", { shape: [3, 2], data: new Float32Array(6) }]]);
const input = { shape: [1, 3], data: Float32Array.of(1, 2, 3) };

class Fussy extends ScriptedEngine {
  override cannotTrain(of?: LayerGraph): undefined {
    return of?.layers.find(({ type }) => type === "Custom") as undefined;
  }
}

const missing = new GraftError({ code: "engine/onnxruntime-missing", expected: "a", found: "b", remedy: "c" });

test("a graph goes to the first engine that can train it, and the layer that it is about is named once", async () => {
  const [first, second] = [new Fussy(), new ScriptedEngine()];
  const said: string[] = [];
  const engine = combineEngines(first, second, (sentence) => void said.push(sentence));
  await engine.infer(graph([dense]), weights, input).catch(() => undefined);
  expect([first.inferred.length, second.inferred.length]).toEqual([1, 0]);
  await engine.infer(graph([custom, dense]), weights, input).catch(() => undefined);
  await engine.infer(graph([custom, dense]), weights, input).catch(() => undefined);
  expect([first.inferred.length, second.inferred.length]).toEqual([1, 2]);
  expect(said).toEqual([
    'Layer "mine" (Squash) does not compile to ONNX: what it computes runs on scripted, more slowly.',
  ]);
});

test("without a binary for this machine everything goes to the second, which is said once", async () => {
  const second = new ScriptedEngine();
  const first: Engine = Object.assign(new ScriptedEngine(), { infer: () => Promise.reject(missing) });
  const said: string[] = [];
  const engine = combineEngines(first, second, (sentence) => void said.push(sentence));
  await engine.infer(graph([]), weights, input);
  await engine.infer(graph([]), weights, input);
  expect(second.inferred).toHaveLength(2);
  expect(said).toHaveLength(1);
});

test("other errors are errors", async () => {
  const first: Engine = Object.assign(new ScriptedEngine(), { infer: () => Promise.reject(new Error("no")) });
  const engine = combineEngines(first, new ScriptedEngine(), () => undefined);
  await expect(engine.infer(graph([]), weights, input)).rejects.toThrow("no");
});
