/** What ends a kernel and what must not, and that a log is left which says what happened. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAlive } from "../../src/protocol/kernelAddress";
import { describeDeath, type DeathKind } from "../../src/protocol/kernelDeath";
import { readCheckpointDescriptions } from "../../src/protocol/checkpoints";
import { eventually, plain, printedIn, TestKernel } from "./testKernel";

describe("a kernel lives on after", () => {
  let kernel: TestKernel;
  beforeAll(async () => void (kernel = await TestKernel.start()));
  afterAll(() => kernel.end());

  const worker = (body: string, options = "") => `
    const { Worker } = await import("node:worker_threads");
    const w = new Worker(${JSON.stringify(body)}, { eval: true ${options} });
    // Its event "exit" does not come when nobody listens to its event "error".
    while (w.threadId !== -1) await new Promise((resolve) => setTimeout(resolve, 5));`;

  it.each([
    ["an exception in a worker", worker("throw new Error('in the worker')"), "in the worker"],
    ["a worker that calls process.exit", worker("process.exit(7)"), ""],
    [
      "a worker that runs out of memory",
      worker(
        "const all = []; for (;;) all.push(new Array(1e4).fill(1))",
        ", resourceLimits: { maxOldGenerationSizeMb: 16 }",
      ),
      "out of memory",
    ],
    [
      "an exception in a timer",
      "setTimeout(() => { throw new Error('stray') }, 1); await new Promise((r) => setTimeout(r, 30))",
      "stray",
    ],
    [
      "an exception in a microtask",
      "queueMicrotask(() => { throw new Error('stray') }); await new Promise((r) => setTimeout(r, 5))",
      "stray",
    ],
    [
      "an exception in nextTick",
      "process.nextTick(() => { throw new Error('stray') }); await new Promise((r) => setTimeout(r, 5))",
      "stray",
    ],
    ["a rejection that nobody handles", "void Promise.reject(new Error('stray')); 0", "stray"],
    ["a rejection with nothing", "void Promise.reject(undefined); 0", "undefined"],
    [
      "an emitter's error without a listener",
      "setTimeout(() => new (require('node:events'))().emit('error', new Error('stray')), 1); await new Promise((r) => setTimeout(r, 30))",
      "stray",
    ],
    [
      "a stray error whose text throws",
      "setTimeout(() => { throw { get message() { throw 1 }, toString() { throw 2 }, [Symbol.for('nodejs.util.inspect.custom')]() { throw 3 } } }, 1); await new Promise((r) => setTimeout(r, 30))",
      "",
    ],
    ["an end of stdout", "process.stdout.end(); process.stdout.destroy(); console.log('still'); ", "still"],
  ])("%s", async (_, code, says) => {
    const { outputs } = await kernel.run(code);
    expect(plain(printedIn(outputs))).toContain(says);
    expect(await kernel.value("20 + 1")).toBe("21");
  });

  it.each([
    ["endless recursion", "const deep = (): number => 1 + deep(); deep()", "RangeError"],
    [
      "endless recursion after an await",
      "await null; const deeper = (): number => 1 + deeper(); deeper()",
      "RangeError",
    ],
    ["endless recursion in a getter", "const o = { get a(): unknown { return this.a } }; o.a", "RangeError"],
    [
      "a result whose text recurs without end",
      "({ [Symbol.for('nodejs.util.inspect.custom')]() { return String(this[Symbol.for('nodejs.util.inspect.custom')]()) } })",
      "RangeError",
    ],
    [
      "a result whose MIME bundle throws",
      "({ [Symbol.for('graft.display')]() { throw new Error('no bundle') } })",
      "no bundle",
    ],
    [
      "a thrown object whose message throws",
      "throw Object.defineProperty(new Error('x'), 'message', { get() { throw new Error('inner') } })",
      "",
    ],
    [
      "a thrown object whose name throws",
      "throw Object.defineProperty(new Error('x'), 'name', { get() { throw new Error('inner') } })",
      "",
    ],
    [
      "a thrown object whose stack recurs",
      "throw Object.defineProperty(new Error('x'), 'stack', { get(): unknown { return this.stack } })",
      "",
    ],
    [
      "a thrown object whose cause throws",
      "throw Object.defineProperty(new Error('x'), 'cause', { get() { throw new Error('inner') } })",
      "",
    ],
    [
      "a thrown proxy that refuses everything",
      "throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 }, ownKeys() { throw 3 } })",
      "",
    ],
    ["a thrown error that is its own cause", "const e = new Error('round'); e.cause = e; throw e", "round"],
    ["an array that is too long", "new Array(-1)", "RangeError"],
    ["a buffer that no machine has", "new ArrayBuffer(2 ** 52)", "RangeError"],
    ["a text that is too long", "'x'.repeat(2 ** 30)", "RangeError"],
  ])("%s", async (_, code, says) => {
    const { reply } = await kernel.run(code);
    expect(reply.status).toBe("error");
    expect(plain(reply.status === "error" ? [reply.ename, ...reply.traceback] : [])).toContain(says);
    expect(await kernel.value("20 + 1")).toBe("21");
  });
});

describe("a kernel that is ended", () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "graft-crash-"))));
  afterAll(() => rmSync(folder, { recursive: true }));

  interface Death {
    readonly code: string;
    readonly how: number | NodeJS.Signals;
    readonly kind: DeathKind;
    readonly log: string;
    readonly env?: Readonly<Record<string, string>>;
  }

  const heap = "const all: unknown[] = []; for (;;) all.push({ ...all });";
  const buffers = "const all: unknown[] = []; for (;;) all.push(Buffer.alloc(8e6, 1));";
  it.each<[string, Death]>([
    [
      "process.exit(3)",
      { code: "process.exit(3)", how: 3, kind: "exit", log: "Ended by process.exit(3) while Cell [2] ran." },
    ],
    [
      "process.exit() in a timer",
      {
        code: "setTimeout(() => process.exit(), 5); await new Promise(() => {})",
        how: 0,
        kind: "exit",
        log: "Ended by process.exit(0) while Cell [2] ran.",
      },
    ],
    ["process.abort()", { code: "process.abort()", how: "SIGABRT", kind: "abort", log: "Cell [2] runs." }],
    [
      "SIGKILL",
      {
        code: "process.kill(process.pid, 'SIGKILL'); for (;;);",
        how: "SIGKILL",
        kind: "killed",
        log: "Cell [2] runs.",
      },
    ],
    [
      "objects without end",
      {
        code: heap,
        how: "SIGABRT",
        kind: "out-of-memory",
        log: "heap out of memory",
        env: { NODE_OPTIONS: "--max-old-space-size=100" },
      },
    ],
    [
      "objects without end after an await",
      {
        code: `await null; ${heap}`,
        how: "SIGABRT",
        kind: "out-of-memory",
        log: "heap out of memory",
        env: { NODE_OPTIONS: "--max-old-space-size=100" },
      },
    ],
    [
      "array buffers without end",
      {
        code: buffers,
        how: "SIGKILL",
        kind: "out-of-memory",
        log: "FATAL ERROR: the kernel ran out of memory and was ended: it holds",
        env: { GRAFT_MEMORY_LIMIT_MB: "700" },
      },
    ],
  ])(
    "by %s: its client is told at once, the log says why and which cell ran, the checkpoint is left",
    async (_, death) => {
      const checkpointFolder = mkdtempSync(join(folder, "case-"));
      const kernel = await TestKernel.start({
        checkpointFolder,
        ...(death.env === undefined ? {} : { env: death.env }),
      });
      await kernel.run(`
      import { backbones, Dataset, graft } from "graft";
      const data = Dataset.from({ images: new Uint8Array(8 * 784), imageShape: [28, 28, 1], labels: [0, 1, 0, 1, 0, 1, 0, 1], classes: ["even", "odd"] });
      const model = graft(await backbones.load("fashion-cnn"), { classes: data.classes });
      await model.trainHead(data, { plot: false });`);
      const execution = kernel.client.execute(death.code);
      const ended = execution.done.then(
        () => "done",
        (error: unknown) => (error as { readonly code?: unknown }).code,
      );
      const how = await kernel.process.exited;
      const diedAt = performance.now();
      expect(await ended).toBe("kernel/lost");
      expect(performance.now() - diedAt).toBeLessThan(2000);
      const log = readFileSync(kernel.process.logFile, "utf8");
      expect(how).toBe(death.how);
      expect(log).toContain(death.log);
      expect(log).toContain("Cell [2] runs.");
      expect(log).not.toContain("Cell [2] has ended.");
      expect(describeDeath(how, log).kind).toBe(death.kind);
      await eventually(() => (isAlive(kernel.process.address.pid) ? undefined : true));
      const [left] = await readCheckpointDescriptions(checkpointFolder);
      expect(left).toMatchObject({ variable: "model", reached: "head" });
      kernel.client.dispose();
      rmSync(kernel.folder, { recursive: true });
    },
  );

  it("by its client says nothing of a crash", async () => {
    const kernel = await TestKernel.start();
    await kernel.run("1");
    await kernel.client.shutdown();
    expect(await kernel.process.exited).toBe(0);
    const log = readFileSync(kernel.process.logFile, "utf8");
    expect(log).toContain("Cell [1] has ended.");
    expect(log).not.toContain("Ended by");
    rmSync(kernel.folder, { recursive: true });
  });
});
