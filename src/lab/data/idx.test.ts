import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { datasets } from "./datasets";
import { encodeIdx, parseIdx, readIdxFile } from "./idx";

const images = encodeIdx({ shape: [3, 2, 2], data: Uint8Array.from({ length: 12 }, (_, i) => i * 20) });
const labels = encodeIdx({ shape: [3], data: Uint8Array.from([0, 1, 1]) });
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-idx-"));
  await writeFile(join(folder, "images"), images);
  await writeFile(join(folder, "labels.gz"), gzipSync(labels));
  await writeFile(join(folder, "two-labels"), encodeIdx({ shape: [2], data: Uint8Array.from([0, 1]) }));
});
afterAll(() => rm(folder, { recursive: true }));

test("the header is big-endian, as in MNIST's own files", () => {
  expect([...images.subarray(0, 8)]).toEqual([0, 0, 8, 3, 0, 0, 0, 3]);
});

test.each([
  ["plain", images],
  ["gzip", gzipSync(images)],
])("reads %s bytes", (_, bytes) => {
  const array = parseIdx(bytes, "images");
  expect(array.shape).toEqual([3, 2, 2]);
  expect([...array.data]).toEqual([0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220]);
});

test.each([
  ["data/bad-magic", Buffer.from([0x89, 0x50, 0x4e, 0x47]), "89 50 4e 47"],
  ["data/bad-magic", Buffer.from([0, 0, 0x0d, 1, 0, 0, 0, 0]), "00 00 0d 01"],
  ["data/bad-magic", Buffer.alloc(0), "an empty file"],
  ["data/truncated", images.subarray(0, 10), "10 bytes"],
  ["data/truncated", images.subarray(0, -1), "27 bytes"],
  ["data/too-long", Buffer.concat([images, Buffer.from([1])]), "29 bytes"],
  ["data/truncated-gzip", gzipSync(images).subarray(0, -9), "unexpected end of file"],
])("refuses as %s what is no whole idx file", (code, bytes, found) => {
  expect(() => parseIdx(bytes, "digits")).toThrow(
    expect.objectContaining({ code, found: expect.stringContaining(found) as string }),
  );
});

test("a missing file is met by name", async () => {
  await expect(readIdxFile(join(folder, "nothing"))).rejects.toMatchObject({
    code: "data/file-not-found",
    expected: expect.stringContaining("nothing"),
  });
});

test("images and labels make a dataset; one label too few is an error", async () => {
  const classes = ["cat", "dog"];
  const dataset = await datasets.idx(join(folder, "images"), join(folder, "labels.gz"), { classes });
  expect(dataset.imageShape).toEqual([2, 2, 1]);
  expect([...dataset.labels]).toEqual([0, 1, 1]);
  await expect(datasets.idx(join(folder, "images"), join(folder, "two-labels"), { classes })).rejects.toMatchObject({
    code: "data/label-count",
    expected: "one label for each of 3 images",
    found: "2 labels",
  });
  await expect(
    datasets.idx(join(folder, "images"), join(folder, "labels.gz"), { classes: ["cat"] }),
  ).rejects.toMatchObject({ code: "data/unknown-label", found: "label 1 at example 1" });
  await expect(datasets.idx(join(folder, "labels.gz"), join(folder, "images"), { classes })).rejects.toMatchObject({
    code: "data/idx-rank",
  });
});
