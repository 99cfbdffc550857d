import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { installLabHost, labHost } from "../../shared/labHost";
import { keptRuns, RUN_VERSION, type RunFile, runFileName, runFolderIn, runId } from "../../shared/runFile";
import type { RunDescription } from "../../shared/sessionState";
import { Backbone } from "../backbone/backbone";
import { initialWeights } from "../backbone/initialWeights";
import type { LayerGraph } from "../backbone/layerGraph";
import { checkpoints } from "../checkpoint/checkpoints";
import { Dataset } from "../data/dataset";
import { showCurves } from "../insight/showCurves";
import { graftOn } from "../train/graft";
import type { TrainingPhase } from "../train/history";
import { LabRuntime } from "../train/labRuntime";
import type { Model } from "../train/model";
import { ScriptedEngine } from "../train/scriptedEngine";
import { keptPhase, mostRecords, phaseFromFile } from "./keptPhase";
import { runMetrics } from "./runMetrics";
import { runs } from "./runs";
import { runStore } from "./runStore";

const classes = ["left", "right"];
const graph: LayerGraph = {
  input: { name: "pixels", shape: [2, 2, 1] },
  layers: [
    { type: "Flatten", name: "flatten", inputs: ["pixels"] },
    { type: "Dense", name: "one", inputs: ["flatten"], units: 6, useBias: true, activation: "relu" },
    { type: "Dense", name: "two", inputs: ["one"], units: 5, useBias: true, activation: "relu" },
  ],
  output: "two",
};
const train = Dataset.from({
  images: Uint8Array.from({ length: 32 }, (_, i) => (i * 37) % 256),
  imageShape: [2, 2, 1],
  labels: Array.from({ length: 8 }, (_, i) => i % 2),
  classes,
});
const few = { lastLayers: 2, epochs: 3, batchSize: 4, plot: false } as const;
/** Of no process. */
const deadPid = 2 ** 30;
const engine = new ScriptedEngine();
const runtime = new LabRuntime(engine);

let folder: string;
let told: Map<string, RunDescription | undefined>;
let variables: Map<object, string>;
let afterCell: (() => void)[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "graft-runs-"));
  told = new Map();
  variables = new Map();
  afterCell = [];
  engine.beforeStep = () => undefined;
  installLabHost({
    ...labHost(),
    checkpointFolder: folder,
    ran: (id, run) => void told.set(id, run),
    nameOf: (object) => variables.get(object),
    afterCell: (action) => void afterCell.push(action),
  });
});
afterEach(async () => {
  labHost().interruptFlag[0] = 0;
  await runStore.settled();
  installLabHost({ ...labHost(), checkpointFolder: undefined, ran: () => undefined });
  for (const { run } of runStore.all()) runStore.delete(run.id);
  rmSync(folder, { recursive: true });
});

function newModel(variable?: string, options: { readonly checkpoints?: boolean } = {}): Model {
  const backbone = new Backbone({
    ...{ name: "dense", graph, weights: initialWeights(graph, 3) },
    preprocessing: { scale: 1 / 200, offset: -0.3 },
  });
  const model = graftOn(runtime, backbone, { classes, ...options });
  if (variable !== undefined) variables.set(model, variable);
  return model;
}

function files(): string[] {
  try {
    return readdirSync(runFolderIn(folder)).sort();
  } catch {
    return [];
  }
}

/** As another kernel left it. */
function leave(id: string, more: Partial<RunDescription> = {}, rest: Partial<RunFile> = {}): void {
  const run = { id, name: `model: ${id}`, backbone: "dense", strategy: "fineTune", status: "finished", ...more };
  const whole = { startedAt: "2026-01-01T10:00:00Z", seconds: 1, phases: [{ name: "head" }], ...run };
  const phase = { ...keptPhase(phaseOf(3)), name: "head" };
  const file = {
    version: RUN_VERSION,
    pid: deadPid,
    options: {},
    phasesBefore: 0,
    history: [phase],
    run: whole,
    ...rest,
  };
  writeFileSync(join(runFolderIn(folder), runFileName(id)), JSON.stringify(file));
}

function phaseOf(steps: number): TrainingPhase {
  return {
    ...{
      name: "last 2 layers",
      trainableLayers: ["two"],
      frozenLayers: ["one"],
      status: "finished",
      notes: [],
      seconds: 2,
    },
    steps: Array.from({ length: steps }, (_, i) => ({
      step: i + 1,
      loss: i === 70 ? 99 : 1 / (i + 1),
      learningRate: 1e-3,
    })),
    epochs: [{ epoch: 1, step: steps, trainLoss: 0.5, trainAccuracy: 0.75 }],
  };
}

