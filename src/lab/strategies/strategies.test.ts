/**
 * What strategies are made of, on an engine that follows a script. `realDigits.test.ts` shows that they learn. Above 400
 * lines because every strategy shares the one scripted engine.
 */
import { afterEach, describe, expect, test } from "vitest";
import { Backbone } from "../backbone/backbone";
import { initialWeights } from "../backbone/initialWeights";
import type { LayerGraph, Tensor } from "../backbone/layerGraph";
import { graphHash } from "../backbone/weightsHash";
import { Dataset } from "../data/dataset";
import { InterruptedError } from "../../shared/graftError";
import { installLabHost, labHost, type ProgressUpdate } from "../../shared/labHost";
import { fromScratchOn, graftOn } from "../train/graft";
import { LabRuntime } from "../train/labRuntime";
import type { LastLayers } from "../train/layerSelection";
import type { Model } from "../train/model";
import { ScriptedEngine } from "../train/scriptedEngine";
import { depthTable, layersOf } from "./defaultLayers";
import { layerGroups } from "./layerGroups";

const classes = ["left", "right"];
const graph: LayerGraph = {
  input: { name: "pixels", shape: [2, 2, 1] },
  layers: [
    { type: "Flatten", name: "flatten", inputs: ["pixels"] },
    norm("input_bn", "flatten"),
    dense("one", "input_bn", 6),
    norm("one_bn", "one"),
    dense("two", "one_bn", 5),
    dense("three", "two", 4),
  ],
  output: "three",
};

function dense(name: string, input: string, units: number): LayerGraph["layers"][number] {
  return { type: "Dense", name, inputs: [input], units, useBias: true, activation: "relu" };
}

function norm(name: string, input: string): LayerGraph["layers"][number] {
  return { type: "BatchNormalization", name, inputs: [input], epsilon: 1e-3, momentum: 0.9 };
}

const backbone = new Backbone({
  name: "dense",
  graph,
  weights: initialWeights(graph, 3),
  preprocessing: { scale: 1 / 255, offset: 0 },
});

function setUp(): { readonly engine: ScriptedEngine; readonly model: Model } {
  const engine = new ScriptedEngine();
  return { engine, model: graftOn(new LabRuntime(engine), backbone, { classes }) };
}

function images(count: number): Dataset {
  return Dataset.from({
    images: Uint8Array.from({ length: count * 4 }, (_, i) => (i % 4 === 0 ? i / 4 : i * 37) % 256),
    imageShape: [2, 2, 1],
    labels: Array.from({ length: count }, (_, i) => i % 2),
    classes,
  });
}

const phasesOf = (model: Model) => model.history.phases.map(({ name, status }) => [name, status]);
const interruptAt = (engine: ScriptedEngine, training: number, step: number) => {
  engine.beforeStep = (at) => {
    if (engine.trained.length === training && at === step) labHost().interruptFlag[0] = 1;
  };
};

const host = labHost();
afterEach(() => {
  labHost().interruptFlag[0] = 0;
  installLabHost(host);
});

