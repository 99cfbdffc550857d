/**
 * Fetches every backbone of the registry from npm, runs it, and tells what its entry has to say: checksums, size, features of the golden
 * image. Of the shipped ones too, without fetching. `npm run check:registry`; needs the internet, and fails where an entry says otherwise.
 * Keras Applications are not fetched: `npm run check:registry -- FOLDER` holds their topologies and preprocessing against what Keras made of an
 * image with random weights, as `scripts/makeKerasTopologies.py FOLDER` wrote it down.
 */
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Backbone } from "../src/lab/backbone/backbone";
import { backbones } from "../src/lab/backbone/backbones";
import type { BackboneCard } from "../src/lab/backbone/card";
import { pathTo } from "../src/lab/backbone/cutGraph";
import { goldenFeatures } from "../src/lab/backbone/goldenImage";
import { readHdf5Weights } from "../src/lab/backbone/keras/hdf5Weights";
import { parseNpmAddress } from "../src/lab/backbone/npmPackage";
import { preprocess } from "../src/lab/backbone/preprocessing";
import { cachedPackage } from "../src/lab/backbone/sources/cachedPackage";
import { shippedNames } from "../src/lab/backbone/sources/findModel";
import { registry } from "../src/lab/backbone/sources/registry";
import { Dataset } from "../src/lab/data/dataset";
import { shippedFile } from "../src/lab/data/locations";
import { currentRuntime } from "../src/lab/train/currentRuntime";

async function main(): Promise<void> {
  process.env.GRAFT_DIST ??= join(process.cwd(), "dist");
  const cache = await mkdtemp(join(tmpdir(), "graft-registry-"));
  process.env.GRAFT_CACHE = cache;
  try {
    for (const name of await shippedNames())
      await check(shippedFile("media", "backbones", name), await backbones.describe(name));
    const [randomWeights] = process.argv.slice(2);
    for (const { address, integrity, topology, card } of registry) {
      if (topology !== undefined) {
        if (randomWeights !== undefined) await checkTopology(randomWeights, topology, card);
        continue;
      }
      const { name, version, path } = parseNpmAddress(address);
      await check(join(await cachedPackage({ name, version: version!, path, integrity }), path), card);
    }
  } finally {
    await rm(cache, { recursive: true, force: true });
    await currentRuntime().engine.dispose();
  }
}

async function check(path: string, card: BackboneCard): Promise<void> {
  const { featureLayer, preprocessing } = card;
  const backbone = await backbones.load(path, { featureLayer, ...(preprocessing && { preprocessing }) });
  const golden = await goldenFeatures(currentRuntime().engine, backbone);
  const { inputShape } = backbone;
  const rounded = golden.map((value) => Number(value.toPrecision(6)));
  const found = { inputShape, sha256: await checksums(path), golden: rounded };
  const said = { inputShape: card.inputShape ?? inputShape, sha256: card.sha256, golden: card.golden };
  const agrees = JSON.stringify(said) === JSON.stringify(found) && isListed(card.name, backbone);
  console.log(
    `${card.name}: ${backbone.featureShape.join(" x ")} features; ${agrees ? "as its card says" : JSON.stringify(found)}`,
  );
  if (!agrees) process.exitCode = 1;
}

async function checkTopology(folder: string, topology: string, card: BackboneCard): Promise<void> {
  const { name, featureLayer } = card;
  const preprocessing = card.preprocessing!;
  const at = (ending: string) => readFile(join(folder, `${topology}.${ending}`));
  const json = await readFile(shippedFile("media", "topologies", `${topology}.json`), "utf8");
  const model = await readHdf5Weights(await at("h5"), JSON.parse(json), topology);
  const graph = pathTo(model.graph, featureLayer);
  const backbone = new Backbone({ name, graph, weights: model.weights, preprocessing });
  const image = { images: await at("image"), imageShape: backbone.inputShape, labels: [0], classes: ["image"] };
  const { data } = await currentRuntime().engine.infer(
    graph,
    model.weights,
    preprocess(Dataset.from(image), preprocessing),
  );
  const expected = new Float32Array(Uint8Array.from(await at("features")).buffer);
  const largest = Math.max(...expected.map(Math.abs));
  const difference = Math.max(...expected.map((value, i) => Math.abs(value - data[i]!))) / largest;
  const agrees = data.length === expected.length && difference < 1e-4 && isListed(name, backbone);
  console.log(
    `${name}: differs from Keras by ${difference.toExponential(1)} of the largest of ${data.length} features`,
  );
  if (!agrees) process.exitCode = 1;
}

/** Whether the list says what the backbone is. */
function isListed(name: string, { inputShape, featureShape, parameters }: Backbone): boolean {
  const listed = backbones.list().find((line) => line.name === name)!;
  const found = { inputShape, features: featureShape[0], parameters };
  const said = { inputShape: listed.inputShape, features: listed.features, parameters: listed.parameters };
  if (JSON.stringify(found) === JSON.stringify(said)) return true;
  console.log(`${name}: the list says ${JSON.stringify(said)}, found ${JSON.stringify(found)}`);
  return false;
}

/** Of the model's files: all in its folder, or those of its name. */
async function checksums(path: string): Promise<Record<string, string>> {
  const isFolder = (await stat(path)).isDirectory();
  const folder = isFolder ? path : join(path, "..");
  const stem = isFolder ? "" : path.slice(folder.length + 1).replace(/\.[^.]*$/, ".");
  const sums: Record<string, string> = {};
  for (const name of (await readdir(folder)).sort()) {
    if (!name.startsWith(stem) || name === "card.json") continue;
    sums[name] = createHash("sha256")
      .update(await readFile(join(folder, name)))
      .digest("hex");
  }
  return sums;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
