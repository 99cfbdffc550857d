/** Models of texts do what models of images do: train, predict, are saved and exported; what has no meaning for texts is refused. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Rng } from "../../shared/rng";
import { Backbone } from "../backbone/backbone";
import { weightedLayers } from "../backbone/graphShapes";
import { preprocess, type Preprocessing } from "../backbone/preprocessing";
import { requirePreprocessing } from "../backbone/requirePreprocessing";
import { transformerEncoder } from "../backbone/transformerEncoder";
import { layerHash } from "../backbone/weightsHash";
import { Dataset } from "../data/dataset";
import { createOnnxruntimeEngine } from "../engine/onnxruntimeEngine";
import { loadModelOn } from "../modelFile/models";
import { tokenizers } from "../text/tokenizers";
import { fromScratchOn, graftOn } from "./graft";
import { LabRuntime } from "./labRuntime";

const engine = createOnnxruntimeEngine();
let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "graft-text-models-"))));
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

/** Which of two words comes first: the words alone do not tell it. */
const classes = ["day first", "night first"];
const filler = ["we", "sing", "of", "long", "and", "short"];
function songs(count: number, seed: number): Dataset {
  const rng = new Rng(seed);
  const labels = Array.from({ length: count }, () => rng.below(2));
  const texts = labels.map((label) => {
    const words = Array.from({ length: 4 + rng.below(5) }, () => filler[rng.below(filler.length)]!);
    const [first, second] = label === 0 ? ["day", "night"] : ["night", "day"];
    words[rng.below(2)] = first;
    words[2 + rng.below(2)] = second;
    return words.join(" ");
  });
  return Dataset.fromTexts({ texts, labels, classes });
}
const train = songs(300, 1);
const test_ = songs(100, 2);
const tokenizer = tokenizers.train(train, { vocabularySize: 60 });
const encoder = transformerEncoder({ tokenizer, length: 10, layers: 2, width: 16, heads: 2, seed: 1 });
const images = Dataset.from({ images: new Uint8Array(8), imageShape: [2, 2, 1], labels: [0, 1], classes });

async function trained() {
  const runtime = new LabRuntime(engine);
  const model = fromScratchOn(runtime, encoder, { classes, checkpoints: false });
  await model.fineTune(train, { all: true, learningRate: 5e-3, epochs: 12, plot: false });
  return { runtime, model };
}
const ready = trained();

test("it learns from texts and predicts them, in a dataset or by themselves", async () => {
  const { model } = await ready;
  expect((await model.evaluate(test_)).accuracy).toBeGreaterThan(0.9);
  const [first, second] = await model.predict(["day sing night", "night we sing day"]);
  expect([first!.name, second!.name]).toEqual(classes);
  expect((await model.features(test_.subset(0, 3))).features.shape).toEqual([3, 16]);
  expect((await model.logits([])).shape).toEqual([0, 2]);
});

test("a text's tokens are padded with 0 and cut off; what is unknown or empty makes numbers too", async () => {
  const { data, shape } = preprocess(
    Dataset.fromTexts({ texts: ["day night", "we ".repeat(30), ""], labels: [0, 0, 0], classes }),
    encoder.preprocessing,
  );
  const id = (word: string) => tokenizer.encode(word)[0]!;
  expect(shape).toEqual([3, 10]);
  expect([...data.subarray(0, 10)]).toEqual([id("day"), id("night"), 0, 0, 0, 0, 0, 0, 0, 0]);
  expect([...data.subarray(10, 20)]).toEqual(new Array(10).fill(id("we")));
  const { model } = await ready;
  const logits = await model.logits(["", "жжж"]);
  expect(logits.data.every((value) => Number.isFinite(value))).toBe(true);
});

test("padding changes nothing: the same text is the same alone and among longer ones", async () => {
  const { model } = await ready;
  const longer = transformerEncoder({ tokenizer, length: 10, layers: 2, width: 16, heads: 2, seed: 1 });
  expect(longer.inputShape).toEqual([10]);
  const [alone] = [(await model.logits(["day sing night"])).data];
  const among = (await model.logits(["night we sing of long and short day of", "day sing night"])).data.subarray(2);
  alone.forEach((value, i) => expect(among[i]).toBeCloseTo(value, 4));
});

