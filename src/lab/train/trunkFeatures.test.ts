import { readFile, writeFile } from "node:fs/promises";
import { afterEach, expect, test, vi } from "vitest";
import type { LayerGraph, Tensor } from "../backbone/layerGraph";
import * as preprocessing from "../backbone/preprocessing";
import { Dataset } from "../data/dataset";
import type { Features, InferOptions } from "../engine/engine";
import { isInMemory, openRows } from "../engine/rowReader";
import { diskFiles, type StoreFiles } from "../features/storeFiles";
import { emptyFolder, storeIn, type TestStore } from "../features/testing/storedItems";
import { InterruptedError } from "../../shared/graftError";
import { LabRuntime } from "./labRuntime";
import { ScriptedEngine } from "./scriptedEngine";
import { trunkFeatures } from "./trunkFeatures";

/** 32 of them, 64 bytes each as float32, are a chunk in these tests. */
const side = 2;
const imageShape = [side, side, 4];
const graph: LayerGraph = {
  input: { name: "pixels", shape: imageShape },
  layers: [{ type: "GlobalAveragePooling2D", name: "mean", inputs: ["pixels"], keepDims: false }],
  output: "mean",
};
const trunk = { graph, weights: new Map(), preprocessing: { scale: 1 / 255, offset: 0.25 } };
const chunkRows = 32;

/** Each image is of one byte. */
function images(bytes: readonly number[]): Dataset {
  const data = new Uint8Array(bytes.length * side * side * 4);
  bytes.forEach((byte, i) => data.fill(byte, i * side * side * 4, (i + 1) * side * side * 4));
  return Dataset.from({ images: data, imageShape, labels: bytes.map(() => 0), classes: ["a", "b"] });
}

const bytes = Array.from({ length: 70 }, (_, i) => i + 1);

/** Of an image whose every byte is `byte`; the engine of these tests looks at its first pixel. */
function featureOf(byte: number): number[] {
  return Array.from({ length: 4 }, (_, c) => Math.fround(Math.fround(byte / 255 + 0.25) * (c + 1)));
}

class FirstPixelEngine extends ScriptedEngine {
  readonly options: InferOptions[] = [];
  /** Awaited in each pass, with its number from 0. */
  gate: (pass: number) => Promise<void> = () => Promise.resolve();

  override async infer(
    of: LayerGraph,
    _weights: unknown,
    input: Features,
    options: InferOptions = {},
  ): Promise<Tensor> {
    const rows = input.shape[0]!;
    this.inferred.push({ output: of.output, rows });
    this.options.push(options);
    const { data } = input as Tensor;
    await this.gate(this.inferred.length - 1);
    options.onRows?.(rows);
    const pixels = data.length / rows;
    const values = Array.from({ length: rows * 4 }, (_, i) => data[Math.floor(i / 4) * pixels]! * ((i % 4) + 1));
    return { shape: [rows, 4], data: Float32Array.from(values) };
  }
}

interface SetUp extends TestStore {
  readonly engine: FirstPixelEngine;
  readonly runtime: LabRuntime;
  /** With small limits all features are large. */
  readonly streamed: (dataset: Dataset) => Promise<Features>;
}

function setUp(folder: string, options: Parameters<typeof storeIn>[1] = {}): SetUp {
  const engine = new FirstPixelEngine();
  const store = storeIn(folder, options);
  const runtime = new LabRuntime(engine, { store: store.store, streamAboveBytes: 100, chunkBytes: 32 * 64 });
  const streamed = (dataset: Dataset) => trunkFeatures(runtime, trunk, dataset, undefined, { stream: true });
  return { ...store, engine, runtime, streamed };
}

function rowsOf(features: Features): number[][] {
  const reader = openRows(features);
  const into = new Float32Array(4);
  const rows = Array.from({ length: features.shape[0]! }, (_, row) => {
    reader.read(row, into, 0);
    return [...into];
  });
  reader.close();
  return rows;
}

afterEach(() => {
  vi.restoreAllMocks();
});

