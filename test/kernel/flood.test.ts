/** The flood that the kernel promises to survive, in full; its smaller relatives are in the conformance suite. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { growthOf, linesIn } from "./conformance/floodCases";
import type { ConformanceKernel } from "./conformance/conformanceKernel";
import { textIn } from "./conformance/rawClient";
import { webSocketKernel } from "./conformance/webSocketKernel";
import { eventually } from "./testKernel";

let kernel: ConformanceKernel;
beforeAll(async () => void (kernel = await webSocketKernel()));
afterAll(() => kernel.end());

it("ten million lines", async () => {
  const client = await kernel.connect();
  const before = process.memoryUsage().rss;
  const growth = growthOf(kernel.pid);
  const messages = await client.done(client.execute("for (let i = 1; i <= 10_000_000; i++) console.log(i)"), 170_000);
  const { shown, cut } = linesIn(messages);
  expect(shown[0]).toBe("1");
  expect(shown.at(-1)).toBe("10000000");
  expect(shown.length + cut).toBe(10_000_000);
  expect(textIn(messages).length).toBeLessThan(8 * 1024 * 1024);
  expect(growth()).toBeLessThan(250);
  expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(200);
  client.close();
}, 180_000);

it("a client that does not read is let go, and the others and the memory do not suffer", async () => {
  const deaf = await kernel.connect();
  const sees = await kernel.connect();
  deaf.wire.pause();
  const growth = growthOf(kernel.pid);
  // Comm messages are not thinned out: nobody but the cell knows what they mean. Each cell waits for the one that reads to
  // have had the last one, however slow the machine is.
  await sees.run(`const flood = comms.open("flood"); const text = "x".repeat(1024 * 1024)`);
  for (let cell = 0; cell < 60; cell++) {
    const messages = await sees.done(sees.execute("for (let i = 0; i < 10; i++) flood.send({ text })"), 30_000);
    expect(messages.filter(({ header }) => header.msg_type === "comm_msg")).toHaveLength(10);
  }
  expect(growth()).toBeLessThan(800);
  deaf.wire.resume();
  await eventually(() => (deaf.wire.isClosed() ? true : undefined));
  expect((await sees.run("1 + 1")).reply.status).toBe("ok");
  sees.close();
}, 180_000);