test("frozen layers stay to the bit, and each text crosses them once", async () => {
  const runtime = new LabRuntime(engine);
  const model = graftOn(runtime, encoder, { classes, checkpoints: false });
  const before = weightedLayers(model.graph).map((layer) => layerHash(layer, model.weights));
  await model.fineTune(train, { lastLayers: 7, epochs: 3, plot: false });
  const changed = weightedLayers(model.graph).filter((layer, i) => layerHash(layer, model.weights) !== before[i]);
  const block = ["norm1", "attention", "norm2", "wide", "narrow"].map((part) => `block2_${part}`);
  expect(changed.map(({ name }) => name)).toEqual([...block, "norm", "head"]);
  const distinct = new Set(Array.from({ length: train.size }, (_, i) => train.text(i))).size;
  expect(runtime.trunkPasses).toBe(distinct);
  await model.fineTune(train, { lastLayers: 7, epochs: 1, plot: false });
  expect(runtime.trunkPasses).toBe(distinct);
  // Another tokenizer makes other numbers of the same texts.
  const other = tokenizers.train(["night day sing"], { vocabularySize: 60 });
  const parts = { name: "other", graph: encoder.graph, weights: encoder.weights };
  const elsewhere = graftOn(
    runtime,
    new Backbone({ ...parts, preprocessing: { kind: "tokens", tokenizer: other.data, length: 10 } }),
    { classes, checkpoints: false },
  );
  await elsewhere.fineTune(train, { lastLayers: 7, epochs: 1, plot: false });
  expect(runtime.trunkPasses).toBeGreaterThan(distinct);
});

test("a .graft file brings the tokenizer along", async () => {
  const { runtime, model } = await ready;
  const file = join(folder, "songs.graft");
  await model.save(file);
  const loaded = await loadModelOn(runtime, file);
  expect(await loaded.predict(["day sing night", "night we sing day"])).toEqual(
    await model.predict(["day sing night", "night we sing day"]),
  );
});

test("ONNX takes ids, held against the model", async () => {
  const { model } = await ready;
  expect((await model.exportTo("onnx", join(folder, "songs.onnx"))).largestDifference).toBeLessThan(1e-4);
});

test.each<[string, () => Promise<unknown>]>([
  ["train/input-kind", async () => (await ready).model.predict(images)],
  ["train/input-kind", async () => (await ready).model.fineTune(images, { lastLayers: 1, plot: false })],
  ["explain/texts", async () => (await ready).model.explain(test_, { index: 0 })],
  ["explain/texts", async () => (await ready).model.explain(test_, { index: 0, method: "occlusion" })],
])("%s", async (code, work) => {
  await expect(work()).rejects.toMatchObject({ code });
});

test("a model of images takes no texts", async () => {
  const graph = {
    input: { name: "pixels", shape: [2, 2, 1] },
    layers: [{ type: "Flatten", name: "flat", inputs: ["pixels"] }],
    output: "flat",
  } as const;
  const backbone = new Backbone({ name: "pixels", graph, weights: new Map(), preprocessing: { scale: 1, offset: 0 } });
  const model = graftOn(new LabRuntime(engine), backbone, { classes, checkpoints: false });
  await expect(model.predict(["day"])).rejects.toMatchObject({ code: "train/input-kind" });
});

test.each<[string, Preprocessing, readonly number[]]>([
  ["text/length", { kind: "tokens", tokenizer: tokenizer.data, length: 11 }, [10]],
  ["text/length", { kind: "tokens", tokenizer: tokenizer.data, length: 10 }, [10, 10, 1]],
  ["text/tokenizer", { kind: "tokens", tokenizer: {}, length: 10 }, [10]],
])("%s", (code, preprocessing, shape) => {
  expect(() => requirePreprocessing(preprocessing, shape)).toThrow(expect.objectContaining({ code }) as Error);
});

test.each([{ width: 10, heads: 4 }, { layers: 0 }, { length: 2.5 }])("text/encoder-size: %o", (sizes) => {
  expect(() => transformerEncoder({ tokenizer, ...sizes })).toThrow(
    expect.objectContaining({ code: "text/encoder-size" }) as Error,
  );
});
