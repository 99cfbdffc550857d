import { afterEach, describe, expect, test } from "vitest";
import { Backbone } from "../backbone/backbone";
import { initialWeights } from "../backbone/initialWeights";
import type { LayerGraph } from "../backbone/layerGraph";
import { Dataset } from "../data/dataset";
import { InterruptedError } from "../../shared/graftError";
import { labHost } from "../../shared/labHost";
import { LabRuntime } from "../train/labRuntime";
import { ScriptedEngine } from "../train/scriptedEngine";
import { chosenAmong, recommendOn } from "./recommend";

const graph: LayerGraph = {
  input: { name: "pixels", shape: [2, 2, 1] },
  layers: [
    { type: "Flatten", name: "flatten", inputs: ["pixels"] },
    { type: "Dense", name: "one", inputs: ["flatten"], units: 4, useBias: true, activation: "relu" },
    { type: "Dense", name: "two", inputs: ["one"], units: 4, useBias: true, activation: "relu" },
    { type: "Dense", name: "three", inputs: ["two"], units: 4, useBias: true, activation: "relu" },
  ],
  output: "three",
};
const weights = initialWeights(graph, 3);
const backbone = new Backbone({ name: "dense", graph, weights, preprocessing: { scale: 1 / 255, offset: 0 } });

function images(count: number): Dataset {
  return Dataset.from({
    images: Uint8Array.from({ length: 4 * count }, (_, i) => (i * 89 + (i >> 3) * 31) % 256),
    imageShape: [2, 2, 1],
    labels: Array.from({ length: count }, (_, i) => i % 2),
    classes: ["left", "right"],
  });
}

const runtime = (engine = new ScriptedEngine()) => new LabRuntime(engine);
afterEach(() => {
  labHost().interruptFlag[0] = 0;
});

describe("the rule names the candidate, its neighbours are compared with it", () => {
  test.each<[number, string[]]>([
    [8, ["head", "last block"]],
    [40, ["head", "last block", "last half"]],
    [200, ["last block", "last half", "all layers"]],
    [1200, ["last half", "all layers"]],
  ])("%d labels of two classes", async (count, depths) => {
    const { evidence, text } = await recommendOn(runtime(), backbone, images(count), { folds: 2 });
    expect(evidence.map(({ depth }) => depth)).toEqual(depths);
    for (const row of evidence) expect(row.accuracies).toHaveLength(2);
    expect(text).toMatch(new RegExp(`^${count} labels are ${count / 2} a class`));
    expect(text).toMatch(/Recommended: model\./);
  });
});

test("what every round finds alike is the rule's choice", async () => {
  const { strategy, lastLayers, text } = await recommendOn(runtime(), backbone, images(40), { folds: 2 });
  expect(strategy).toEqual({ lastLayers: 2 });
  expect(lastLayers).toBe(2);
  expect(text).toContain("model.linearProbeThenFineTune(train, { lastLayers: 2 })");
});

test("another one goes before the rule's only where it was better in more than chance may do", () => {
  const row = (depth: "head" | "last block", ...accuracies: readonly number[]) => ({
    ...{ depth, accuracies, strategy: "head" as const, seconds: 1 },
    accuracy: accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length,
  });
  const ruled = row("last block", 0.8, 0.81, 0.82);
  const chosen = (...accuracies: readonly number[]) => chosenAmong([row("head", ...accuracies), ruled], "last block");
  expect(chosen(0.9, 0.91, 0.925).chosen.depth).toBe("head");
  expect(chosen(0.95, 0.7, 0.95)).toMatchObject({ chosen: ruled, best: { depth: "head" } });
  expect(chosen(0.7, 0.71, 0.72)).toEqual({ ruled, best: ruled, chosen: ruled });
  // One round proves nothing.
  const once = row("last block", 0.5);
  expect(chosenAmong([row("head", 1), once], "last block").chosen).toBe(once);
});

test("all candidates of a round get the same examples; each example is held out once", async () => {
  const engine = new ScriptedEngine();
  await recommendOn(runtime(engine), backbone, images(40), { folds: 4 });
  const targets = engine.trained.map(({ train }) => [...(train.targets as Int32Array)].join(""));
  expect(targets).toHaveLength(8);
  for (let round = 0; round < 4; round++) expect(targets[2 * round]).toBe(targets[2 * round + 1]);
  for (const labels of targets) expect(labels.replaceAll("0", "")).toHaveLength(15);
});

test("the time budget ends it after a whole round", async () => {
  const engine = new ScriptedEngine();
  const { evidence, text } = await recommendOn(runtime(engine), backbone, images(40), { seconds: 1e-6, folds: 4 });
  for (const row of evidence) expect(row.accuracies).toHaveLength(1);
  expect(text).toContain("One round of cross-validation");
});

test("an interrupt ends it", async () => {
  const engine = new ScriptedEngine();
  engine.beforeStep = () => {
    labHost().interruptFlag[0] = 1;
  };
  await expect(recommendOn(runtime(engine), backbone, images(40))).rejects.toBeInstanceOf(InterruptedError);
});

test.each([
  ["recommend/folds", 40, { folds: 1 }],
  ["recommend/seconds", 40, { seconds: 0 }],
  ["recommend/too-few", 4, { folds: 3 }],
])("refuses as %s", async (code, count, options) => {
  await expect(recommendOn(runtime(), backbone, images(count), options)).rejects.toMatchObject({ code });
});