describe("the whole network", () => {
  const taken = (engine: ScriptedEngine) =>
    engine.trained.map(({ optimizer, epochs }) => [optimizer.learningRate, epochs]);

  test("has a tenth of the rate and few epochs where none are given, and says so", async () => {
    const { engine, model } = setUp();
    const phase = await model.fineTune(images(4), { all: true, plot: false });
    expect(taken(engine)).toEqual([[1e-4, 5]]);
    expect(phase.notes).toEqual([
      "Taken as none was given: learning rate 0.0001, a tenth of the 0.001 for the last layers, and 5 epochs; larger steps through a whole network undo what it was pretrained on.",
    ]);
  });

  test("so has every layer named by number; a number that is given stays", async () => {
    const { engine, model } = setUp();
    const rate = await model.fineTune(images(4), { lastLayers: 6, learningRate: 0.5, plot: false });
    const epochs = await model.fineTune(images(4), { fromLayer: "input_bn", epochs: 7, plot: false });
    const both = await model.fineTune(images(4), { all: true, learningRate: 0.5, epochs: 7, plot: false });
    const sgd = { name: "sgd", learningRate: 0.25 } as const;
    await model.fineTune(images(4), { all: true, optimizer: sgd, plot: false });
    expect(taken(engine)).toEqual([
      [0.5, 5],
      [1e-4, 7],
      [0.5, 7],
      [0.25, 5],
    ]);
    expect(rate.notes[0]).toMatch(/given: 5 epochs;/);
    expect(epochs.notes[0]).toMatch(/given: learning rate 0.0001, a tenth/);
    expect(both.notes).toEqual([]);
  });

  test("not of some layers, and not of a network without pretraining", async () => {
    const { engine, model } = setUp();
    expect((await model.fineTune(images(4), { lastLayers: 5, plot: false })).notes).toEqual([]);
    const scratch = fromScratchOn(new LabRuntime(engine), backbone, { classes });
    expect((await scratch.fineTune(images(4), { all: true, plot: false })).notes).toEqual([]);
    expect(taken(engine)).toEqual([
      [1e-3, 20],
      [1e-3, 20],
    ]);
  });
});

describe("settings that do not fit are said before anything is computed", () => {
  const plot = false;
  const validation = images(4);
  test.each([
    ["engine/early-stopping-validation", { earlyStopping: { patience: 2 } }],
    ["engine/early-stopping", { earlyStopping: { patience: 0 }, validation }],
    ["engine/schedule-too-long", { schedule: { name: "warmup", warmupSteps: 4 }, epochs: 4 }],
    ["train/several-selections", { all: true, lastLayers: 2 }],
    ["train/unknown-rate-layer", { learningRateFactors: { zero: 2 } }],
  ])("%s", async (code, settings) => {
    const { model } = setUp();
    const options = { lastLayers: 3, plot, ...settings } as unknown as LastLayers;
    for (const train of [
      () => model.fineTune(images(4), options),
      () => model.linearProbeThenFineTune(images(4), options),
      () => model.gradualUnfreeze(images(4), options),
    ]) {
      await expect(train()).rejects.toMatchObject({ code });
    }
    expect(model.history.phases).toEqual([]);
  });
});

describe("linear probe, then fine-tuning", () => {
  test("two phases, with the settings for the second", async () => {
    const { engine, model } = setUp();
    const last = await model.linearProbeThenFineTune(images(8), {
      lastLayers: 2,
      learningRate: 0.02,
      epochs: 3,
      plot: false,
    });
    expect(phasesOf(model)).toEqual([
      ["head", "finished"],
      ["last 2 layers", "finished"],
    ]);
    expect(last).toBe(model.history.phases[1]);
    expect(engine.trained).toHaveLength(1);
    expect(engine.trained[0]).toMatchObject({
      trainable: ["three", "head"],
      epochs: 3,
      optimizer: { learningRate: 0.02 },
    });
    await model.linearProbeThenFineTune(images(8), { lastLayers: 2, plot: false });
    await model.linearProbeThenFineTune(images(8), { all: true, plot: false });
    expect(engine.trained.slice(1).map(({ optimizer }) => optimizer.learningRate)).toEqual([3e-4, 1e-4]);
  });

  test("fit takes as many layers as the labels allow, and says why", async () => {
    const { model, engine } = setUp();
    await model.fit(images(4), { plot: false });
    expect(phasesOf(model)).toEqual([["head", "finished"]]);
    expect(model.history.phases[0]!.notes).toEqual(["4 labels are 2 a class: very few, so only the head is trained."]);
    await model.fit(images(20), { epochs: 1, plot: false });
    expect(engine.trained.at(-1)!.trainable).toEqual(["three", "head"]);
    expect(model.history.phases.at(-1)!.notes[0]).toMatch(/^20 labels are 10 a class/);
  });

  test("progress is of the whole: it only grows, and ends once", async () => {
    const seen: ProgressUpdate[] = [];
    installLabHost({ ...host, progress: (report) => void seen.push(report) });
    const { model, engine } = setUp();
    engine.beforeStep = () => {
      const until = performance.now() + 3;
      while (performance.now() < until);
    };
    await model.linearProbeThenFineTune(images(8), { lastLayers: 2, batchSize: 1, epochs: 20, plot: false });
    expect(new Set(seen.map(({ id, title }) => `${id} ${title}`)).size).toBe(1);
    const fractions = seen.map(({ fraction }) => fraction);
    expect(fractions.length).toBeGreaterThan(3);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.filter((fraction) => fraction === 1)).toHaveLength(1);
    // The head is a fifth of the whole.
    const second = seen.filter(({ detail }) => detail.startsWith("2/2"));
    expect(Math.min(...second.map(({ fraction }) => fraction))).toBeGreaterThanOrEqual(0.2);
    expect(seen.at(-2)!.detail).toMatch(/^2\/2, fine-tuning: epoch/);
  });

  test("an interrupt keeps what was reached, and the stage can be resumed", async () => {
    const { model, engine } = setUp();
    interruptAt(engine, 1, 3);
    const before = model.weights.get("three/kernel")!.data[0]!;
    const options = { lastLayers: 2, batchSize: 4, epochs: 9, plot: false };
    await expect(model.linearProbeThenFineTune(images(8), options)).rejects.toBeInstanceOf(InterruptedError);
    expect(phasesOf(model)).toEqual([
      ["head", "finished"],
      ["last 2 layers", "interrupted"],
    ]);
    expect(model.weights.get("three/kernel")!.data[0]! - before).toBeCloseTo(0.03, 5);
    expect(model.unfinished).toMatch(/2 layers/);
  });
});

