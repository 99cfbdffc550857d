import { expect, test } from "vitest";
import { MemoryFeatureStore } from "./featureStore";

const rows = Float32Array.from([1, 2, 3, 4]);

test("rows are found by space and item, and nowhere else", async () => {
  const store = new MemoryFeatureStore();
  await store.write("a", ["one", "two"], rows);
  expect((await store.read("a", ["two", "three", "one"])).map((row) => row && [...row])).toEqual([
    [3, 4],
    undefined,
    [1, 2],
  ]);
  expect(await store.read("b", ["one"])).toEqual([undefined]);
});

test("beyond its limit it forgets the space that was used longest ago, never the newest", async () => {
  const store = new MemoryFeatureStore(2 * rows.byteLength);
  await store.write("a", ["one", "two"], rows.slice());
  await store.write("b", ["one", "two"], rows.slice());
  await store.read("a", ["one"]);
  await store.write("c", ["one", "two"], rows.slice());
  expect(store.bytes).toBe(2 * rows.byteLength);
  expect((await store.read("b", ["one"]))[0]).toBeUndefined();
  expect((await store.read("a", ["one"]))[0]).toBeDefined();

  await store.write("huge", ["one"], new Float32Array(100));
  expect((await store.read("huge", ["one"]))[0]).toBeDefined();
});
