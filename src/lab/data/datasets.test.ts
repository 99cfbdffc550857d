import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { datasets } from "./datasets";
import { fashionMnist } from "./fashionMnist";
import { cacheFolder } from "./locations";

test("the shipped digits are the first 10,000 of MNIST's training set and its whole test set", async () => {
  const [shipped, full] = await Promise.all([datasets.mnist(), datasets.mnist({ full: true })]);
  expect([shipped.train.size, shipped.test.size, full.train.size]).toEqual([10_000, 10_000, 60_000]);
  expect(shipped.train.imageShape).toEqual([28, 28, 1]);
  expect(shipped.train.id).toBe(full.train.subset(0, 10_000).id);
  expect(shipped.test.id).toBe(full.test.id);
});

test("Fashion-MNIST: a source with another file is passed over, and nothing is kept of it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "graft-fashion-"));
  const server = createServer((_, response) => response.end("not the file"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  try {
    await writeFile(join(folder, "train-images-idx3-ubyte.gz"), "damaged");
    await expect(fashionMnist({ folders: [folder], urls: [url], cache: join(folder, "cache") })).rejects.toMatchObject({
      code: "data/fashion-mnist-unreachable",
      found: expect.stringContaining("another file than the published one at http://127.0.0.1"),
      remedy: expect.stringContaining("dataset-fashion-mnist"),
    });
    expect(await readdir(folder)).toEqual(["train-images-idx3-ubyte.gz"]);
  } finally {
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  }
});

test("the cache folder follows the platform, and GRAFT_CACHE comes first", () => {
  expect(cacheFolder({ XDG_CACHE_HOME: "/x" }, "linux")).toBe(join("/x", "graft"));
  expect(cacheFolder({ XDG_CACHE_HOME: "/x", GRAFT_CACHE: "/y" }, "linux")).toBe("/y");
  expect(cacheFolder({ LOCALAPPDATA: "/local" }, "win32")).toBe(join("/local", "graft", "Cache"));
});
