import { copyFile, readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Rng } from "../../shared/rng";
import { append, emptyFolder, found, itemOf, range, rowOf, spaceKey, storeIn, width } from "./testing/storedItems";

async function segmentsOf(folder: string, name = "a", dtype = "float32"): Promise<string[]> {
  const path = join(folder, `${spaceKey(name)}.${dtype}`);
  return (await readdir(path)).filter((file) => file.endsWith(".rows")).map((file) => join(path, file));
}

async function spacesIn(folder: string, names: readonly string[]): Promise<string[]> {
  const there = await readdir(folder);
  return names.filter((name) => there.includes(`${spaceKey(name)}.float32`));
}

/** A folder with rows 0 … 39, in blocks of ten. */
async function filled(): Promise<{ folder: string; segment: string }> {
  const folder = await emptyFolder();
  const space = await storeIn(folder).open();
  for (const from of [0, 10, 20, 30]) await append(space, range(from, from + 10));
  await space.release();
  return { folder, segment: (await segmentsOf(folder))[0]! };
}

test("rows outlive the store, are found in any order, and only in their space", async () => {
  const { folder } = await filled();
  const { open, problems } = storeIn(folder);
  expect(await found(await open(), [35, 3, 99, 3, 4, 20])).toEqual([35, 3, 3, 4, 20]);
  expect(await found(await open("b"), [3])).toEqual([]);
  expect(problems).toEqual([]);
});

test("what another store appends meanwhile is found when the space is opened again", async () => {
  const folder = await emptyFolder();
  const [one, two] = [storeIn(folder), storeIn(folder)];
  await append(await one.open(), range(0, 3));
  await append(await two.open(), range(3, 5));
  await append(await two.open(), range(5, 9));
  expect(await found(await one.open(), range(0, 10))).toEqual(range(0, 9));
  expect(await segmentsOf(folder)).toHaveLength(2);
});

test("a segment that was torn anywhere is used up to its last whole block, and what is appended then is found", async () => {
  const rng = new Rng(1);
  for (let round = 0; round < 15; round++) {
    const { folder, segment } = await filled();
    const { size } = await stat(segment);
    const at = rng.below(size);
    await truncate(segment, at);
    const { open, problems } = storeIn(folder);
    const there = await found(await open(), range(0, 40));
    const blockBytes = (size - 64) / 4;
    expect(there).toEqual(range(0, 10 * Math.max(0, Math.floor((at - 64) / blockBytes))));
    const missing = range(there.length, 40);
    if (missing.length > 0) await append(await open(), missing);
    expect(await found(await storeIn(folder).open(), range(0, 40))).toEqual(range(0, 40));
    expect(problems).toEqual([]);
  }
});

test("a flipped bit anywhere is never used, and what is computed again takes its place", async () => {
  const rng = new Rng(2);
  const kinds = new Set<number>();
  for (let round = 0; round < 25; round++) {
    const { folder, segment } = await filled();
    const bytes = await readFile(segment);
    bytes[rng.below(bytes.length)]! ^= 1 << rng.below(8);
    await writeFile(segment, bytes);
    const { open, problems } = storeIn(folder);
    const space = await open();
    const there = new Set(await found(space, range(0, 40)));
    expect(there.size).toBeLessThan(40);
    kinds.add(there.size);
    await append(
      space,
      range(0, 40).filter((number) => !there.has(number)),
    );
    expect(await found(space, range(0, 40))).toEqual(range(0, 40));
    expect(await found(await storeIn(folder).open(), range(0, 40))).toEqual(range(0, 40));
    expect(problems.length).toBeLessThanOrEqual(1);
  }
  // Most flips hit a row, which costs that row alone.
  expect(kinds).toContain(39);
});

