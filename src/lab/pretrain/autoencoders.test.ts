/** Pre-training on real digits, on the calling thread, so that an interrupt falls between two steps that are known. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { installLabHost, labHost, type ProgressUpdate } from "../../shared/labHost";
import { FIGURE_MIME, type MimeBundle } from "../../shared/mimeBundle";
import type { CurvesFigure } from "../../shared/figures/curvesFigure";
import { denseEncoder } from "../backbone/denseEncoder";
import { initialWeights } from "../backbone/initialWeights";
import { preprocess } from "../backbone/preprocessing";
import type { Tensor, Weights } from "../backbone/layerGraph";
import { Backbone } from "../backbone/backbone";
import { Dataset } from "../data/dataset";
import { datasets } from "../data/datasets";
import type { TrainAndTest } from "../data/mnist";
import type { Engine, TrainRequest } from "../engine/engine";
import { runInference } from "../engine/runInference";
import { runTraining } from "../engine/runTraining";
import { Runtime } from "../engine/runtime";
import { conv, sequence } from "../engine/testing/networks";
import { graftOn } from "../train/graft";
import { LabRuntime } from "../train/labRuntime";
import { type AutoencoderOptions, autoencodersOn } from "./autoencoders";

const runtime = new Runtime();
const host = labHost();
let digits: TrainAndTest;
let some: Dataset;
beforeAll(async () => {
  digits = await datasets.mnist();
  some = digits.train.subset(0, 256);
});
afterEach(() => {
  host.interruptFlag[0] = 0;
  installLabHost(host);
});
afterAll(() => runtime.dispose());

const encoder = denseEncoder({ inputShape: [28, 28, 1], widths: [32, 16], seed: 3 });
const quick: AutoencoderOptions = { epochsPerLayer: 2, batchSize: 32, seed: 5, plot: false };

/** @param stopAt Interrupts after this step of this training, both counted from 1. */
function setUp(stopAt?: { readonly training: number; readonly step: number }) {
  const requests: TrainRequest[] = [];
  const engine: Engine = {
    name: "onnxruntime",
    cannotTrain: () => undefined,
    infer: (graph, weights, input, options) => runInference(runtime, graph, weights, input, options),
    train(request, observer = {}) {
      requests.push(request);
      const training = requests.length;
      return runTraining(runtime, request, {
        ...observer,
        onStep(report) {
          observer.onStep?.(report);
          if (stopAt?.training === training && stopAt.step === report.step) host.interruptFlag[0] = 1;
        },
      });
    },
    solveHead: () => Promise.reject(new Error("has no head")),
    dispose: () => Promise.resolve(),
  };
  return { requests, lab: new LabRuntime(engine) };
}

const bits = (weights: Weights) =>
  [...weights].map(([name, { data }]) => [name, Buffer.from(data.slice().buffer).toString("base64")]);

