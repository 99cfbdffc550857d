import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import { dump } from "npyjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { datasets } from "./datasets";

/**
 * numpy 2.4.6: `numpy.savez_compressed(file, train_images=arange(24).reshape(2, 2, 2, 3), train_labels=[[1], [0]], test_images=full((1, 2, 2, 3), 7),
 * test_labels=[[1]])`, all uint8 but the last, which is int64.
 */
const numpys =
  "UEsDBC0AAAAIAAAAIQCFOo9T//////////8QABQAdHJhaW5faW1hZ2VzLm5weQEAEACYAAAAAAAAAGAAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgXlNqqK6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjoKEGSsqaNQq0AG4GJgZGJmYWVj5+Dk4ub" +
  "h5eMXEBQSFhEVEwcAUEsDBC0AAAAIAAAAIQBUFq6L//////////8QABQAdHJhaW5fbGFiZWxzLm5weQEAEACCAAAAAAAAAEgAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgXlNqqK6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjoKhpo6CrUKZAMuRgYAUEsDBC0AA" +
  "AAIAAAAIQC+JT3L//////////8PABQAdGVzdF9pbWFnZXMubnB5AQAQAIwAAAAAAAAASwAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RqGOgpGYGSsqaNQq0AG4GJHAgBQSwMELQAAAAgAAAAhAA6qBKX//////////w" +
  "8AFAB0ZXN0X2xhYmVscy5ucHkBABAAiAAAAAAAAABKAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TaaGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GoY6CoaaOgq1CmQDLkYGCAAAUEsBAi0DLQAAAAgAAAAhAIU6j1NgAAAAmAAAABAAAAAAAAAAAAAAAIABAAAAAHR" +
  "yYWluX2ltYWdlcy5ucHlQSwECLQMtAAAACAAAACEAVBaui0gAAACCAAAAEAAAAAAAAAAAAAAAgAGiAAAAdHJhaW5fbGFiZWxzLm5weVBLAQItAy0AAAAIAAAAIQC+JT3LSwAAAIwAAAAPAAAAAAAAAAAAAACAASwBAAB0ZXN0X2ltYWdlcy5ucHlQSwECLQMtAAAACAAAACEADqoEpUoA" +
  "AACIAAAADwAAAAAAAAAAAAAAgAG4AQAAdGVzdF9sYWJlbHMubnB5UEsFBgAAAAAEAAQA9gAAAEMCAAAAAA==";
const classes = ["benign", "malignant"];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "graft-npz-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(content: Uint8Array): Promise<string> {
  const path = join(folder, "some.npz");
  await writeFile(path, content);
  return path;
}

const npy = (values: Parameters<typeof dump>[0], shape: number[]): Uint8Array => new Uint8Array(dump(values, shape));
const images = npy(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), [2, 2, 2]);
const labels = npy(Uint8Array.of(0, 1), [2]);

test("reads what numpy writes, in MedMNIST's layout", async () => {
  const path = await file(Buffer.from(numpys, "base64"));
  const train = await datasets.npz(path, { split: "train", classes });
  expect([train.size, train.imageShape, [...train.labels]]).toEqual([2, [2, 2, 3], [1, 0]]);
  expect([...train.image(1)]).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
  const held = await datasets.npz(path, { split: "test", classes });
  expect([held.size, [...held.labels], [...new Set(held.image(0))]]).toEqual([1, [1], [7]]);
});

test("arrays of any name, gray images of three dimensions", async () => {
  const path = await file(zipSync({ "x.npy": images, "y.npy": labels }));
  const read = await datasets.npz(path, { images: "x", labels: "y", classes });
  expect([read.imageShape, [...read.labels], [...read.image(1)]]).toEqual([
    [2, 2, 1],
    [0, 1],
    [5, 6, 7, 8],
  ]);
});

test.each([
  ["data/npz-array", { "train_images.npy": images, "train_labels.npy": labels }, "train_images, train_labels"],
  ["data/npz-type", { "images.npy": npy(new Float32Array(8), [2, 2, 2]), "labels.npy": labels }, "float32"],
  ["data/npz-type", { "images.npy": images, "labels.npy": npy(Float32Array.of(0, 0.5), [2]) }, "0.5 at example 1"],
  ["data/npz-shape", { "images.npy": npy(new Uint8Array(8), [8]), "labels.npy": labels }, "[8] in images"],
  ["data/npz-shape", { "images.npy": images, "labels.npy": npy(new Uint8Array(4), [2, 2]) }, "[2, 2] in labels"],
  ["data/npz-order", { "images.npy": fortran(images), "labels.npy": labels }, "Fortran"],
  ["data/bad-npz", { "images.npy": images.subarray(0, -1), "labels.npy": labels }, "7 of 8 numbers"],
  ["data/bad-npz", { "images.npy": new Uint8Array(20), "labels.npy": labels }, "npy"],
  ["data/label-count", { "images.npy": images, "labels.npy": npy(Uint8Array.of(0), [1]) }, "1 labels"],
  ["data/unknown-label", { "images.npy": images, "labels.npy": npy(Uint8Array.of(0, 7), [2]) }, "label 7"],
])("%s", async (code, arrays, found) => {
  const path = await file(zipSync(arrays));
  await expect(datasets.npz(path, { classes })).rejects.toMatchObject({ code, found: expect.stringContaining(found) });
});

test("what is no zip, or half of one, or not there", async () => {
  const half = await file(Buffer.from(numpys, "base64").subarray(0, 500));
  await expect(datasets.npz(half, { classes })).rejects.toMatchObject({ code: "data/bad-npz" });
  await expect(datasets.npz(join(folder, "none.npz"), { classes })).rejects.toMatchObject({
    code: "data/file-not-found",
    found: "no such file",
  });
});

test("a file that Node cannot read in one piece", async () => {
  const path = await file(new Uint8Array());
  // Sparse: it takes no room.
  await truncate(path, 2 ** 31);
  await expect(datasets.npz(path, { classes })).rejects.toMatchObject({ code: "data/npz-too-large", found: "2.0 GiB" });
});

/** The same file, which says of itself that the first dimension runs fastest. */
function fortran(array: Uint8Array): Uint8Array {
  const header = Buffer.from(array).toString("latin1").replace("'fortran_order':False", "'fortran_order':True ");
  return Buffer.from(header, "latin1");
}