describe("the stages of a strategy share a cut", () => {
  /** Its numbers tell in how many layers at once they were computed, as the last bits of a real engine's do. */
  class RouteEngine extends ScriptedEngine {
    override async infer(...[of, weights, input, options]: Parameters<ScriptedEngine["infer"]>): Promise<Tensor> {
      const { shape, data } = await super.infer(of, weights, input, options);
      return { shape, data: data.map((value) => value + 1e-4 * of.layers.length) };
    }
  }
  const settings = { lastLayers: 3, epochs: 2, batchSize: 4, plot: false };
  const setUpRoutes = (engine = new RouteEngine()) => {
    const runtime = new LabRuntime(engine);
    return { engine, runtime, model: graftOn(runtime, backbone, { classes, checkpoints: false }) };
  };
  const strategies = ["linearProbeThenFineTune", "gradualUnfreeze"] as const;

  test.each(strategies)("%s: each image crosses the frozen part once, validation too", async (strategy) => {
    const { engine, runtime, model } = setUpRoutes();
    await model[strategy](images(8), { ...settings, validation: images(20).subset(8) });
    expect(runtime.trunkPasses).toBe(20);
    // The head's features come from the rows at the cut before "two".
    expect(engine.inferred[0]).toEqual({ output: "one_bn", rows: 8 });
    expect(engine.inferred.filter(({ output }) => output === "three").map(({ rows }) => rows)).toEqual([8, 12]);
  });

  test.each(strategies)("%s: what was kept before changes no bit", async (strategy) => {
    const [fresh, used] = [setUpRoutes(), setUpRoutes()];
    await used.model.trainHead(images(8), { plot: false });
    const model = graftOn(used.runtime, backbone, { classes, checkpoints: false });
    await fresh.model[strategy](images(8), settings);
    await model[strategy](images(8), settings);
    expect(model.weights).toEqual(fresh.model.weights);
    const features = ({ engine }: typeof fresh) => engine.trained.map(({ train }) => (train.features as Tensor).data);
    expect(features(used)).toEqual(features(fresh));
    expect(features(fresh)).toHaveLength(strategy === "gradualUnfreeze" ? 2 : 1);
  });

  test("a stage that was interrupted goes on with the same rows", async () => {
    const { engine, model } = setUpRoutes();
    interruptAt(engine, 1, 2);
    await expect(model.gradualUnfreeze(images(8), settings)).rejects.toBeInstanceOf(InterruptedError);
    labHost().interruptFlag[0] = 0;
    engine.beforeStep = () => undefined;
    await model.resume(images(8), { plot: false });
    expect(engine.trained).toHaveLength(2);
    expect(engine.trained[0]!.trainable).toEqual(["three", "head"]);
    expect(engine.trained[1]!.train.features).toEqual(engine.trained[0]!.train.features);
  });
});