test("each layer learns to restore what the layers below give, and nothing else is trained", async () => {
  const { requests, lab } = setUp();
  const wider = denseEncoder({ inputShape: [28, 28, 1], widths: [64, 32], seed: 3 });
  const before = bits(wider.weights);
  const train = digits.train.subset(0, 1500);
  const stack = await autoencodersOn(lab, wider, train, { ...quick, epochsPerLayer: 5, learningRate: 3e-3 });
  expect(bits(wider.weights)).toEqual(before);
  expect(requests.map(({ trainable }) => trainable)).toEqual([
    ["dense1", "decoder of dense1"],
    ["dense2", "decoder of dense2"],
  ]);
  for (const { train: examples, corruption } of requests) {
    expect(corruption).toEqual({ name: "masking", rate: 0.3 });
    expect((examples.targets as Tensor).data).toBe((examples.features as Tensor).data);
  }
  const featuresOf = ({ train: { features } }: TrainRequest) => Buffer.from((features as Tensor).data.slice().buffer);
  const images = preprocess(train, wider.preprocessing);
  expect(featuresOf(requests[0]!).equals(Buffer.from(images.data.buffer))).toBe(true);
  // The second autoencoder reads what the trained first layer gives.
  const first = { ...wider.graph, layers: wider.graph.layers.slice(0, 2), output: "dense1" };
  const below = await lab.engine.infer(first, stack.weights, images);
  expect(featuresOf(requests[1]!).equals(Buffer.from(below.data.buffer))).toBe(true);
  expect(requests[1]!.weights.get("dense2/kernel")).toBe(wider.weights.get("dense2/kernel"));

  expect(stack.history.phases).toMatchObject([
    { name: "dense1", trainableLayers: ["dense1", "decoder of dense1"], frozenLayers: [], status: "finished" },
    { name: "dense2", frozenLayers: ["dense1"], status: "finished", options: { noise: { name: "masking" } } },
  ]);
  for (const { epochs } of stack.history.phases) {
    expect(epochs).toHaveLength(5);
    expect(epochs.at(-1)!.trainLoss).toBeLessThan(0.8 * epochs[0]!.trainLoss);
  }
  expect(stack.history.phases.map(({ notes }) => notes[0]!.includes("squared"))).toEqual([false, true]);
  const { clean, corrupted, depths } = await stack.reconstruct(digits.test.subset(0, 200));
  const noise = corrupted.data.reduce((sum, value, i) => sum + (value - clean.data[i]!) ** 2, 0) / clean.data.length;
  expect(depths.map(({ layer }) => layer)).toEqual(["dense1", "dense2"]);
  expect(depths[0]!.error).toBeLessThan(depths[1]!.error);
  // A gray image would have an error of 0.095, the variance of a pixel.
  expect(noise).toBeGreaterThan(0.025);
  expect(depths[0]!.error).toBeLessThan(0.038);
  expect(depths[1]!.error).toBeLessThan(0.05);
  expect(depths[0]!.values.shape).toEqual([200, 28, 28, 1]);
  const model = graftOn(lab, stack, { classes: train.classes, checkpoints: false });
  expect(model.weights.get("dense2/kernel")).toBe(stack.weights.get("dense2/kernel"));
});

test("same seed, same bits; another seed, others; labels are never read; fewer layers leave the rest as it was", async () => {
  const { lab } = setUp();
  const once = await autoencodersOn(lab, encoder, some, quick);
  const unlabelled = Dataset.from({
    images: Uint8Array.from(Array.from({ length: some.size }, (_, i) => [...some.image(i)]).flat()),
    ...{ imageShape: some.imageShape, labels: new Array<number>(some.size).fill(0), classes: ["any"] },
  });
  expect(bits((await autoencodersOn(lab, encoder, unlabelled, quick)).weights)).toEqual(bits(once.weights));
  const other = await autoencodersOn(lab, encoder, some, { ...quick, seed: 6 });
  expect(bits(other.weights)[2]).not.toEqual(bits(once.weights)[2]);
  const noise = { name: "gaussian", deviation: 0.3 } as const;
  const gaussian = await autoencodersOn(lab, encoder, some, { ...quick, noise });
  expect(bits(gaussian.weights)[0]).not.toEqual(bits(once.weights)[0]);
  const one = await autoencodersOn(lab, encoder, some, { ...quick, layers: 1 });
  expect(one.pretrainedLayers).toEqual(["dense1"]);
  expect(bits(one.weights)).toEqual([...bits(once.weights).slice(0, 2), ...bits(encoder.weights).slice(2)]);
});

