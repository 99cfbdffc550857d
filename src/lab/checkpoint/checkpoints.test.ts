import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CHECKPOINT_VERSION } from "../../shared/checkpointHeader";
import { installLabHost, labHost } from "../../shared/labHost";
import { describe as describeObject, type CheckpointDescription } from "../../shared/sessionState";
import { Backbone } from "../backbone/backbone";
import { initialWeights } from "../backbone/initialWeights";
import type { LayerGraph } from "../backbone/layerGraph";
import { Dataset } from "../data/dataset";
import { runStore } from "../runs/runStore";
import { graftOn } from "../train/graft";
import { LabRuntime } from "../train/labRuntime";
import type { Model } from "../train/model";
import { ScriptedEngine } from "../train/scriptedEngine";
import { checkpoints, restoreOn } from "./checkpoints";

const classes = ["left", "right"];
const graph: LayerGraph = {
  input: { name: "pixels", shape: [2, 2, 1] },
  layers: [
    { type: "Flatten", name: "flatten", inputs: ["pixels"] },
    { type: "Dense", name: "one", inputs: ["flatten"], units: 6, useBias: true, activation: "relu" },
    { type: "BatchNormalization", name: "one_bn", inputs: ["one"], epsilon: 1e-3, momentum: 0.9 },
    { type: "Dense", name: "two", inputs: ["one_bn"], units: 5, useBias: true, activation: "relu" },
  ],
  output: "two",
};
const train = Dataset.from({
  images: Uint8Array.from({ length: 32 }, (_, i) => (i * 37) % 256),
  imageShape: [2, 2, 1],
  labels: Array.from({ length: 8 }, (_, i) => i % 2),
  classes,
});
const engine = new ScriptedEngine();
const runtime = new LabRuntime(engine);

let folder: string;
let told: CheckpointDescription[];
let variables: Map<object, string>;
let afterCell: (() => void)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "graft-checkpoints-"));
  told = [];
  variables = new Map();
  afterCell = [];
  engine.beforeStep = () => undefined;
  installLabHost({
    ...labHost(),
    checkpointFolder: folder,
    checkpointed: (checkpoint) => void told.push(checkpoint),
    nameOf: (object) => variables.get(object),
    afterCell: (action) => void afterCell.push(action),
  });
});
afterEach(async () => {
  labHost().interruptFlag[0] = 0;
  await runStore.settled();
  installLabHost({ ...labHost(), checkpointFolder: undefined });
  rmSync(folder, { recursive: true });
});

function newModel(variable?: string, options: { readonly checkpoints?: boolean } = {}): Model {
  const preprocessing = { scale: 1 / 200, offset: -0.3 };
  const backbone = new Backbone({ name: "dense", graph, weights: initialWeights(graph, 3), preprocessing });
  const model = graftOn(runtime, backbone, { classes, ...options });
  if (variable !== undefined) {
    variables.set(model, variable);
  }
  return model;
}

async function trained(variable = "model"): Promise<Model> {
  const model = newModel(variable);
  await model.trainHead(train, { plot: false });
  await model.fineTune(train, { lastLayers: 2, epochs: 3, batchSize: 4, plot: false });
  return model;
}

describe("a restored model", () => {
  test("is the one that was saved, to the bit", async () => {
    const model = await trained();
    const restored = restoreOn(runtime, "model");
    expect(restored.weights).toEqual(model.weights);
    expect(restored.graph).toEqual(model.graph);
    expect(restored.classes).toEqual(model.classes);
    expect(restored.summary()).toBe(model.summary());
    expect(restored[describeObject]()).toEqual({ ...model[describeObject](), id: restored.id });
    expect(await restored.logits(train)).toEqual(await model.logits(train));
    expect(await restored.evaluate(train)).toEqual(await model.evaluate(train));
  });

  test("has the history and goes on with it", async () => {
    const model = await trained();
    const restored = restoreOn(runtime);
    expect(restored.history.phases.map((phase) => ({ ...phase }))).toEqual(
      model.history.phases.map((phase) => {
        const { name, trainableLayers, frozenLayers, trainableParameters, trainedOn, options } = phase;
        const { steps, epochs, status, seconds, notes } = phase;
        return {
          ...{ name, trainableLayers, frozenLayers, trainableParameters, trainedOn, options },
          ...{ steps, epochs, status, seconds, notes },
        };
      }),
    );
    const steps = model.history.steps;
    await restored.fineTune(train, { lastLayers: 1, epochs: 1, batchSize: 8, plot: false });
    expect(restored.history.phases.at(-1)!.steps[0]!.step).toBe(steps + 1);
  });

  test("is saved again when it is trained, beside the one that it came from", async () => {
    await trained();
    const before = told.at(-1)!;
    const restored = restoreOn(runtime, "model");
    variables.set(restored, "model");
    await restored.fineTune(train, { lastLayers: 1, epochs: 1, plot: false });
    expect(told.at(-1)!.file).not.toBe(before.file);
    expect(restoreOn(runtime, "model").weights).toEqual(restored.weights);
  });
});