test("features in files and in memory are the same, and each image crosses once, also in the next notebook", async () => {
  const folder = await emptyFolder();
  const { engine, runtime, streamed } = setUp(folder);
  const dataset = images([...bytes, 3, 3]);
  const inFiles = await streamed(dataset);
  expect(isInMemory(inFiles)).toBe(false);
  expect(inFiles.shape).toEqual([72, 4]);
  expect(rowsOf(inFiles)).toEqual([...bytes, 3, 3].map(featureOf));
  const inMemory = await trunkFeatures(runtime, trunk, dataset);
  expect(rowsOf(inMemory)).toEqual(rowsOf(inFiles));
  expect(runtime.trunkPasses).toBe(70);
  expect(engine.inferred.map(({ rows }) => rows)).toEqual([chunkRows, chunkRows, 6]);

  const next = setUp(folder);
  expect(rowsOf(await trunkFeatures(next.runtime, trunk, images([70, 99])))).toEqual([70, 99].map(featureOf));
  expect(next.runtime.trunkPasses).toBe(1);
});

test("a chunk is prepared while the engine works on the one before, and not more than that", async () => {
  const { engine, runtime } = setUp(await emptyFolder());
  const prepared = vi.spyOn(preprocessing, "preprocess");
  const preparedAtPass: number[] = [];
  let release: () => void = () => undefined;
  engine.gate = async (pass) => {
    if (pass > 0) return;
    await new Promise<void>((resolve) => (release = resolve));
    preparedAtPass.push(prepared.mock.calls.length);
  };
  const features = trunkFeatures(runtime, trunk, images(Array.from({ length: 150 }, (_, i) => i)));
  await vi.waitFor(() => expect(engine.inferred).toHaveLength(2));
  // Turns of the event loop do not bring a third one while the first is at it.
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  release();
  await features;
  expect(preparedAtPass).toEqual([2]);
  expect(prepared).toHaveBeenCalledTimes(5);
  // The weights are not hashed with every chunk.
  expect(new Set(engine.options.map(({ modelKey }) => modelKey)).size).toBe(1);
  expect(engine.options[0]!.modelKey).toMatch(/^[0-9a-f]{64}$/);
});

test("progress counts the images that cross", async () => {
  const { runtime } = setUp(await emptyFolder());
  await trunkFeatures(runtime, trunk, images([1, 2, 3]));
  const progress: [number, number][] = [];
  await trunkFeatures(runtime, trunk, images(bytes), (done, total) => progress.push([done, total]));
  expect(progress).toEqual([
    [32, 67],
    [64, 67],
    [67, 67],
  ]);
});

test("an interrupt keeps what has crossed", async () => {
  const { engine, runtime } = setUp(await emptyFolder());
  engine.gate = (pass) => (pass === 1 ? Promise.reject(new InterruptedError()) : Promise.resolve());
  await expect(trunkFeatures(runtime, trunk, images(bytes))).rejects.toThrow(InterruptedError);
  expect(engine.options[1]!.interruptFlag).toBe(runtime.interruptFlag);
  expect(runtime.trunkPasses).toBe(chunkRows);
  await trunkFeatures(runtime, trunk, images(bytes));
  expect(runtime.trunkPasses).toBe(70);
});

test("two that want the same features at once compute them once", async () => {
  const { runtime } = setUp(await emptyFolder());
  const both = await Promise.all([
    trunkFeatures(runtime, trunk, images(bytes)),
    trunkFeatures(runtime, trunk, images([5, 80])),
  ]);
  expect(rowsOf(both[1])).toEqual([5, 80].map(featureOf));
  expect(runtime.trunkPasses).toBe(71);
});

test("a row that was damaged is computed again, for files too", async () => {
  const folder = await emptyFolder();
  const first = await setUp(folder).streamed(images(bytes));
  if (isInMemory(first)) throw new Error("expected files");
  const file = first.files[0]!;
  const content = await readFile(file);
  content[first.offset[40]! + 1]! ^= 0x10;
  await writeFile(file, content);
  const { runtime, streamed, problems } = setUp(folder);
  expect(rowsOf(await streamed(images(bytes)))).toEqual(bytes.map(featureOf));
  expect(runtime.trunkPasses).toBe(1);
  expect(problems).toEqual(["train/cache-corrupted"]);
});