test("interrupted, it keeps the layers that are done: the same call goes on to the same bits, fewer layers take what is there", async () => {
  const whole = await autoencodersOn(setUp().lab, encoder, some, quick);
  const { requests, lab } = setUp({ training: 2, step: 11 });
  await expect(autoencodersOn(lab, encoder, some, quick)).rejects.toMatchObject({
    name: "InterruptedError",
    message: expect.stringContaining('1 of 2 layers are done and kept; the same call goes on with "dense2"') as string,
  });
  host.interruptFlag[0] = 0;
  const one = await autoencodersOn(lab, encoder, some, { ...quick, layers: 1 });
  expect(requests).toHaveLength(2);
  expect(bits(one.weights)[0]).toEqual(bits(whole.weights)[0]);
  expect(one.history.phases.map(({ name }) => name)).toEqual(["dense1"]);

  const again = await autoencodersOn(lab, encoder, some, quick);
  expect(requests).toHaveLength(3);
  expect(requests[2]!.resume!.progress.step).toBe(11);
  expect(bits(again.weights)).toEqual(bits(whole.weights));
  const losses = (stack: typeof whole) => stack.history.phases.map(({ steps }) => steps.map(({ loss }) => loss));
  expect(losses(again)).toEqual(losses(whole));
  expect(again.history.phases.map(({ status }) => status)).toEqual(["finished", "finished"]);
  // Nothing is kept of what came to its end.
  await autoencodersOn(lab, encoder, some, quick);
  expect(requests).toHaveLength(5);
});

test("what was interrupted is not gone on with on other data or settings", async () => {
  const { requests, lab } = setUp({ training: 2, step: 3 });
  await expect(autoencodersOn(lab, encoder, some, quick)).rejects.toThrow("Interrupted");
  host.interruptFlag[0] = 0;
  await autoencodersOn(lab, encoder, some.subset(0, 128), quick);
  await autoencodersOn(lab, encoder, some, { ...quick, learningRate: 2e-3 });
  expect(requests).toHaveLength(2 + 2 + 2);
});

test("tells each layer's progress over the whole, and draws a phase for each", async () => {
  const told: ProgressUpdate[] = [];
  const shown: MimeBundle[] = [];
  installLabHost({
    ...host,
    progress: (update) => void told.push(update),
    display: (bundle) => void shown.push(bundle),
  });
  await autoencodersOn(setUp().lab, encoder, some, { ...quick, plot: true });
  expect(told[0]!.detail).toMatch(/^1\/2, dense1: epoch 1\/2, loss 0\.\d+/);
  expect(told.at(-1)).toMatchObject({ fraction: 1, detail: "finished" });
  const figure = shown.at(-1)![FIGURE_MIME] as CurvesFigure;
  expect(figure.live).toBe(false);
  expect(figure.runs[0]!.phases.map(({ name, status }) => [name, status])).toEqual([
    ["dense1", "finished"],
    ["dense2", "finished"],
  ]);
});

const maps = sequence([28, 28, 1], [conv("conv")]);
const convolutional = new Backbone({
  ...{ name: "maps", graph: maps, weights: initialWeights(maps, 1), preprocessing: encoder.preprocessing },
});
const small = () => some.resize({ height: 8, width: 8 });

test.each<[string, () => Backbone, () => Dataset, AutoencoderOptions]>([
  ["pretrain/not-dense", () => convolutional, () => some, {}],
  ["pretrain/layers", () => encoder, () => some, { layers: 3 }],
  ["pretrain/layers", () => encoder, () => some, { layers: 0.5 }],
  ["train/input-shape", () => encoder, small, {}],
  ["train/empty", () => encoder, () => some.subset(0, 0), {}],
  ["pretrain/diverged", () => encoder, () => some, { learningRate: 1e30 }],
  ["engine/setting", () => encoder, () => some, { noise: { name: "masking", rate: 1 } }],
  ["engine/setting", () => encoder, () => some, { epochsPerLayer: 0 }],
  ["engine/batch-size", () => encoder, () => some, { batchSize: 1000 }],
])("refuses by %s", async (code, backbone, dataset, options) => {
  const run = autoencodersOn(setUp().lab, backbone(), dataset(), { ...quick, ...options });
  await expect(run).rejects.toMatchObject({ code });
});
