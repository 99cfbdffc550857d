/** Stopped anywhere and taken up again from plain data, a run gives the bits that it gives without the stop. */
import { afterAll, describe, expect, test } from "vitest";
import type { Tensor, Weights } from "../backbone/layerGraph";
import type { StepReport, TrainRequest, TrainResult } from "./engine";
import { runTraining } from "./runTraining";
import { Runtime } from "./runtime";
import { conv, dense, norm, randomExamples, randomWeights, sequence } from "./testing/networks";
import type { TrainingProgress, TrainingSnapshot } from "./trainingSnapshot";

const runtime = new Runtime();
/** Sessions of its own, as another process has. */
const otherRuntime = new Runtime();
afterAll(() => Promise.all([runtime.dispose(), otherRuntime.dispose()]));

const graph = sequence(
  [4, 4, 2],
  [
    conv("conv"),
    norm("bn"),
    { type: "Dropout", name: "dropout", rate: 0.3 },
    { type: "GlobalAveragePooling2D", name: "average", keepDims: false },
    dense("head"),
  ],
);
const examples = (rows: number, seed: number) => {
  const { features, labels } = randomExamples(graph, rows, 4, seed);
  return { features, targets: labels };
};
const request: TrainRequest = {
  graph,
  weights: randomWeights(graph, 3),
  trainable: ["conv", "bn", "head"],
  train: examples(11, 4),
  validation: examples(6, 5),
  epochs: 4,
  batchSize: 3,
  optimizer: { name: "adam", learningRate: 0.05 },
  seed: 5,
};
/** Four batches an epoch. */
const cases: readonly (readonly [string, Partial<TrainRequest>, readonly number[]])[] = [
  ["Adam with dropout and batch norm", {}, [1, 4, 6, 15]],
  ["cosine, decay, clipping", { schedule: "cosine", clipNorm: 0.1, optimizer: adamW() }, [3]],
  ["momentum on a plateau", { schedule: { name: "plateau", patience: 1 }, optimizer: momentum() }, [5, 9, 13]],
  ["moving average", { emaDecay: 0.8 }, [2, 8]],
  ["early stopping", { earlyStopping: { patience: 1, minDelta: 0.05 }, epochs: 9 }, [3, 4]],
  ["accumulation, weights of rows", { accumulateBatches: 3, train: weighted() }, [1, 3, 5]],
];

function adamW() {
  return { name: "adamW", learningRate: 0.02, weightDecay: 0.1 } as const;
}

function momentum() {
  return { name: "sgd", learningRate: 0.3, momentum: 0.9 } as const;
}

function weighted() {
  return { ...examples(11, 4), sampleWeights: Float32Array.from({ length: 11 }, (_, row) => 0.5 + row / 10) };
}

async function interruptedAfter(stop: number, changed: TrainRequest, steps: StepReport[]): Promise<TrainResult> {
  const interruptFlag = new Int32Array(new SharedArrayBuffer(4));
  return runTraining(
    runtime,
    { ...changed, interruptFlag },
    {
      onStep(report) {
        steps.push(report);
        if (report.step === stop) Atomics.store(interruptFlag, 0, 1);
      },
    },
  );
}

/** What a file keeps. */
function thawed({ progress, weights, slots }: TrainingSnapshot): TrainingSnapshot {
  return {
    progress: JSON.parse(JSON.stringify(progress)) as TrainingProgress,
    weights: structuredClone(weights),
    slots: structuredClone(slots),
  };
}

function bits(weights: Weights | undefined) {
  return [...(weights ?? [])].map(([key, { shape, data }]) => [key, shape, [...new Uint32Array(data.slice().buffer)]]);
}

describe.each(cases)("%s", (_, changes, stops) => {
  test.each(stops)("stopped after step %i", async (stop) => {
    const changed = { ...request, ...changes };
    const wholeSteps: StepReport[] = [];
    const whole = await runTraining(runtime, changed, { onStep: (report) => wholeSteps.push(report) });
    const steps: StepReport[] = [];
    const first = await interruptedAfter(stop, changed, steps);
    expect(first).toMatchObject({ interrupted: true, steps: stop });
    const resume = thawed(first.snapshot);
    const second = await runTraining(otherRuntime, { ...changed, resume }, { onStep: (report) => steps.push(report) });
    expect(steps).toEqual(wholeSteps);
    expect(second.epochs).toEqual(whole.epochs);
    expect(second.steps).toBe(whole.steps);
    expect(bits(second.weights)).toEqual(bits(whole.weights));
    expect(second.best?.epoch).toBe(whole.best!.epoch);
    expect(bits(second.best?.weights)).toEqual(bits(whole.best?.weights));
    expect(bits(second.snapshot.slots)).toEqual(bits(whole.snapshot.slots));
    expect(second.snapshot.progress).toEqual(whole.snapshot.progress);
  });
});