describe("gradual unfreezing", () => {
  test("one group more with each stage, each a phase, with rates that fall by 2.6 from group to group", async () => {
    const { engine, model } = setUp();
    await model.gradualUnfreeze(images(8), { all: true, batchNorm: "train", epochs: 2, plot: false });
    expect(phasesOf(model).map(([name]) => name)).toEqual(["head", "last 2 layers", "last 3 layers", "all layers"]);
    expect(engine.trained.map(({ trainable }) => trainable)).toEqual([
      ["three", "head"],
      ["two", "three", "head"],
      ["input_bn", "one", "one_bn", "two", "three", "head"],
    ]);
    const factors = Object.fromEntries(engine.trained[2]!.learningRateFactors!);
    const by = (groups: number) => expect.closeTo(2.6 ** -groups, 10) as number;
    expect(factors).toEqual({ input_bn: by(3), one: by(3), one_bn: by(3), two: by(2), three: by(1), head: 1 });
    for (const request of engine.trained) {
      expect(request).toMatchObject({
        epochs: 2,
        optimizer: { learningRate: 1e-3 },
        schedule: { name: "slantedTriangular" },
      });
    }
  });

  test("frozen batch norms stay out of the groups, settings that are given replace ULMFiT's", async () => {
    const { engine, model } = setUp();
    const options = { lastLayers: 5, batchNorm: "frozen", layerDecay: 0.5, learningRateFactors: { two: 3 } } as const;
    await model.gradualUnfreeze(images(8), { ...options, schedule: "constant", plot: false });
    const last = engine.trained.at(-1)!;
    expect(last.trainable).toEqual(["one", "two", "three", "head"]);
    expect(Object.fromEntries(last.learningRateFactors!)).toEqual({ one: 0.125, two: 3, three: 0.5, head: 1 });
    expect(last.schedule).toBe("constant");
  });

  test("an interrupt ends it at its stage", async () => {
    const { model, engine } = setUp();
    interruptAt(engine, 2, 2);
    await expect(model.gradualUnfreeze(images(8), { all: true, plot: false })).rejects.toBeInstanceOf(InterruptedError);
    expect(phasesOf(model)).toEqual([
      ["head", "finished"],
      ["last 2 layers", "finished"],
      [expect.stringMatching(/^last 3 layers/), "interrupted"],
    ]);
  });
});

test("a group is a layer with its batch norms; the head, of however many layers, is the last", () => {
  const names = layerGroups(graph, "two").map((group) => group.map(({ name }) => name));
  expect(names).toEqual([["input_bn", "one", "one_bn"], ["two"], ["three"]]);
});

test("how deep to train grows with the table", () => {
  expect(depthTable.map(({ depth }) => layersOf(graph, "two", depth))).toEqual([
    { lastLayers: 1 },
    { lastLayers: 2 },
    { lastLayers: 2 },
    { all: true },
  ]);
});

