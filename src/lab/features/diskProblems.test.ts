/** Disks that refuse. A read-only folder would not stop root, so errors come from a file system in between. */
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { append, emptyFolder, found, range, spaceKey, storeIn, width } from "./testing/storedItems";
import { DiskFeatureStore } from "./diskFeatureStore";
import { diskFiles, type StoreFiles } from "./storeFiles";

function refusal(code: string): Error {
  return Object.assign(new Error(`${code}: refused, write`), { code });
}

/** Writes into rows end in the midst of a block once `room()` bytes are used up. */
function fullDisk(room: () => number): StoreFiles {
  let written = 0;
  return {
    ...diskFiles,
    async open(...parts: Parameters<StoreFiles["open"]>) {
      const handle = await diskFiles.open(...parts);
      const write = handle.write.bind(handle) as (
        bytes: Uint8Array,
        from: number,
        length: number,
        at: number,
      ) => ReturnType<typeof handle.write>;
      handle.write = (async (bytes: Uint8Array, from: number, length: number, at: number) => {
        const fits = Math.min(length, room() - written);
        if (fits <= 0) throw refusal("ENOSPC");
        written += fits;
        return write(bytes, from, fits, at);
      }) as unknown as typeof handle.write;
      return handle;
    },
  };
}

test("a full disk: what is stored stays good, the rest is kept in memory, and it is told once", async () => {
  const folder = await emptyFolder();
  // The header, a block of ten, and a part of the next.
  const { open, problems } = storeIn(folder, { files: fullDisk(() => 64 + 12 + 10 * (36 + 4 * width) + 100) });
  const space = await open();
  for (const from of [0, 10, 20, 30]) await append(space, range(from, from + 10));
  expect(await found(space, range(0, 40))).toEqual(range(0, 40));
  await space.release();
  expect(await found(await open(), range(0, 41))).toEqual(range(0, 40));
  expect(problems).toEqual(["train/cache-full"]);

  const path = join(folder, `${spaceKey("a")}.float32`);
  const segment = (await readdir(path)).find((name) => name.endsWith(".rows"))!;
  expect((await stat(join(path, segment))).size).toBe(64 + 12 + 10 * (36 + 4 * width));

  const later = storeIn(folder);
  expect(await found(await later.open(), range(0, 40))).toEqual(range(0, 10));
  await append(await later.open(), range(10, 40));
  expect(await found(await storeIn(folder).open(), range(0, 40))).toEqual(range(0, 40));
});

test("a full disk makes room by the oldest space first", async () => {
  const folder = await emptyFolder();
  const old = await storeIn(folder).open("old");
  await append(old, range(0, 10));
  await old.release();
  let room = 200;
  const files: StoreFiles = {
    ...fullDisk(() => room),
    async rename(from, to) {
      if (String(to).includes("evicted")) room += 5000;
      return diskFiles.rename(from, to);
    },
  };
  const { open, problems } = storeIn(folder, { files });
  await append(await open("new"), range(0, 10));
  expect(problems).toEqual([]);
  expect(await found(await storeIn(folder).open("new"), range(0, 10))).toEqual(range(0, 10));
  expect(await found(await storeIn(folder).open("old"), range(0, 10))).toEqual([]);
});

test.each(["mkdir", "writeFile", "open"] as const)(
  "without permission to %s features stay in memory",
  async (method) => {
    const folder = await emptyFolder();
    const before = storeIn(folder);
    const space = await before.open();
    await append(space, range(0, 5));
    await space.release();
    const files: StoreFiles = { ...diskFiles, [method]: () => Promise.reject(refusal("EACCES")) };
    const { open, problems } = storeIn(folder, { files });
    for (const name of ["a", "b"]) {
      const refused = await open(name);
      await append(refused, range(5, 9));
      // What another process could store is still read.
      expect(await found(refused, range(0, 9))).toEqual(name === "a" ? range(0, 9) : range(5, 9));
      await refused.release();
    }
    expect(problems).toEqual(["train/cache-permission"]);
  },
);

test("a file in place of the folder", async () => {
  const folder = join(await emptyFolder(), "file");
  await writeFile(folder, "");
  const { open, problems } = storeIn(folder);
  const space = await open();
  await append(space, range(0, 5));
  expect(await found(space, range(0, 6))).toEqual(range(0, 5));
  expect(await space.unstored([])).toEqual([]);
  expect(problems).toEqual(["train/cache-unusable"]);
});

test("the person is told where and what to do", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const files: StoreFiles = { ...diskFiles, mkdir: () => Promise.reject<undefined>(refusal("EACCES")) };
  const store = new DiskFeatureStore({ folder: "/nowhere/features", files });
  await append(await store.open(spaceKey("a"), width), [1]);
  await append(await store.open(spaceKey("b"), width), [1]);
  expect(warn.mock.calls).toEqual([
    [
      "Expected permission to store features in /nowhere/features, but found EACCES: refused, write. Features stay in memory until the " +
        "kernel ends. Give yourself the right to write there, or set the environment variable GRAFT_FEATURES to another folder, then restart the kernel.",
    ],
  ]);
  warn.mockRestore();
});
