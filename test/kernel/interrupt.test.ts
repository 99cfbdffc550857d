import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CellOutput } from "../../src/protocol/cellOutput";
import { eventually, printedIn, TestKernel } from "./testKernel";

let kernel: TestKernel;
beforeAll(async () => {
  kernel = await TestKernel.start();
  kernel.write("spinner.js", "module.exports = () => { for (;;); };");
  kernel.write(
    "spin.ts",
    `export function spin(): void {
       for (let i: number = 0; ; i++) {}
     }
     export async function spinLater(): Promise<void> {
       await null;
       for (;;) {}
     }
     export function spinInTimer(): Promise<never> {
       setTimeout(() => { for (;;) {} }, 1);
       return new Promise<never>(() => {});
     }
     export async function waitLong(): Promise<void> {
       await new Promise((resolve) => setTimeout(resolve, 60_000));
     }`,
  );
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
      "a loop that catches whatever its awaits throw",
      "console.log('go'); for (;;) { try { await new Promise((r) => setTimeout(r, 5)) } catch {} }",
    ],
    ["a function of a module", 'import { spin } from "./spin"; console.log("go"); spin()'],
    ["an async function of a module", 'import { spinLater } from "./spin"; console.log("go"); await spinLater()'],
    ["a timer of a module", 'import { spinInTimer } from "./spin"; console.log("go"); await spinInTimer()'],
    ["a sleep in a module", 'import { waitLong } from "./spin"; console.log("go"); await waitLong()'],
    [
      "a readable stream that stays silent",
      `
      import { Readable } from "node:stream";
      const silent = new Readable({ read() {} });
      silent.push("first");
      for await (const _ of silent) console.log("go")`,
    ],
    [
      "a web stream that never ends",
      `
      const endless = new ReadableStream({ async pull(c) { await new Promise((r) => setTimeout(r, 5)); c.enqueue(1) } });
      for await (const _ of endless as any) console.log("go")`,
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

  it("a training at its step boundary, with the weights that it has reached", async () => {
    await kernel.run(`
      import { backbones, Dataset, graft } from "graft";
      const images = Uint8Array.from({ length: 64 * 784 }, (_, i) => (i * i * 31 + (i >> 9) * 7) % 256);
      const labels = Array.from({ length: 64 }, (_, i) => i % 2);
      const data = Dataset.from({ images, imageShape: [28, 28, 1], labels, classes: ["even", "odd"] });
      const model = graft(await backbones.load("fashion-cnn"), { classes: data.classes });
      const before = await model.evaluate(data);`);
    const { ms, ename } = await interrupted(`
      const stop = model.history.onChange(() => { if (model.history.steps === 5) console.log("go"); });
      try { await model.fineTune(data, { lastLayers: 3, epochs: 1e6, batchSize: 8, plot: false }) } finally { stop() }`);
    expect(ename).toBe("InterruptedError");
    expect(ms).toBeLessThan(500);
    expect(await kernel.value("const phase = model.history.phases[0]; [phase.status, phase.steps.length >= 5]")).toBe(
      "[ 'interrupted', true ]",
    );
    expect(await kernel.value("(await model.evaluate(data)).loss < before.loss")).toBe("true");
    expect(await kernel.value("(await model.trainHead(data, { plot: false })).status")).toBe("'finished'");
  });

  it("a call that cannot be stopped, at its end, and what waits behind it", async () => {
    const outputs: CellOutput[] = [];
    const code = "await null; console.log('go'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700); 1";
    const execution = kernel.client.execute(code, { onOutput: (output) => void outputs.push(output) });
    const next = kernel.client.execute("2");
    await eventually(() => (printedIn(outputs).includes("go") ? true : undefined));
    const started = performance.now();
    await kernel.client.interrupt();
    expect(await execution.done).toMatchObject({ status: "error", ename: "InterruptedError" });
    expect(performance.now() - started).toBeLessThan(700 + 500);
    expect((await next.done).status).toBe("aborted");
  });

  it("a fetch without an answer, and closes its connection", async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => {
      sockets.add(socket);
      socket
        .resume()
        .on("error", () => undefined)
        .on("close", () => sockets.delete(socket));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as AddressInfo;
    const { ms, ename } = await interrupted(`
      const pending = fetch("http://127.0.0.1:${port}");
      setTimeout(() => console.log("go"), 50);
      await pending`);
    expect(ename).toBe("InterruptedError");
    expect(ms).toBeLessThan(500);
    await eventually(() => (sockets.size === 0 ? true : undefined));
    silent.close();
  });

  it("tells whoever listens to interruptSignal", async () => {
    await interrupted(`
      const signal = interruptSignal;
      signal.addEventListener("abort", () => { globalThis.heard = signal.reason.name });
      console.log("go");
      await new Promise(() => {})`);
    expect(await kernel.value("[globalThis.heard, interruptSignal.aborted]")).toBe("[ 'InterruptedError', false ]");
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
  it.each([
    [
      "timers of a loop that was stopped",
      "setInterval(() => console.log('noise'), 2); console.log('go'); while (true) {}",
    ],
    [
      "timers of a library loop that was stopped",
      "setInterval(() => console.log('noise'), 2); console.log('go'); require('./spinner.js')()",
    ],
    [
      "promise chains",
      `
      let chain = Promise.resolve();
      for (let i = 0; i < 200; i++) chain = chain.then(() => new Promise((r) => setTimeout(r, 1))).then(() => console.log("noise"));
      console.log("go");
      await new Promise(() => {})`,
    ],
    [
      "messages of workers",
      `
      import { Worker } from "node:worker_threads";
      const noisy = new Worker(\`
        const { parentPort } = require("node:worker_threads");
        setInterval(() => { parentPort.postMessage(1); console.log("noise of the worker") }, 2)\`, { eval: true });
      noisy.on("message", () => console.log("noise"));
      await new Promise((resolve) => noisy.once("message", resolve));
      console.log("go");
      await new Promise(() => {})`,
    ],
  ])("prints nothing into the next one: %s", async (_, code) => {
    await interrupted(code);
    const { outputs } = await kernel.run("await new Promise((r) => setTimeout(r, 60)); console.log('own')");
    expect(printedIn(outputs)).toBe("own\n");
    await kernel.run("if (typeof noisy !== 'undefined') await noisy.terminate()");
  });

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

  it("twice at once while a cell runs", async () => {
    const outputs: CellOutput[] = [];
    const execution = kernel.client.execute("console.log('go'); while (true) {}", {
      onOutput: (output) => void outputs.push(output),
    });
    await eventually(() => (printedIn(outputs).includes("go") ? true : undefined));
    await Promise.all([kernel.client.interrupt(), kernel.client.interrupt()]);
    expect(await execution.done).toMatchObject({ status: "error", ename: "InterruptedError" });
    expect(await kernel.value("await new Promise((r) => setTimeout(r, 150)); 'untouched'")).toBe("'untouched'");
  });

  it("while starting", async () => {
    const fresh = await TestKernel.start();
    const first = fresh.client.execute("let n = 0; for (let i = 0; i < 10; i++) n += i; n");
    await fresh.client.interrupt();
    await first.done;
    process.kill(fresh.process.address.pid, "SIGINT");
    expect(await fresh.value("await new Promise((r) => setTimeout(r, 150)); 1 + 1")).toMatch(/^2$|InterruptedError/);
    expect(await fresh.value("1 + 1")).toBe("2");
    await fresh.end();
  });

  it("by SIGINT from outside: the running cell stops, the next one runs", async () => {
    const outputs: CellOutput[] = [];
    const execution = kernel.client.execute("console.log('go'); await new Promise(() => {})", {
      onOutput: (output) => void outputs.push(output),
    });
    await eventually(() => (printedIn(outputs).includes("go") ? true : undefined));
    process.kill(kernel.process.address.pid, "SIGINT");
    expect(await execution.done).toMatchObject({ status: "error", ename: "InterruptedError" });
    expect(await kernel.value("1 + 1")).toBe("2");
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