test("a disk that becomes full in the midst of it: all features are there, in memory", async () => {
  let opened = 0;
  const files: StoreFiles = {
    ...diskFiles,
    open: (...parts) =>
      ++opened > 1
        ? Promise.reject(Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" }))
        : diskFiles.open(...parts),
  };
  const { runtime, streamed, problems } = setUp(await emptyFolder(), { files });
  const features = await streamed(images(bytes));
  expect(isInMemory(features)).toBe(true);
  expect(rowsOf(features)).toEqual(bytes.map(featureOf));
  expect(runtime.trunkPasses).toBe(70);
  expect(problems).toEqual(["train/cache-full"]);
});

test("float16: the first training sees the numbers that all later ones see", async () => {
  const folder = await emptyFolder();
  const first = await trunkFeatures(setUp(folder, { dtype: "float16" }).runtime, trunk, images(bytes));
  expect(rowsOf(first)).not.toEqual(bytes.map(featureOf));
  const later = setUp(folder, { dtype: "float16" });
  expect(await trunkFeatures(later.runtime, trunk, images(bytes))).toEqual(first);
  expect(rowsOf(await later.streamed(images(bytes)))).toEqual(rowsOf(first));
  expect(later.runtime.trunkPasses).toBe(0);
});

test("without a trunk the pixels themselves stream, and nothing crosses", async () => {
  const { runtime } = setUp(await emptyFolder());
  const pixels = { ...trunk, graph: { input: graph.input, layers: [], output: "pixels" } };
  const dataset = images([7, 9]);
  const features = await trunkFeatures(runtime, pixels, dataset, undefined, { stream: true });
  expect(isInMemory(features)).toBe(false);
  const into = new Float32Array(side * side * 4);
  const reader = openRows(features);
  reader.read(1, into, 0);
  reader.close();
  const inMemory = await trunkFeatures(runtime, pixels, dataset);
  expect(into).toEqual(inMemory.data.subarray(into.length));
  expect(runtime.trunkPasses).toBe(0);
});

test("features that the store has no room for stay in memory, and that is told", async () => {
  const { runtime, streamed, problems } = setUp(await emptyFolder(), { limitBytes: 1000 });
  const features = await streamed(images(bytes));
  expect(isInMemory(features)).toBe(true);
  expect(rowsOf(features)).toEqual(bytes.map(featureOf));
  expect(runtime.trunkPasses).toBe(70);
  expect(problems).toEqual(["train/cache-limit"]);
});

test("images of another size cross once for each way in which they are brought to the trunk's", async () => {
  const colour: LayerGraph = {
    input: { name: "pixels", shape: [2, 2, 3] },
    layers: [
      ...graph.layers,
      { type: "Dense", name: "four", inputs: ["mean"], units: 4, useBias: false, activation: "linear" },
    ],
    output: "four",
  };
  const { runtime } = setUp(await emptyFolder());
  const gray = Dataset.from({
    images: Uint8Array.from({ length: 3 * 4 * 8 }, (_, i) => 2 * i),
    imageShape: [4, 8, 1],
    labels: [0, 0, 0],
    classes: ["a", "b"],
  });
  const cross = (mode: "squash" | "letterbox" | "centerCrop", dataset = gray) =>
    trunkFeatures(
      runtime,
      { graph: colour, weights: new Map(), preprocessing: { scale: 1 / 255, offset: 0.25, fit: { mode } } },
      dataset,
    );
  const squashed = await cross("squash");
  expect(squashed.shape).toEqual([3, 4]);
  expect(runtime.trunkPasses).toBe(3);
  expect((await cross("squash")).data).toEqual(squashed.data);
  expect((await cross("squash", gray.resize({ height: 2, width: 2, channels: 3 }))).data).toEqual(squashed.data);
  expect(runtime.trunkPasses).toBe(3);
  expect((await cross("letterbox")).data).not.toEqual(squashed.data);
  expect(runtime.trunkPasses).toBe(6);
  await cross("centerCrop");
  expect(runtime.trunkPasses).toBe(9);
});

test("features that fit nowhere are an error before anything is computed", async () => {
  const { runtime } = setUp(await emptyFolder());
  const pixels = { ...trunk, graph: { input: graph.input, layers: [], output: "pixels" } };
  const endless = images([1]);
  vi.spyOn(endless, "size", "get").mockReturnValue(1e12);
  await expect(trunkFeatures(runtime, pixels, endless)).rejects.toMatchObject({
    code: "train/cache-memory",
    found: "59604.6 GiB, more than either has room for",
  });
});

/** From the rows of `graph` on. */
const rest: LayerGraph = {
  input: { name: "mean", shape: [4] },
  layers: [{ type: "BatchNormalization", name: "norm", inputs: ["mean"], epsilon: 1e-3, momentum: 0.9 }],
  output: "norm",
};

test("rows that come from another trunk's: the images cross once, and what they become is kept apart", async () => {
  const { engine, runtime } = setUp(await emptyFolder());
  const gamma = (value: number) => new Map([["norm/gamma", { shape: [4], data: new Float32Array(4).fill(value) }]]);
  const behind = (source = trunk, value = 1) => ({ ...trunk, graph: rest, weights: gamma(value), source });
  const dataset = images([...bytes, 3]);
  const features = await trunkFeatures(runtime, behind(), dataset);
  expect(runtime.trunkPasses).toBe(70);
  expect(engine.inferred.map(({ output }) => output)).toEqual(["mean", "mean", "mean", "norm"]);
  // The engine of these tests takes the first number of a row, which is the image's first pixel.
  expect(rowsOf(features)).toEqual([...bytes, 3].map(featureOf));

  // Both are there now, and the rows of the source are those that are read without the detour.
  expect(await trunkFeatures(runtime, behind(), dataset)).toEqual(features);
  await trunkFeatures(runtime, trunk, dataset);
  expect(engine.inferred).toHaveLength(4);
  // Other weights behind the source, another source, no source: other rows.
  await trunkFeatures(runtime, behind(trunk, 2), dataset);
  expect(engine.inferred).toHaveLength(5);
  expect(runtime.trunkPasses).toBe(70);
  await trunkFeatures(runtime, behind({ ...trunk, preprocessing: { scale: 1 / 255, offset: 0 } }), dataset);
  expect(engine.inferred).toHaveLength(9);
  expect(runtime.trunkPasses).toBe(140);
});

test("the rows of a source that streams are read from its files", async () => {
  const { runtime, streamed } = setUp(await emptyFolder());
  const dataset = images(bytes);
  expect(isInMemory(await streamed(dataset))).toBe(false);
  const features = await trunkFeatures(runtime, { ...trunk, graph: rest, source: trunk }, dataset);
  expect(rowsOf(features)).toEqual(bytes.map(featureOf));
  expect(runtime.trunkPasses).toBe(70);
});

test("what decides the numbers decides the space: preprocessing, weights, layers, and the engine", async () => {
  const { engine, runtime } = setUp(await emptyFolder());
  const dataset = images([1]);
  const scaled: LayerGraph = {
    ...graph,
    layers: [
      { type: "BatchNormalization", name: "norm", inputs: ["pixels"], epsilon: 1e-3, momentum: 0.9 },
      { ...graph.layers[0]!, inputs: ["norm"] },
    ],
  };
  const gamma = (value: number) => new Map([["norm/gamma", { shape: [4], data: new Float32Array(4).fill(value) }]]);
  const others = [
    trunk,
    { ...trunk, preprocessing: { scale: 1 / 255, offset: 0 } },
    { ...trunk, preprocessing: { scale: 1 / 128, offset: 0.25 } },
    { ...trunk, preprocessing: { scale: [1 / 255, 1 / 255, 1 / 255, 1 / 128], offset: 0.25 } },
    { ...trunk, preprocessing: { scale: 1 / 255, offset: 0.25, channelOrder: "bgr" as const } },
    { ...trunk, graph: scaled, weights: gamma(1) },
    { ...trunk, graph: scaled, weights: gamma(2) },
  ];
  for (const [i, other] of [...others, ...others].entries()) {
    await trunkFeatures(runtime, other, dataset);
    expect(runtime.trunkPasses).toBe(Math.min(i + 1, others.length));
  }
  Object.defineProperty(engine, "name", { value: "another engine" });
  await trunkFeatures(runtime, trunk, dataset);
  expect(runtime.trunkPasses).toBe(others.length + 1);
});