describe("what is saved", () => {
  test("is listed and told to the front end, the newest first", async () => {
    await trained("a");
    await new Promise((resolve) => setTimeout(resolve, 2)); // Of another millisecond.
    await trained("b");
    expect(told.map(({ variable, reached, backbone }) => [variable, reached, backbone])).toEqual([
      ["a", "head", "dense"],
      ["a", "last 2 layers, epoch 3 of 3", "dense"],
      ["b", "head", "dense"],
      ["b", "last 2 layers, epoch 3 of 3", "dense"],
    ]);
    expect(checkpoints.list()).toEqual([told[3], told[1]]);
    expect(Date.parse(told[0]!.savedAt)).toBeGreaterThan(Date.now() - 60_000);
  });

  test("has the weights of an epoch while the training still runs", async () => {
    const model = newModel("model");
    const seen: { readonly reached: string; readonly moved: boolean }[] = [];
    const before = model.weights.get("head/bias")!.data[0]!;
    const running = engine.train.bind(engine);
    const spy = vi.spyOn(engine, "train").mockImplementation(async (request, observer) => {
      expect(request.snapshotEveryMs).toBeGreaterThan(0);
      const result = await running(request, observer);
      observer?.onSnapshot?.(result.snapshot);
      while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      const early = restoreOn(runtime, "model");
      seen.push({ reached: told[0]!.reached, moved: early.weights.get("head/bias")!.data[0]! !== before });
      expect(early.history.phases[0]!.status).toBe("interrupted");
      return result;
    });
    await model.fineTune(train, { lastLayers: 2, epochs: 3, batchSize: 4, plot: false });
    spy.mockRestore();
    expect(seen).toEqual([{ reached: "last 2 layers, epoch 3 of 3", moved: true }]);
  });

  test("is there after an interrupt, with what was reached", async () => {
    const model = newModel("model");
    engine.beforeStep = (step) => {
      if (step === 3) labHost().interruptFlag[0] = 1;
    };
    await expect(model.fineTune(train, { lastLayers: 2, epochs: 3, batchSize: 4, plot: false })).rejects.toThrow(
      "Interrupted",
    );
    labHost().interruptFlag[0] = 0;
    expect(checkpoints.list().map(({ reached }) => reached)).toEqual(["last 2 layers, epoch 1 of 3, interrupted"]);
    expect(restoreOn(runtime).weights).toEqual(model.weights);
  });

  test("learns the variable's name when the cell ends that set it", async () => {
    const model = await trained("");
    variables.delete(model);
    await model.trainHead(train, { plot: false });
    expect(told.at(-1)!.variable).toBeUndefined();
    variables.set(model, "late");
    const count = told.length;
    for (const action of afterCell) action();
    await vi.waitUntil(() => told.length > count);
    expect(restoreOn(runtime, "late").weights).toEqual(model.weights);
    expect(checkpoints.list().length).toBe(1);
  });

  test("is nothing without a folder, and nothing of models that are thrown away", async () => {
    await newModel("model", { checkpoints: false }).trainHead(train, { plot: false });
    installLabHost({ ...labHost(), checkpointFolder: undefined });
    await trained();
    expect(engine.trained.at(-1)!.snapshotEveryMs).toBeUndefined();
    expect(checkpoints.list()).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
    expect(() => restoreOn(runtime)).toThrow(expect.objectContaining({ code: "checkpoint/no-folder" }) as Error);
  });

  test("is bounded: ten models, two files each", async () => {
    for (let i = 0; i < 12; i++) {
      await trained(`m${i}`);
      // The age of a file is its time of change, which some systems count coarsely.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(readdirSync(folder).filter((name) => name.endsWith(".safetensors"))).toHaveLength(20);
    expect(new Set(checkpoints.list().map(({ variable }) => variable))).toEqual(
      new Set(Array.from({ length: 10 }, (_, i) => `m${i + 2}`)),
    );
  });

  test("a folder that cannot be written is said once and ends no training", async () => {
    writeFileSync(join(folder, "file"), "");
    installLabHost({ ...labHost(), checkpointFolder: join(folder, "file", "below") });
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const model = await trained();
    expect(model.history.phases.map(({ status }) => status)).toEqual(["finished", "finished"]);
    const said = warn.mock.calls.filter(([text]) => String(text).includes("The model could not be saved"));
    expect(said).toHaveLength(1);
    warn.mockRestore();
  });
});

describe("a file that is not as it was written", () => {
  const flip = (file: string, at: number) => {
    const bytes = readFileSync(file);
    bytes[at < 0 ? bytes.length + at : at]! ^= 1;
    writeFileSync(file, bytes);
  };
  const edit = (file: string, from: string, to: string) =>
    writeFileSync(file, readFileSync(file).toString("latin1").replace(from, to), "latin1");

  test.each<[string, (file: string) => void, string]>([
    ["cut off in the weights", (file) => truncateSync(file, readFileSync(file).length - 3), "truncated"],
    ["cut off in the header", (file) => truncateSync(file, 40), "truncated"],
    ["empty", (file) => truncateSync(file, 0), "not-a-checkpoint"],
    ["a text", (file) => writeFileSync(file, "Dear reader, this is a text."), "not-a-checkpoint"],
    ["one bit off in the last weight", (file) => flip(file, -1), "damaged"],
    [
      "one bit off in a layer's settings",
      (file) => edit(file, String.raw`\"units\":6`, String.raw`\"units\":7`),
      "damaged",
    ],
    [
      "of a newer Graft",
      (file) => edit(file, `\\"version\\":${CHECKPOINT_VERSION}`, String.raw`\"version\":9`),
      "newer-version",
    ],
    ["missing", (file) => rmSync(file), "not-a-checkpoint"],
  ])("%s: is refused by its file, and by its name the one before it is taken", async (_, damage, code) => {
    const model = newModel("model");
    await model.trainHead(train, { plot: false });
    const first = model.weights;
    await model.fineTune(train, { lastLayers: 2, epochs: 1, plot: false });
    const { file } = told.at(-1)!;
    damage(file);
    expect(() => restoreOn(runtime, file)).toThrow(expect.objectContaining({ code: `checkpoint/${code}` }) as Error);
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    expect(restoreOn(runtime, "model").weights).toEqual(first);
    expect(warn).toHaveBeenCalledTimes(code === "damaged" ? 1 : 0);
    warn.mockRestore();
  });

  test("paths do not lead out of the folder", async () => {
    const model = await trained();
    const inside = basename(told.at(-1)!.file);
    expect(restoreOn(runtime, inside).weights).toEqual(model.weights);
    for (const path of [`../${basename(folder)}x/${inside}`, `/etc/${inside}`, `sub/${inside}`, `..\\..\\${inside}`]) {
      expect(() => restoreOn(runtime, path)).toThrow(/checkpoint|file/);
    }
    expect(() => restoreOn(runtime, `../${inside}`)).toThrow(
      expect.objectContaining({ code: "checkpoint/outside" }) as Error,
    );
  });

  test("a name that is not there is answered with those that are", async () => {
    expect(() => restoreOn(runtime)).toThrow("Train a model first");
    await trained("mine");
    expect(() => restoreOn(runtime, "yours")).toThrow('Expected a checkpoint of the variable "yours", but found mine.');
  });
});
