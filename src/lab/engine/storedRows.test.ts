import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { append, emptyFolder, itemOf, range, rowOf, spaceKey, storeIn, width } from "../features/testing/storedItems";
import { Rng } from "../../shared/rng";
import type { Features } from "./engine";
import { runInference } from "./runInference";
import { runTraining } from "./runTraining";
import { Runtime } from "./runtime";
import { dense, randomExamples, randomWeights, sequence } from "./testing/networks";
import { openStoredRows, type StoredRows } from "./storedRows";

/** Rows 0 … 99 in two files and several blocks, as a dataset that has them in another order. */
async function storedRows(
  dtype: "float32" | "float16",
): Promise<{ folder: string; rows: StoredRows; order: number[] }> {
  const folder = await emptyFolder();
  for (const [from, to] of [
    [0, 30],
    [30, 37],
    [37, 60],
  ]) {
    await append(await storeIn(folder, { dtype }).open(), range(from!, to!));
  }
  const space = await storeIn(folder, { dtype }).open();
  await append(space, range(60, 100));
  const order = [...range(0, 45), ...new Rng(3).permutation(100)];
  return { folder, rows: space.stored(order.map(itemOf), [2, width / 2])!, order };
}

test.each(["float32", "float16"] as const)("rows are read in order and shuffled, as %s", async (dtype) => {
  const { rows, order } = await storedRows(dtype);
  expect(rows.shape).toEqual([145, 2, width / 2]);
  expect(rows.files).toHaveLength(4);
  const reader = openStoredRows(rows);
  const into = new Float32Array(2 + width);
  // Plain data crosses to the trainer thread.
  expect(structuredClone(rows)).toEqual(rows);
  for (const row of [...range(0, 145), ...new Rng(4).permutation(145), 7, 7]) {
    reader.read(row, into, 2);
    expect([...into.subarray(2)]).toEqual(rowOf(order[row]!));
  }
  reader.close();
});

test("a row that is not as it was written is an error, not a number", async () => {
  const { rows, order } = await storedRows("float32");
  const bytes = await readFile(rows.files[0]!);
  bytes[rows.offset[3]! + 5]! ^= 4;
  await writeFile(rows.files[0]!, bytes);
  const reader = openStoredRows(rows);
  const into = new Float32Array(width);
  reader.read(2, into, 0);
  expect([...into]).toEqual(rowOf(order[2]!));
  expect(() => reader.read(3, into, 0)).toThrow(expect.objectContaining({ code: "train/cache-corrupted" }) as Error);
  expect([...into]).toEqual(rowOf(order[2]!));
  reader.read(4, into, 0);
  reader.close();

  await writeFile(rows.files[0]!, bytes.subarray(0, rows.offset[10]! + 8));
  const truncated = openStoredRows(rows);
  truncated.read(9, into, 0);
  expect(() => truncated.read(10, into, 0)).toThrow(
    expect.objectContaining({ code: "train/cache-corrupted" }) as Error,
  );
  truncated.close();
});

test("files that are gone before they are opened are an error, after that they are not", async () => {
  const { folder, rows } = await storedRows("float32");
  const reader = openStoredRows(rows);
  const into = new Float32Array(width);
  if (process.platform !== "win32") {
    await rm(join(folder, `${spaceKey("a")}.float32`), { recursive: true });
    reader.read(5, into, 0);
    expect([...into]).toEqual(rowOf(5));
    expect(() => openStoredRows(rows)).toThrow(expect.objectContaining({ code: "train/cache-gone" }) as Error);
  }
  reader.close();
});

test("rows that were handed out keep their space although it was released", async () => {
  const folder = await emptyFolder();
  const { open } = storeIn(folder);
  const space = await open();
  await append(space, range(0, 10));
  const rows = space.stored([itemOf(1)], [width]);
  await space.release();
  await append(await storeIn(folder, { limitBytes: 900 }).open("b"), range(0, 10));
  expect(await readdir(folder)).toContain(`${spaceKey("a")}.float32`);
  expect(rows!.files).toHaveLength(1);
});

test.each(["float32", "float16"] as const)(
  "training and inference from files give the bits that they give from memory: %s",
  async (dtype) => {
    const graph = sequence([width], [dense("hidden", { units: 5, activation: "relu" }), dense("head")]);
    const { features, labels } = randomExamples(graph, 40, 4, 2);
    const items = range(0, 40).map(itemOf);
    const space = await storeIn(await emptyFolder(), { dtype }).open();
    const inMemory = { shape: features.shape, data: await space.append(items, features.data) };
    const inFiles = space.stored(items, [width])!;
    const weights = randomWeights(graph, 1);
    const runtime = new Runtime();
    const train = (rows: Features) => {
      const examples = { features: rows, targets: labels };
      return runTraining(runtime, {
        graph,
        weights,
        trainable: ["hidden", "head"],
        train: examples,
        validation: examples,
        epochs: 3,
        batchSize: 16,
        optimizer: { name: "adam", learningRate: 0.01 },
        seed: 3,
      });
    };
    const [expected, got] = [await train(inMemory), await train(inFiles)];
    expect(got.weights).toEqual(expected.weights);
    expect(got.epochs).toEqual(expected.epochs);
    expect(await runInference(runtime, graph, weights, inFiles, { batchSize: 7 })).toEqual(
      await runInference(runtime, graph, weights, inMemory, { batchSize: 7 }),
    );
    await runtime.dispose();
  },
);
