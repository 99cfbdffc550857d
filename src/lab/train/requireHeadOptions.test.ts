import { expect, test } from "vitest";
import { Backbone } from "../backbone/backbone";
import { initialWeights } from "../backbone/initialWeights";
import { Dataset } from "../data/dataset";
import { dense, sequence } from "../engine/testing/networks";
import { graftOn } from "./graft";
import { LabRuntime } from "./labRuntime";
import { ScriptedEngine } from "./scriptedEngine";
import type { TrainHeadOptions } from "./trainHeadOptions";

const graph = sequence([2, 2, 1], [{ type: "Flatten", name: "flatten" }, dense("body", { activation: "relu" })]);
const train = Dataset.from({
  images: Uint8Array.from({ length: 32 }, (_, i) => (i * 37) % 256),
  imageShape: [2, 2, 1],
  labels: Array.from({ length: 8 }, (_, i) => i % 2),
  classes: ["left", "right"],
});
const backbone = new Backbone({
  name: "dense",
  graph,
  weights: initialWeights(graph, 3),
  preprocessing: { scale: 1 / 255, offset: 0 },
});

test.each<[string, string, object]>([
  ["train/head-method", '"nearst"', { method: "nearst" }],
  ["train/head-option", "l2", { method: "mlp", l2: 0.1 }],
  ["train/head-option", "neighbours", { neighbours: 3 }],
  ["train/head-option", "classWeights", { method: "prototypes", classWeights: "balanced" }],
  ["train/head-option", "epoch", { method: "mlp", epoch: 3 }],
  ["train/neighbours", "9", { method: "nearest", neighbours: 9 }],
  ["train/neighbours", "0", { method: "nearest", neighbours: 0 }],
  ["train/neighbours", "1.5", { method: "nearest", neighbours: 1.5 }],
  ["train/hidden-units", "0", { method: "mlp", hiddenUnits: 0 }],
  ["train/dropout", "1", { method: "mlp", dropout: 1 }],
  ["train/class-weights", "[1]", { method: "nearest", classWeights: [1] }],
  ["train/class-weights", "[1, -1]", { classWeights: [1, -1] }],
])("%s for %s, before anything is computed", async (code, found, options) => {
  const engine = new ScriptedEngine();
  const model = graftOn(new LabRuntime(engine), backbone, { classes: train.classes, checkpoints: false });
  const training = model.trainHead(train, { ...(options as TrainHeadOptions), plot: false });
  await expect(training).rejects.toMatchObject({ code, found });
  expect(engine.inferred).toEqual([]);
  expect(model.history.phases).toEqual([]);
});

test.each<[string, object]>([
  ["train/hidden-units", { head: "mlp", hiddenUnits: -1 }],
  ["train/head-option", { hiddenUnits: 8 }],
])("graft refuses %s", (code, options) => {
  const make = () => graftOn(new LabRuntime(new ScriptedEngine()), backbone, { classes: train.classes, ...options });
  expect(make).toThrow(expect.objectContaining({ code }));
});

test("an option of another method names the method that has it", async () => {
  const model = graftOn(new LabRuntime(new ScriptedEngine()), backbone, { classes: train.classes, checkpoints: false });
  await expect(model.trainHead(train, { hiddenUnits: 8, plot: false })).rejects.toMatchObject({
    remedy: "Leave it out, or choose the method mlp",
  });
});