test("rows do not change their items when keys are exchanged", async () => {
  const { folder, segment } = await filled();
  const bytes = await readFile(segment);
  const [first, second] = [0, 1].map((i) => bytes.subarray(64 + 12 + 32 * i, 64 + 12 + 32 * (i + 1)));
  const kept = Buffer.from(first!);
  first!.set(second!);
  second!.set(kept);
  await writeFile(segment, bytes);
  expect(await found(await storeIn(folder).open(), range(0, 40))).toEqual([]);
});

test("damage is told once, with where it is", async () => {
  const { folder, segment } = await filled();
  const bytes = await readFile(segment);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(segment, bytes);
  const { open, problems } = storeIn(folder);
  await found(await open(), range(0, 40));
  await found(await open(), range(0, 40));
  expect(problems).toEqual(["train/cache-corrupted"]);
});

test("files that are not this space's are not used", async () => {
  const { folder, segment } = await filled();
  await append(await storeIn(folder).open("b"), [100]);
  const other = (await segmentsOf(folder, "b"))[0]!;
  await copyFile(segment, join(other, "..", "moved.rows"));
  await writeFile(join(other, "..", "0.rows"), "not rows at all, but longer than a header of sixty-four bytes is");
  await writeFile(join(other, "..", "notes.txt"), "whatever");
  const { open, problems } = storeIn(folder);
  expect(await found(await open("b"), [1, 2, 100])).toEqual([100]);
  expect(problems).toEqual(["train/cache-corrupted"]);
});

test("float16 takes half of the room and gives rounded rows from the first time on", async () => {
  const folder = await emptyFolder();
  const { open } = storeIn(folder, { dtype: "float16" });
  const rows = Float32Array.from({ length: width }, (_, i) => 1 / (i + 3));
  const kept = await (await open()).append([itemOf(0)], rows);
  expect(kept).not.toEqual(rows);
  kept.forEach((value, i) => expect(Math.abs(value / rows[i]! - 1)).toBeLessThan(2 ** -11));
  const again = new Float32Array(width);
  expect(await (await storeIn(folder, { dtype: "float16" }).open()).read([itemOf(0)], again)).toEqual([]);
  expect(again).toEqual(kept);
  expect((await stat((await segmentsOf(folder, "a", "float16"))[0]!)).size).toBe(64 + 12 + 36 + 2 * width);
  // A person who wants all bits does not get these.
  expect(await (await storeIn(folder).open()).read([itemOf(0)], again)).toEqual([0]);
});

test("what float16 cannot hold stays in memory as it is", async () => {
  const { open, problems } = storeIn(await emptyFolder(), { dtype: "float16" });
  const rows = new Float32Array(width).fill(1e6);
  const space = await open();
  expect(await space.append([itemOf(0)], rows)).toEqual(rows);
  const again = new Float32Array(width);
  expect(await space.read([itemOf(0)], again)).toEqual([]);
  expect(again).toEqual(rows);
  expect(problems).toEqual(["train/cache-float16"]);
});

test("a store of a newer version is left as it is", async () => {
  const { folder, segment } = await filled();
  await writeFile(join(folder, "graft-features.json"), JSON.stringify({ format: "graft-features", version: 2 }));
  const before = await readFile(segment);
  const { open, problems } = storeIn(folder);
  const space = await open();
  expect(await found(space, [1])).toEqual([]);
  await append(space, [1, 2]);
  expect(await found(await open(), [1, 2])).toEqual([1, 2]);
  expect(problems).toEqual(["train/cache-version"]);
  expect(await segmentsOf(folder)).toEqual([segment]);
  expect(await readFile(segment)).toEqual(before);
});