describe("a training", () => {
  test("is a run with its options, history, metrics and checkpoint", async () => {
    const model = newModel("model");
    await model.trainHead(train, { plot: false });
    await model.fineTune(train, { ...few, seed: 4, validation: train });
    const [tuned, head] = runs.list();
    expect(tuned).toMatchObject({
      ...{ name: "model: last 2 layers", model: "model", backbone: "dense", strategy: "fineTune", status: "finished" },
      options: { backbone: "dense", examples: 8, lastLayers: 2, epochs: 3, batchSize: 4, seed: 4 },
      final: { phase: "last 2 layers", epoch: 3, trainLoss: 1 / 6 },
      phases: [{ name: "last 2 layers", status: "finished", epochs: 3 }],
    });
    expect(tuned?.options).not.toHaveProperty("validation");
    expect(tuned?.history.map(({ steps }) => steps.map(({ step }) => step))).toEqual([
      model.history.phases[1]!.steps.map(({ step }) => step),
    ]);
    expect(head).toMatchObject({ name: "model: head", strategy: "trainHead", options: { examples: 8 } });
    expect(tuned?.checkpoint).toBe(checkpoints.list()[0]!.file);
    expect(head).not.toHaveProperty("checkpoint");
    expect(runs.get(head!.id).history).toHaveLength(1);
    await runStore.settled();
    expect([...told.values()].map((run) => run?.status)).toEqual(["finished", "finished"]);
  });

  test("in several stages is one run", async () => {
    await newModel("model").linearProbeThenFineTune(train, { lastLayers: 2, epochs: 2, plot: false });
    expect(runs.list()).toMatchObject([
      { name: "model: head, then last 2 layers", strategy: "linearProbeThenFineTune", phases: [{}, {}] },
    ]);
  });

  test("that is interrupted, fails or is resumed says so", async () => {
    const model = newModel("model");
    engine.beforeStep = (step) => void (labHost().interruptFlag[0] = step === 3 ? 1 : 0);
    await expect(model.fineTune(train, few)).rejects.toThrow();
    engine.beforeStep = () => undefined;
    labHost().interruptFlag[0] = 0;
    await model.resume(train, { plot: false });
    engine.beforeStep = (step) => {
      if (step === 2) throw new Error("no memory");
    };
    await expect(model.fineTune(train, few)).rejects.toThrow("no memory");
    expect(runs.list().map(({ strategy, status }) => [strategy, status])).toEqual([
      ["fineTune", "failed"],
      ["resume", "finished"],
      ["fineTune", "interrupted"],
    ]);
  });

  test("that comes to no step, is refused or is thrown away leaves none", async () => {
    const model = newModel("model");
    engine.beforeStep = () => {
      throw new Error("no memory");
    };
    await expect(model.fineTune(train, few)).rejects.toThrow("no memory");
    engine.beforeStep = () => undefined;
    await expect(model.fineTune(train, { lastLayers: 99 })).rejects.toThrow("last");
    await expect(model.resume(train)).rejects.toThrow("without unfinished training");
    const first = model.fineTune(train, few);
    await expect(model.fineTune(train, few)).rejects.toThrow("one training of a model at a time");
    await first;
    await newModel("trial", { checkpoints: false }).fineTune(train, few);
    await runStore.settled();
    expect(runs.list()).toHaveLength(1);
    expect(files()).toHaveLength(1);
  });

  test("is written when it begins and when it ends, not in between", async () => {
    const seen = new Set<string>();
    const model = newModel("model");
    let before = 0;
    engine.beforeStep = (step) => {
      if (step === 1) before = runStore.all().length;
      for (const { run } of runStore.all()) seen.add(JSON.stringify(run));
    };
    await model.fineTune(train, few);
    expect(before).toBe(1);
    expect([...seen].map((run) => (JSON.parse(run) as RunDescription).status)).toEqual(["running"]);
  });

  test("has the name of a variable that its cell declares", async () => {
    const model = newModel();
    await model.fineTune(train, few);
    expect(runs.list()[0]).toMatchObject({ name: "dense: last 2 layers" });
    variables.set(model, "tuned");
    for (const action of afterCell) action();
    await runStore.settled();
    expect(runs.list()).toMatchObject([{ name: "tuned: last 2 layers", model: "tuned" }]);
  });

  test("a folder that cannot be written is said once; this kernel keeps its runs", async () => {
    writeFileSync(join(folder, "runs"), "no folder");
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const model = newModel("model");
    await model.fineTune(train, few);
    await model.fineTune(train, few);
    await runStore.settled();
    const said = warn.mock.calls.map(([text]) => String(text)).filter((text) => text.includes("Runs cannot be kept"));
    expect(said).toHaveLength(1);
    expect(runs.list()).toHaveLength(2);
    warn.mockRestore();
  });
});

