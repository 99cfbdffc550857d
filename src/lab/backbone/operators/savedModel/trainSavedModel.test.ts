/** A SavedModel through the calls that a cell makes: what Keras exported is trained on, kept in a file, and read from there. */
import { cp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { create as pack } from "tar";
import { afterAll, beforeAll, expect, test } from "vitest";
import { datasets } from "../../../data/datasets";
import { createOnnxruntimeEngine } from "../../../engine/onnxruntimeEngine";
import { loadModelOn } from "../../../modelFile/models";
import { graftOn } from "../../../train/graft";
import { LabRuntime } from "../../../train/labRuntime";
import { backbones } from "../../backbones";
import { weightedLayers } from "../../graphShapes";
import { graphHash, layerHash } from "../../weightsHash";
import { unpackFixtures } from "./testing/fixtures";

const engine = createOnnxruntimeEngine();
let folder: string;
beforeAll(async () => {
  folder = await unpackFixtures(["residual"]);
});
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

test("its last layers train, those alone, and the model file is the model", async () => {
  const backbone = await backbones.load(join(folder, "residual"));
  expect(backbone.inputShape).toEqual([8, 8, 3]);
  // What the classifier reads.
  expect(backbone.featureShape).toEqual([6]);
  const digits = await datasets.mnist();
  const train = digits.train.sample({ labels: 100, seed: 1 }).resize({ height: 8, width: 8, channels: 3 });
  const runtime = new LabRuntime(engine);
  const model = graftOn(runtime, backbone, { classes: train.classes, checkpoints: false });
  await model.trainHead(train, { plot: false });
  const layers = weightedLayers(model.graph);
  const before = layers.map((layer) => layerHash(layer, model.weights));
  const { epochs } = await model.fineTune(train, { lastLayers: 3, batchNorm: "train", epochs: 3, plot: false });
  expect(epochs.at(-1)!.trainLoss).toBeLessThan(epochs[0]!.trainLoss);
  const trained = layers.filter((layer, i) => layerHash(layer, model.weights) !== before[i]).map(({ name }) => name);
  expect(trained).toEqual(["hidden_1_MatMul", "uncentred_1", "head"]);

  await model.save(join(folder, "digits.graft"));
  const same = await loadModelOn(runtime, join(folder, "digits.graft"));
  const some = train.subset(0, 5);
  expect((await same.logits(some)).data).toEqual((await model.logits(some)).data);
});

test("one that exportTo wrote brings its preprocessing along", async () => {
  const copy = join(folder, "exported");
  await cp(join(folder, "residual"), copy, { recursive: true });
  const preprocessing = { scale: 1 / 127.5, offset: -1 };
  await writeFile(join(copy, "graft.json"), JSON.stringify({ classes: ["a", "b"], preprocessing }));
  expect((await backbones.load(copy)).preprocessing).toMatchObject(preprocessing);
});

test("its folder may be packed, with a folder around it or without", async () => {
  const packed = join(folder, "packed.tgz");
  await pack({ file: packed, cwd: folder, gzip: true }, ["residual"]);
  const shipped = join(import.meta.dirname, "__goldens__", "residual.tar.gz");
  const hashes = await Promise.all(
    [packed, shipped, join(folder, "residual")].map(async (path) => {
      const { graph, weights } = await backbones.load(path);
      return graphHash(graph, weights);
    }),
  );
  expect(new Set(hashes).size).toBe(1);
});