describe("finding a learning rate", () => {
  const sweep = { lastLayers: 2, from: 1e-4, to: 1, steps: 40, batchSize: 4 } as const;

  /** Losses as scripted by step; the rate is the schedule's. */
  function scripted(lossOf: (step: number) => number) {
    const { engine, model } = setUp();
    const plain = engine.train.bind(engine);
    engine.train = (request, observer) =>
      plain(request, {
        ...observer,
        onStep: (report) => {
          const { schedule, optimizer } = request;
          if (typeof schedule !== "object" || schedule.name !== "exponential") throw new Error("no sweep");
          const learningRate = optimizer.learningRate * schedule.factor ** (report.step - 1);
          observer?.onStep?.({ ...report, loss: lossOf(report.step), learningRate });
        },
      });
    return { engine, model };
  }

  test("rates grow exponentially from the first to the last, and the suggestion lies where the loss falls", async () => {
    const { model } = scripted((step) => (step < 10 ? 2 : step < 30 ? 2 - 0.08 * (step - 10) : 0.4));
    const found = await model.findLearningRate(images(8), sweep);
    expect(found.rates).toHaveLength(40);
    expect(found.rates[0]).toBeCloseTo(1e-4, 10);
    expect(found.rates[39]).toBeCloseTo(1, 10);
    expect(found.rates[20]! / found.rates[19]!).toBeCloseTo(1e4 ** (1 / 39), 8);
    expect(found.suggestion).toBe(found.valley);
    expect(found.suggestion).toBeGreaterThan(found.rates[9]!);
    expect(found.suggestion).toBeLessThan(found.rates[30]!);
    expect(found.diverged).toBe(false);
  });

  test("losses are fastai's moving average", async () => {
    const lossOf = (step: number) => 3 - 0.05 * step;
    const { losses } = await scripted(lossOf).model.findLearningRate(images(8), sweep);
    let average = 0;
    losses.forEach((loss, i) => {
      average = 0.98 * average + 0.02 * lossOf(i + 1);
      expect(loss).toBeCloseTo(average / (1 - 0.98 ** (i + 1)), 10);
    });
  });

  test("ends when the loss has grown to four times its lowest", async () => {
    const { model, engine } = scripted((step) => (step < 25 ? 2 - 0.05 * step : 400));
    const found = await model.findLearningRate(images(8), sweep);
    expect(found.diverged).toBe(true);
    expect(found.rates).toHaveLength(25);
    expect(engine.trained).toHaveLength(1);
  });

  const traceOf = (model: Model) => [
    graphHash(model.graph, model.weights),
    model.history.phases.length,
    model.summary(),
    model.unfinished,
  ];

  test.each(["finished", "interrupted", "failed"])("nothing of the model changes when it has %s", async (ending) => {
    const { model, engine } = scripted((step) => 3 - 0.05 * step);
    await model.trainHead(images(8), { plot: false });
    const before = traceOf(model);
    engine.beforeStep = (step) => {
      if (step !== 5) return;
      if (ending === "interrupted") labHost().interruptFlag[0] = 1;
      if (ending === "failed") throw new Error("the engine failed");
    };
    const search = model.findLearningRate(images(8), sweep);
    if (ending === "finished") await search;
    else if (ending === "failed") await expect(search).rejects.toThrow("the engine failed");
    else await expect(search).rejects.toBeInstanceOf(InterruptedError);
    expect(traceOf(model)).toEqual(before);
  });

  test("a large dataset is sampled: no more images cross the trunk than the steps need", async () => {
    const { model, engine } = scripted((step) => 3 - 0.05 * step);
    await model.findLearningRate(images(250), sweep);
    expect(engine.trained[0]!.train.features.shape[0]).toBe(160);
    expect(engine.trained[0]!.epochs).toBe(1);
  });

  test.each([
    ["train/sweep-range", { from: 1, to: 1e-3 }],
    ["train/sweep-range", { from: 0 }],
    ["train/sweep-steps", { steps: 5 }],
    ["train/no-selection", { lastLayers: undefined }],
  ])("refuses as %s %j", async (code, changed) => {
    const { model } = scripted(() => 1);
    await expect(model.findLearningRate(images(8), { ...sweep, ...changed } as typeof sweep)).rejects.toMatchObject({
      code,
    });
  });

  test("a loss that never falls has no suggestion", async () => {
    const { model } = scripted((step) => 1 + step / 100);
    await expect(model.findLearningRate(images(8), sweep)).rejects.toMatchObject({ code: "train/no-valley" });
  });
});
