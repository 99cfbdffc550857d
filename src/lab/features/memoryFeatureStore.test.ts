import { expect, test } from "vitest";
import { MemoryFeatureStore } from "./memoryFeatureStore";

const rows = Float32Array.from([1, 2, 3, 4]);

async function read(store: MemoryFeatureStore, key: string, items: readonly string[]) {
  const into = new Float32Array(2 * items.length);
  const missing = await (await store.open(key, 2)).read(items, into);
  return { missing, rows: [...into] };
}

async function write(store: MemoryFeatureStore, key: string, items: readonly string[]) {
  await (await store.open(key, rows.length / items.length)).append(items, rows.slice());
}

test("rows are found by space and item, and nowhere else", async () => {
  const store = new MemoryFeatureStore();
  await write(store, "a", ["one", "two"]);
  expect(await read(store, "a", ["two", "three", "one"])).toEqual({ missing: [1], rows: [3, 4, 0, 0, 1, 2] });
  expect((await read(store, "b", ["one"])).missing).toEqual([0]);
});

test("beyond its limit it forgets the space that was used longest ago, never the newest", async () => {
  const store = new MemoryFeatureStore(2 * rows.byteLength);
  await write(store, "a", ["one", "two"]);
  await write(store, "b", ["one", "two"]);
  await read(store, "a", ["one"]);
  await write(store, "c", ["one", "two"]);
  expect(store.bytes).toBe(2 * rows.byteLength);
  expect((await read(store, "b", ["one"])).missing).toEqual([0]);
  expect((await read(store, "a", ["one"])).missing).toEqual([]);

  const huge = await store.open("huge", 100);
  await huge.append(["one"], new Float32Array(100));
  expect(await huge.read(["one"], new Float32Array(100))).toEqual([]);
});

test("an item that is written again takes its room once", async () => {
  const store = new MemoryFeatureStore();
  await write(store, "a", ["one", "two"]);
  await write(store, "a", ["one", "two"]);
  expect(store.bytes).toBe(rows.byteLength);
});

test("clearing forgets all rows and says how much that was", async () => {
  const store = new MemoryFeatureStore();
  await write(store, "a", ["one", "two"]);
  expect(await store.clear()).toEqual({ bytes: 16, spaces: 1 });
  expect(await store.use()).toEqual({ bytes: 0, spaces: 0 });
  expect((await read(store, "a", ["one"])).missing).toEqual([0]);
});