test("each epoch has an order of its own, also where a run is taken up between or within epochs", async () => {
  const linear = sequence([4], [dense("head")]);
  const { features, labels } = randomExamples(linear, 11, 4, 4);
  // The weights stay where they are, so that a step's loss tells its row.
  const still: TrainRequest = {
    graph: linear,
    weights: randomWeights(linear, 3),
    trainable: ["head"],
    train: { features, targets: labels },
    epochs: 3,
    batchSize: 1,
    optimizer: { name: "sgd", learningRate: 1e-30 },
    seed: 5,
  };
  const steps: StepReport[] = [];
  await runTraining(runtime, still, { onStep: (report) => steps.push(report) });
  const losses = steps.map(({ loss }) => loss);
  const orders = [0, 1, 2].map((epoch) => losses.slice(epoch * 11, (epoch + 1) * 11));
  expect(new Set(orders[0]).size).toBe(11);
  expect(new Set(orders.map((order) => order.join())).size).toBe(3);
  expect(new Set(orders.map((order) => [...order].sort().join())).size).toBe(1);

  for (const stop of [5, 11, 16, 22]) {
    const { snapshot } = await interruptedAfter(stop, still, []);
    const rest: number[] = [];
    await runTraining(otherRuntime, { ...still, resume: thawed(snapshot) }, { onStep: ({ loss }) => rest.push(loss) });
    expect(rest).toEqual(losses.slice(stop));
  }
});

test("a snapshot of an epoch's end goes on as the run itself did", async () => {
  const snapshots: TrainingSnapshot[] = [];
  const whole = await runTraining(
    runtime,
    { ...request, snapshotEveryMs: 0 },
    { onSnapshot: (snapshot) => snapshots.push(thawed(snapshot)) },
  );
  expect(snapshots.map(({ progress }) => progress.epoch)).toEqual([1, 2, 3]);
  for (const resume of snapshots) {
    expect(bits((await runTraining(runtime, { ...request, resume })).weights)).toEqual(bits(whole.weights));
  }
});

test("where rates do not depend on its length, a finished run can be made longer", async () => {
  const short = await runTraining(runtime, { ...request, epochs: 2 });
  const longer = await runTraining(runtime, { ...request, resume: thawed(short.snapshot) });
  expect(bits(longer.weights)).toEqual(bits((await runTraining(runtime, request)).weights));
});

test("the best epoch's weights are those that it had", async () => {
  const { best, epochs } = await runTraining(runtime, request);
  const losses = epochs.map(({ validationLoss }) => validationLoss!);
  expect(best!.epoch).toBe(losses.indexOf(Math.min(...losses)) + 1);
  const upToBest = await runTraining(runtime, { ...request, epochs: best!.epoch });
  expect(bits(best!.weights)).toEqual(bits(upToBest.weights));
});

test("an interrupt keeps the best weights of the epochs before it beside the last ones", async () => {
  const stopped = await interruptedAfter(9, request, []);
  const twoEpochs = await runTraining(runtime, { ...request, epochs: 2 });
  expect(stopped.best!.epoch).toBe(twoEpochs.best!.epoch);
  expect(bits(stopped.best!.weights)).toEqual(bits(twoEpochs.best!.weights));
  expect(bits(stopped.weights)).not.toEqual(bits(twoEpochs.weights));
});

describe("refuses", () => {
  const more = { features: examples(12, 4).features, targets: examples(12, 4).targets };
  const otherLabels = { features: request.train.features, targets: examples(11, 8).targets };
  const wider = sequence(
    [4, 4, 2],
    [conv("conv", { filters: 4 }), norm("bn"), { type: "Flatten", name: "flat" }, dense("head")],
  );

  test.each<[string, RegExp, Partial<TrainRequest>]>([
    ["another graph", /the graph/, { graph: wider, weights: randomWeights(wider, 3) }],
    ["other layers", /trainable layers/, { trainable: ["head"] }],
    ["more rows", /training rows as it was \(11\), but found 12/, { train: more }],
    ["other labels", /training targets/, { train: otherLabels }],
    ["another batch size", /batch size as it was \(3\), but found 4/, { batchSize: 4 }],
    ["another seed", /the seed as it was \(5\), but found 6/, { seed: 6 }],
    ["another optimizer", /the optimizer/, { optimizer: momentum() }],
    ["another schedule", /the schedule/, { schedule: "cosine" }],
    ["another loss", /the loss/, { loss: { name: "softmaxCrossEntropy", labelSmoothing: 0.1 } }],
  ])("%s", async (_, text, changes) => {
    const { snapshot } = await runTraining(runtime, { ...request, epochs: 1 });
    const resumed = runTraining(runtime, { ...request, ...changes, resume: snapshot });
    await expect(resumed).rejects.toMatchObject({ code: "engine/other-training" });
    await expect(resumed).rejects.toThrow(text);
  });

  test.each<[string, (snapshot: TrainingSnapshot) => TrainingSnapshot]>([
    ["of another engine", (snapshot) => ({ ...snapshot, progress: { ...snapshot.progress, engine: "tfjs" } })],
    ["of a newer version", (snapshot) => ({ ...snapshot, progress: { ...snapshot.progress, version: 2 } })],
    ["without its slots", (snapshot) => ({ ...snapshot, slots: new Map<string, Tensor>() })],
  ])("a snapshot %s", async (_, damaged) => {
    const { snapshot } = await runTraining(runtime, { ...request, epochs: 1 });
    const resumed = runTraining(runtime, { ...request, resume: damaged(snapshot) });
    await expect(resumed).rejects.toMatchObject({ code: "engine/snapshot" });
  });
});
