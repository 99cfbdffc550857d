/** The registry's entries, as far as they can be held against what is installed here: npm's `nsfwjs`, of the version that they name. */
import * as tf from "@tensorflow/tfjs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { shippedFile } from "../../data/locations";
import { backbones } from "../backbones";
import { parseCard } from "../card";
import { goldenImage } from "../goldenImage";
import { placedLayers } from "../graphShapes";
import { graphFromTopology } from "../keras/topology";
import { sizeOf } from "../kinds/layerKind";
import { folderFiles } from "../modelFiles";
import { npmPath, parseNpmAddress } from "../npmPackage";
import { requirePreprocessing } from "../requirePreprocessing";
import { npmBackbones } from "./npmBackbones";
import { registry } from "./registry";

let cache: string;
beforeAll(async () => {
  await tf.setBackend("cpu");
  cache = await mkdtemp(join(tmpdir(), "graft-registry-"));
  vi.stubEnv("GRAFT_CACHE", cache);
  // Nothing is to be fetched in a unit test.
  vi.stubEnv("npm_config_registry", "http://127.0.0.1:9/");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

test("names are told, and each is a card, pinned to a checksum", async () => {
  const names = registry.map(({ card }) => card.name);
  expect(await backbones.names()).toEqual(["fashion-cnn", ...names]);
  expect(new Set(names).size).toBe(names.length);
  for (const { address, integrity, topology, card } of registry) {
    expect(parseCard(card)).toEqual(card);
    if (card.preprocessing !== undefined) requirePreprocessing(card.preprocessing, card.inputShape!);
    expect(await backbones.describe(card.name)).toBe(card);
    if (topology === undefined) {
      expect(address).toMatch(/^npm:.+@\d+\.\d+\.\d+\/./);
      expect(integrity).toMatch(/^sha512-[\w+/]{86}==$/);
      expect(card.golden!.length).toBe(8);
    } else {
      expect(address).toMatch(/^https:.+_?no_?top(_v2)?\.h5$/);
      expect(integrity).toMatch(/^md5-[\w+/]{22}==$/);
      expect(card.verified).toBe(false);
    }
  }
  expect((await backbones.describe("fashion-cnn")).data.examples).toBe(60_000);
});

test("the list has the same backbones, and says which nobody here has fetched", async () => {
  const list = backbones.list();
  expect(list.map(({ name }) => name)).toEqual(await backbones.names());
  for (const { name, inputShape, parameters, licence, bytes, verified } of list) {
    const card = await backbones.describe(name);
    if (card.inputShape) expect(inputShape).toEqual(card.inputShape);
    expect(licence).toBe(card.licence);
    expect(verified).toBe(card.verified ?? true);
    expect(bytes === 0).toBe(name === "fashion-cnn");
    expect(parameters).toBeGreaterThan(0);
  }
});

test.each(registry.flatMap(({ topology, card }) => (topology === undefined ? [] : [[topology, card] as const])))(
  "the topology %s is what its card and the list say",
  async (topology, { name, featureLayer, inputShape, parameters }) => {
    const json = await readFile(shippedFile("media", "topologies", `${topology}.json`), "utf8");
    const graph = await graphFromTopology(JSON.parse(json), topology);
    expect(graph.output).toBe(featureLayer);
    expect(graph.input.shape).toEqual(inputShape);
    const placed = placedLayers(graph);
    const { features } = backbones.list().find((line) => line.name === name)!;
    expect(placed.at(-1)!.outputShape).toEqual([features]);
    const numbers = placed.flatMap(({ weights }) => weights.map(({ shape }) => sizeOf(shape)));
    expect(numbers.reduce((sum, size) => sum + size, 0)).toBe(parameters);
  },
);

test("a name with a typo gets the nearest offered", async () => {
  await expect(backbones.load("mobilenetv2")).rejects.toMatchObject({
    code: "backbone/unknown-name",
    remedy: expect.stringContaining('Did you mean "mobilenet-v2"?') as string,
  });
  await expect(backbones.describe("fashion-cn")).rejects.toMatchObject({ code: "backbone/unknown-name" });
});

test("the entries of npm's packages pin what its lock file pins", async () => {
  const lock = JSON.parse(await readFile("package-lock.json", "utf8")) as {
    packages: Record<string, { version: string; integrity: string }>;
  };
  for (const entry of npmBackbones) {
    const { name, version } = parseNpmAddress(entry.address);
    const pinned = lock.packages[`node_modules/${name}`]!;
    expect(version).toBe(pinned.version);
    expect(entry.integrity).toBe(pinned.integrity);
  }
});

test("MobileNetV2 by its name passes its golden image, with checksums, and its features are those of tfjs", async () => {
  const backbone = await backbones.load("mobilenet-v2");
  expect(backbone.featureShape).toEqual([1280]);
  expect(backbone.card!.licence).toMatch(/^MIT/);
  const { address, card } = registry.find((entry) => entry.card.name === "mobilenet-v2")!;
  const files = await folderFiles(await npmPath(address));
  const json = (await files.modelJson()) as {
    modelTopology: object;
    weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
  };
  const [group] = json.weightsManifest;
  const weightData = Uint8Array.from(await files.shard(group!.paths[0]!)).buffer;
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({ modelTopology: json.modelTopology, weightSpecs: group!.weights, weightData }),
  );
  const output = model.getLayer(card.featureLayer).output as tf.SymbolicTensor;
  const pixels = Float32Array.from(goldenImage([224, 224, 3]), (byte) => byte / 255);
  const features = tf.model({ inputs: model.inputs, outputs: output }).predict(tf.tensor4d(pixels, [1, 224, 224, 3]));
  const means = (features as tf.Tensor).reshape([8, 160]).mean(1).dataSync();
  means.forEach((mean, i) => expect(Math.abs(mean - card.golden![i]!)).toBeLessThan(1e-4));
});