test("beyond the limit the space that was used longest ago goes, and none that is in use", async () => {
  const folder = await emptyFolder();
  const rows = 64 + 12 + 10 * (36 + 4 * width);
  for (const [age, name] of ["in use", "old", "older", "young"].entries()) {
    const space = await storeIn(folder).open(name);
    await append(space, range(0, 10));
    if (name !== "in use") await space.release();
    const used = new Date(Date.now() - [90, 60, 80, 10][age]! * 1000);
    await utimes(join(folder, `${spaceKey(name)}.float32`), used, used);
  }
  // A lease of three hundred bytes or less lies in a space that is used.
  const { open, problems } = storeIn(folder, { limitBytes: 4 * rows + 600 });
  const space = await open("new");
  await append(space, range(0, 10));
  expect(await spacesIn(folder, ["in use", "old", "older", "young", "new"])).toEqual(["in use", "old", "young", "new"]);
  await append(space, range(10, 20));
  expect(await spacesIn(folder, ["in use", "old", "young", "new"])).toEqual(["in use", "young", "new"]);
  expect(problems).toEqual([]);
});

test("a space in use that fills the limit goes on in memory", async () => {
  const { open, problems } = storeIn(await emptyFolder(), { limitBytes: 1200 });
  const space = await open();
  for (const from of [0, 10, 20]) await append(space, range(from, from + 10));
  expect(await found(space, range(0, 30))).toEqual(range(0, 30));
  const again = await open();
  expect(await again.unstored([itemOf(0), itemOf(50)])).toEqual([1]);
  expect(await again.unstored(range(0, 30).map(itemOf))).toBeUndefined();
  expect(problems).toEqual(["train/cache-limit"]);
});

test("a lease of a process that is gone keeps nothing", async () => {
  const { folder, segment } = await filled();
  const lease = { host: (await import("node:os")).hostname(), pid: process.pid, processStarted: 1 };
  await writeFile(join(segment, "..", "earlier.lease"), JSON.stringify(lease));
  const { open } = storeIn(folder, { limitBytes: 1500 });
  await append(await open("new"), range(0, 10));
  expect(await spacesIn(folder, ["a", "new"])).toEqual(["new"]);
});

test("rows whose files are removed meanwhile are missing, and what is appended then is kept", async () => {
  const { folder } = await filled();
  const { open, problems } = storeIn(folder);
  const space = await open();
  await append(space, range(40, 50));
  await rm(join(folder, `${spaceKey("a")}.float32`), { recursive: true });
  expect(await found(space, range(0, 50))).toEqual([]);
  await append(space, range(0, 5));
  expect(await found(await storeIn(folder).open(), range(0, 50))).toEqual(range(0, 5));
  expect(problems).toEqual([]);
});

test("appends at once do not disturb each other", async () => {
  const folder = await emptyFolder();
  const { open } = storeIn(folder);
  const spaces = await Promise.all([open(), open()]);
  await append(spaces[0], range(100, 101));
  await Promise.all(range(0, 20).map((i) => append(spaces[i % 2]!, range(5 * i, 5 * i + 5))));
  await Promise.all(spaces.map((space) => space.release()));
  expect(await found(await storeIn(folder).open(), range(0, 101))).toEqual(range(0, 101));
  expect(await segmentsOf(folder)).toHaveLength(1);
  // One lease for both, and it is gone with the last of them.
  expect(
    (await readdir(join(folder, `${spaceKey("a")}.float32`))).filter((name) => name.endsWith(".lease")),
  ).toHaveLength(1);
  expect(rowOf(1)).toHaveLength(width);
});

test("clearing removes what nobody uses, says how much, and leaves what is in use", async () => {
  const folder = await emptyFolder();
  const { open, store } = storeIn(folder);
  await append(await open("a"), range(0, 10));
  const unused = await open("b");
  await append(unused, range(0, 10));
  await unused.release();
  const before = await store.use();
  const cleared = await store.clear();
  expect(cleared).toEqual({ bytes: expect.any(Number), spaces: 1 });
  expect(cleared.bytes).toBeGreaterThanOrEqual(10 * width * 4);
  expect(await store.use()).toEqual({ bytes: before.bytes - cleared.bytes, spaces: before.spaces - 1 });
  expect(await spacesIn(folder, ["a", "b"])).toEqual(["a"]);
  expect(await found(await open("a"), range(0, 10))).toEqual(range(0, 10));
  expect(await found(await open("b"), range(0, 10))).toEqual([]);
});
