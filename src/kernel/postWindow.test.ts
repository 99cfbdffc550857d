import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { newPostCounters, notePost, noteTaken } from "./postWindow";

const megabyte = 1024 * 1024;

it("lets the writer run ahead of the reader by a bounded amount, and no further", async () => {
  const counters = newPostCounters();
  // A reader that takes a megabyte every two milliseconds.
  const reader = new Worker(
    `const { workerData: counters } = require("node:worker_threads");
     for (let i = 0; i < 100; i++) {
       while (Atomics.load(counters, 0) === Atomics.load(counters, 1)) {}
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
       Atomics.add(counters, 1, ${megabyte + 200});
       Atomics.notify(counters, 1);
     }`,
    { eval: true, workerData: counters },
  );
  let furthest = 0;
  for (let i = 0; i < 100; i++) {
    notePost(counters, megabyte);
    furthest = Math.max(furthest, (Atomics.load(counters, 0) - Atomics.load(counters, 1)) | 0);
  }
  await new Promise((resolve) => reader.once("exit", resolve));
  expect(furthest).toBeGreaterThan(2 * megabyte);
  expect(furthest).toBeLessThan(18 * megabyte);
  expect(Atomics.load(counters, 0)).toBe(Atomics.load(counters, 1));
});

it("counts on beyond 2^32, and lets one message pass that is larger than all", () => {
  const counters = newPostCounters();
  for (let i = 0; i < 50; i++) {
    notePost(counters, 100 * megabyte);
    noteTaken(counters, 100 * megabyte);
  }
  expect(Atomics.load(counters, 0)).toBe(Atomics.load(counters, 1));
});