describe("the runs of a notebook", () => {
  beforeEach(async () => {
    await newModel("model").fineTune(train, few);
    await runStore.settled();
  });

  test("are there for later kernels, and have curves", () => {
    expect(runs.list().map(({ name }) => name)).toEqual(["model: last 2 layers"]);
    expect(runStore.holds(runs.list()[0]!.id)).toBe(false); // It is in its file.
    leave("20200101-000000000-0001");
    expect(
      runs
        .list()
        .map(({ id }) => id)
        .at(-1),
    ).toBe("20200101-000000000-0001");
    expect(() => showCurves(runs.list())).not.toThrow();
  });

  test("a damaged file, a stranger's and one of a newer Graft are passed over", () => {
    writeFileSync(join(runFolderIn(folder), runFileName("20200101-000000000-0001")), '{"version":1,"run":');
    leave("20200101-000000000-0002", {}, { version: 99 });
    writeFileSync(join(runFolderIn(folder), "notes.json"), "{}");
    expect(runs.list()).toHaveLength(1);
  });

  test("what a kernel that died left is in its checkpoint", () => {
    const { file } = checkpoints.list()[0]!;
    const copy = join(folder, basename(file).replace("model", "died"));
    writeFileSync(copy, readFileSync(file));
    leave("20200101-000000000-0001", { status: "running", phases: [], checkpoint: copy }, { history: [] });
    leave("20200101-000000000-0002", { status: "running", phases: [] }, { history: [] });
    expect(runs.list()).toHaveLength(2);
    expect(runs.get("20200101-000000000-0001")).toMatchObject({
      ...{ status: "interrupted", checkpoint: copy, final: { epoch: 3 } },
      phases: [{ name: "last 2 layers", epochs: 3 }],
      history: [{ name: "last 2 layers" }],
    });
  });

  test("are bounded: the oldest go", async () => {
    for (let i = 0; i < keptRuns; i++) leave(runId(new Date(i * 1000), i));
    await newModel("model").fineTune(train, few);
    await runStore.settled();
    expect(files()).toHaveLength(keptRuns);
    expect(files()[0]).toBe(runFileName(runId(new Date(2000), 2)));
  });

  test("can be deleted; an id that is not there is answered with one that is", async () => {
    const { id } = runs.list()[0]!;
    expect(() => runs.get("../../etc/passwd")).toThrow(`the last is "${id}"`);
    expect(() => runs.delete("nothing")).toThrow(expect.objectContaining({ code: "runs/unknown" }) as Error);
    runs.delete(id);
    await runStore.settled();
    expect(runs.list()).toEqual([]);
    expect(files()).toEqual([]);
    expect(told.get(id)).toBeUndefined();
    expect(() => runs.get(id)).toThrow("Train a model first");
  });
});

describe("what is kept of a phase", () => {
  test("its curve, not each of its steps; the whole fits in a small file", () => {
    const kept = keptPhase(phaseOf(100_000));
    expect(kept.steps.loss).toHaveLength(mostRecords);
    expect(Math.max(...kept.steps.loss)).toBe(99);
    expect([kept.steps.step[0], kept.steps.step.at(-1)]).toEqual([1, 100_000]);
    expect(JSON.stringify(kept).length).toBeLessThan(100_000);
  });

  test("a loss that has diverged is none after the file either", () => {
    const diverged = { ...phaseOf(2), steps: [{ step: 1, loss: Number.NaN }] };
    const again = phaseFromFile(JSON.parse(JSON.stringify(keptPhase(diverged))) as ReturnType<typeof keptPhase>);
    expect(again.steps).toEqual([{ step: 1, loss: Number.NaN }]);
  });

  test("the best epoch is that of the lowest validation loss, and diverged epochs do not count", () => {
    const epochs = [
      { epoch: 1, step: 1, trainLoss: 0.9, validationLoss: 0.4, validationAccuracy: 0.8 },
      { epoch: 2, step: 2, trainLoss: 0.1, validationLoss: 0.7, validationAccuracy: 0.7 },
      { epoch: 3, step: 3, trainLoss: Number.NaN, validationLoss: Number.NaN },
    ];
    const { best, final } = runMetrics([{ ...phaseOf(3), epochs }]);
    expect([best?.epoch, final?.epoch]).toEqual([1, 2]);
    expect(runMetrics([{ ...phaseOf(3), epochs: [epochs[2]!] }])).toEqual({});
  });
});
