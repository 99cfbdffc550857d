import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CellOutput } from "../../src/protocol/cellOutput";
import { eventually, printedIn, TestKernel } from "./testKernel";

let kernel: TestKernel;
beforeAll(async () => {
  kernel = await TestKernel.start();
  kernel.write("spinner.js", "module.exports = () => { for (;;); };");
});
afterAll(() => kernel.end());

/** Runs a cell that prints "go", interrupts it then, and gives the milliseconds from interrupt to done. */
async function interrupted(
  code: string,
): Promise<{ readonly ms: number; readonly ename: string; readonly outputs: CellOutput[] }> {
  const outputs: CellOutput[] = [];
  const execution = kernel.client.execute(code, { onOutput: (output) => void outputs.push(output) });
  await eventually(() => (printedIn(outputs).includes("go") ? true : undefined));
  const started = performance.now();
  await kernel.client.interrupt();
  const reply = await execution.done;
  const ename = reply.status === "error" ? reply.ename : reply.status;
  return { ms: performance.now() - started, ename, outputs };
}

describe("an interrupt stops within half a second and keeps the variables", () => {
  it.each([
    ["an endless loop", "console.log('go'); while (true) {}"],
    ["a loop without a block", "console.log('go'); for (;;) kept++;"],
    ["a do loop", "console.log('go'); do {} while (true)"],
    ["a loop after an await", "await null; console.log('go'); while (true) { kept++ }"],
    ["a loop of awaits that are done", "console.log('go'); while (true) await null"],
    ["a loop in a timer", "setTimeout(() => { console.log('go'); while (true) {} }, 1); await new Promise(() => {})"],
    [
      "a recursion",
      "console.log('go'); const spin = (n: number): number => n > 500 ? 0 : spin(n + 1) + spin(n + 1); spin(0)",
    ],
    ["a loop in a library", "console.log('go'); require('./spinner.js')()"],
    [
      "a callback of a library",
      "console.log('go'); const big = new Array(1e5).fill(0); for (;;) big.forEach((x) => x + 1)",
    ],
    ["a pending promise", "console.log('go'); await new Promise(() => {})"],
    ["a sleep", "console.log('go'); await new Promise((r) => setTimeout(r, 60_000))"],
    [
      "a pending fetch",
      `
      const server = (await import("node:http")).createServer(() => {}).listen(0, "127.0.0.1");
      await new Promise((r) => server.once("listening", r));
      console.log('go');
      try { await fetch("http://127.0.0.1:" + (server.address() as any).port) } finally { server.closeAllConnections(); server.close() }`,
    ],
    [
      "a stream",
      "console.log('go'); for await (const _ of (async function* () { for (;;) { await new Promise((r) => setTimeout(r, 5)); yield 1 } })()) {}",
    ],
  ])("%s", async (_, code) => {
    await kernel.run("let kept = 1; const alsoKept = 'here'");
    const { ms, ename } = await interrupted(code);
    expect(ename).toBe("InterruptedError");
    expect(ms).toBeLessThan(500);
    expect(await kernel.value("[kept > 0, alsoKept]")).toBe("[ true, 'here' ]");
  });

  it("a loop in a module beside the notebook", async () => {
    kernel.write("spin.ts", "export function spin(): void {\n  for (let i: number = 0; ; i++) {}\n}\n");
    const { ms, ename } = await interrupted('import { spin } from "./spin"; console.log("go"); spin()');
    expect(ename).toBe("InterruptedError");
    expect(ms).toBeLessThan(500);
  });

  it("a loop in a timer of a cell that is long done", async () => {
    await kernel.run("let ticks = 0; setTimeout(() => { for (;;) ticks++ }, 20); 0");
    const waiting = kernel.client.execute("1");
    await eventually(() => (kernel.client.status === "idle" ? true : undefined));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await kernel.client.interrupt();
    await waiting.done;
    expect(await kernel.value("ticks > 0")).toBe("true");
  });
});

describe("what an abandoned cell still does", () => {
  it("prints nothing into the next one", async () => {
    await interrupted(`
      console.log("go");
      const noise = setInterval(() => console.log("noise"), 2);
      const promise = new Promise((r) => setTimeout(r, 30)).then(() => console.log("late"));
      await new Promise(() => {})`);
    const { outputs } = await kernel.run("await new Promise((r) => setTimeout(r, 80)); console.log('own')");
    expect(printedIn(outputs)).toBe("own\n");
  });

  it("stops at its next await when it catches the interrupt", async () => {
    const { ename } = await interrupted(`
      console.log("go");
      try { await new Promise(() => {}) } catch {}
      globalThis.wentOn = 1;
      await null;
      globalThis.wentOn = 2;`);
    expect(ename).toBe("InterruptedError");
    expect(await kernel.value("globalThis.wentOn")).toBe("1");
  });
});

describe("an interrupt is harmless", () => {
  it("while idle, and twice", async () => {
    await kernel.client.interrupt();
    await kernel.client.interrupt();
    expect(await kernel.value("let s = 0; for (let i = 0; i < 1000; i++) s += i; s")).toBe("499500");
  });

  it("to the functions of an interrupted cell", async () => {
    await interrupted(
      "function work(n: number) { let s = 0; for (let i = 0; i < n; i++) s += i; return s } console.log('go'); work(Infinity)",
    );
    expect(await kernel.value("work(4)")).toBe("6");
  });

  it("aborts what waits behind, when the cell was to stop the rest", async () => {
    const outputs: CellOutput[] = [];
    const first = kernel.client.execute("console.log('go'); while (true) {}", {
      onOutput: (o) => void outputs.push(o),
    });
    const second = kernel.client.execute("1");
    await eventually(() => (printedIn(outputs).includes("go") ? true : undefined));
    await kernel.client.interrupt();
    expect((await first.done).status).toBe("error");
    expect((await second.done).status).toBe("aborted");
  });
});
