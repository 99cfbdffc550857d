/**
 * Fetches every backbone of the registry from npm, runs it, and tells what its entry has to say: checksums, size, features of the golden
 * image. Of the shipped ones too, without fetching. `npm run check:registry`; needs the internet, and fails where an entry says otherwise.
 */
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backbones } from "../src/lab/backbone/backbones";
import type { BackboneCard } from "../src/lab/backbone/card";
import { goldenFeatures } from "../src/lab/backbone/goldenImage";
import { parseNpmAddress } from "../src/lab/backbone/npmPackage";
import { cachedPackage } from "../src/lab/backbone/sources/cachedPackage";
import { shippedNames } from "../src/lab/backbone/sources/findModel";
import { registry } from "../src/lab/backbone/sources/registry";
import { shippedFile } from "../src/lab/data/locations";
import { currentRuntime } from "../src/lab/train/currentRuntime";

async function main(): Promise<void> {
  process.env.GRAFT_DIST ??= join(process.cwd(), "dist");
  const cache = await mkdtemp(join(tmpdir(), "graft-registry-"));
  process.env.GRAFT_CACHE = cache;
  try {
    for (const name of await shippedNames())
      await check(shippedFile("media", "backbones", name), await backbones.describe(name));
    for (const { address, integrity, card } of registry) {
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
  const backbone = await backbones.load(path, { featureLayer, preprocessing });
  const golden = await goldenFeatures(currentRuntime().engine, backbone);
  const { inputShape } = backbone;
  const rounded = golden.map((value) => Number(value.toPrecision(6)));
  const found = { inputShape, sha256: await checksums(path), golden: rounded };
  const said = { inputShape: card.inputShape ?? inputShape, sha256: card.sha256, golden: card.golden };
  const agrees = JSON.stringify(said) === JSON.stringify(found);
  console.log(
    `${card.name}: ${backbone.featureShape.join(" x ")} features; ${agrees ? "as its card says" : JSON.stringify(found)}`,
  );
  if (!agrees) process.exitCode = 1;
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
