import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { SessionMessage, TensorMemory, VariableDescription } from "../../src/shared/sessionState";
import { eventually, TestKernel } from "./testKernel";

type Variables = Extract<SessionMessage, { kind: "variables" }>;
type Ran = Extract<SessionMessage, { kind: "ran" }>;

let kernel: TestKernel;
const told: SessionMessage[] = [];
beforeAll(async () => {
  kernel = await TestKernel.start();
  kernel.client.openSession((message) => void told.push(message));
  await eventually(() => told.find(({ kind }) => kind === "state"));
});
afterAll(() => kernel.end());
afterEach(() => kernel.client.ask({ kind: "watchVariables", watch: false }));

/** The next list of variables that the kernel sends after `action`. */
async function listAfter(action: () => unknown): Promise<Variables> {
  const before = told.length;
  await action();
  return eventually(() => told.slice(before).findLast((message): message is Variables => message.kind === "variables"));
}

function watch(): Promise<Variables> {
  return listAfter(() => kernel.client.ask({ kind: "watchVariables", watch: true }));
}

/** The variable `it` that the code declares. */
async function shown(code: string): Promise<Partial<VariableDescription>> {
  await kernel.run(code);
  const { variables } = await watch();
  const found = variables.find(({ name }) => name === "it");
  return { ...found, name: "it" };
}

describe("what is told of a variable", () => {
  it.each<[string, Partial<VariableDescription>]>([
    ["var it: any = 3.5", { kind: "number", type: "number", preview: "3.5" }],
    ["it = 12n", { kind: "number", type: "bigint", preview: "12n" }],
    ["it = 'two\\nlines'", { kind: "text", type: "string", preview: '"two lines"' }],
    ["it = true", { kind: "boolean", type: "boolean", preview: "true" }],
    ["it = null", { kind: "nothing", type: "null", preview: "" }],
    [
      "it = [1, 'a', { b: [2, [3]] }]",
      { kind: "array", type: "Array", shape: [3], preview: '[1, "a", { b: [2, […]] }]' },
    ],
    [
      "it = new Float32Array([0.1, 2])",
      { kind: "array", type: "Float32Array", dtype: "float32", shape: [2], bytes: 8, preview: "[0.1, 2]" },
    ],
    [
      "it = { shape: [2, 3], data: new Float32Array(6) }",
      {
        kind: "array",
        type: "Object",
        dtype: "float32",
        shape: [2, 3],
        bytes: 24,
        preview: "{ shape: [2, 3], data: [0, 0, 0, 0, 0, 0] }",
      },
    ],
    ["it = new ArrayBuffer(16)", { kind: "array", type: "ArrayBuffer", bytes: 16, preview: "16 bytes" }],
    ["it = new Map([['a', 1]])", { kind: "collection", type: "Map", shape: [1], preview: '{"a" → 1}' }],
    ["it = new Set([1, 2])", { kind: "collection", type: "Set", shape: [2], preview: "{1, 2}" }],
    ["it = new Date(0)", { kind: "object", type: "Date", preview: "1970-01-01T00:00:00.000Z" }],
    ["it = /a+/gi", { kind: "object", type: "RegExp", preview: "/a+/gi" }],
    ["it = new TypeError('no')", { kind: "object", type: "TypeError", preview: "TypeError: no" }],
    ["class Point { x = 1; y = 2 }; it = new Point()", { kind: "object", type: "Point", preview: "{ x: 1, y: 2 }" }],
    [
      "class Base {}; it = class Late extends Base {}",
      { kind: "code", type: "class", preview: "class Late extends Base" },
    ],
    [
      "it = function twice(n: number, { by = 2 } = {}) { return n * by }",
      {
        kind: "code",
        type: "function",
        preview: "twice(n, { by = 2 } = {})",
      },
    ],
    ["it = async n => n", { kind: "code", type: "function", preview: "it(n)" }],
    ["it = Promise.resolve(1)", { kind: "object", type: "Promise", preview: "Promise" }],
    ["it = Object.create(null)", { kind: "object", type: "Object", preview: "{}" }],
  ])("%s", async (code, expected) => {
    expect(await shown(code)).toEqual({ name: "it", ...expected });
  });

  it("costs no time and no copy for a huge array", async () => {
    const { shape, bytes, preview } = await shown("it = new Float64Array(40_000_000).fill(1)");
    expect({ shape, bytes }).toEqual({ shape: [40_000_000], bytes: 320_000_000 });
    expect(preview!.length).toBeLessThan(130);
    expect((await shown("it = 'a'.repeat(50_000_000)")).preview).toHaveLength(120);
    expect((await shown("it = Array.from({ length: 3_000_000 }, (_, i) => i)")).shape).toEqual([3_000_000]);
  });

  it("runs neither getters nor traps", async () => {
    await kernel.run(`
      var touched: string[] = [];
      var it: any = {
        get danger() { touched.push("getter"); return 1 },
        get constructor() { touched.push("constructor"); return Object },
        get [Symbol.toStringTag]() { touched.push("tag"); return "Tag" },
        [Symbol.for("nodejs.util.inspect.custom")]() { touched.push("inspect"); return "inspected" },
        get toJSON() { touched.push("json"); return () => 1 },
      };
      var traps = new Proxy({}, new Proxy({}, { get(_, name) { touched.push(String(name)); return undefined } }));
      var list = Object.defineProperty([1, 2], 1, { get() { touched.push("element") } });
      var inside = { traps, list };
    `);
    const { variables } = await watch();
    const preview = (wanted: string) => variables.find(({ name }) => name === wanted)?.preview;
    expect(preview("it")).toContain("danger: [getter]");
    expect(preview("list")).toBe("[1, [getter]]");
    expect(variables.find(({ name }) => name === "traps")?.type).toBe("Proxy");
    expect(await kernel.value("touched")).toBe("[]");
  });

  it("leaves out what was imported and what the kernel provides", async () => {
    kernel.write("values.ts", "export const rate = 0.5;\nexport function helper() {}\n");
    await kernel.run(
      'import * as path from "node:path"; import { rate, helper } from "./values"; import { datasets } from "graft"; display("x")',
    );
    const names = (await watch()).variables.map(({ name }) => name);
    expect(names).toContain("rate");
    expect(
      names.filter((name) => ["path", "helper", "datasets", "display", "require", "setTimeout"].includes(name)),
    ).toEqual([]);
  });
});

describe("when they are told", () => {
  it("after each cell while somebody watches, and not otherwise", async () => {
    await watch();
    const { variables } = await listAfter(() => kernel.run("const watchedNow = 1"));
    expect(variables.map(({ name }) => name)).toContain("watchedNow");
    kernel.client.ask({ kind: "watchVariables", watch: false });
    await kernel.run("0");
    const before = told.length;
    await kernel.run("const unwatched = 1");
    expect(told.slice(before).map(({ kind }) => kind)).not.toContain("variables");
  });

  it("at most a thousand", async () => {
    await kernel.run(Array.from({ length: 1200 }, (_, i) => `let many${i} = ${i};`).join(""));
    expect((await watch()).variables).toHaveLength(1000);
  });
});

describe("tensors", () => {
  it("are told with shape and memory, and what nobody holds is a leak", async () => {
    await kernel.run('import * as tf from "@tensorflow/tfjs"; var it: any = tf.tensor2d([[1, 2], [3, 4]])');
    const tensors = async (): Promise<TensorMemory | undefined> => (await watch()).tensors;
    expect(await shown("0")).toEqual({
      name: "it",
      kind: "tensor",
      type: "Tensor",
      dtype: "float32",
      shape: [2, 2],
      bytes: 16,
      preview: "[1, 2, 3, 4]",
    });
    expect(await tensors()).toEqual({ count: 1, bytes: 16, leaked: 0 });
    await kernel.run("tf.zeros([10]); tf.ones([5])");
    expect(await tensors()).toEqual({ count: 3, bytes: 76, leaked: 2 });
    await kernel.run("var kept = { deep: new Map([['a', [tf.zeros([2])]]]) }");
    expect(await tensors()).toMatchObject({ count: 4, leaked: 2 });
    await kernel.run("it.dispose()");
    expect(await shown("0")).toMatchObject({ type: "Tensor", preview: "disposed" });
    expect(await tensors()).toMatchObject({ count: 3, leaked: 2 });
  }, 60_000);

  it("of a network that a variable holds are no leak", async () => {
    const before = (await watch()).tensors!;
    await kernel.run(`
      const network = tf.sequential({ layers: [
        tf.layers.dense({ units: 4, inputShape: [3] }), tf.layers.batchNormalization(), tf.layers.dense({ units: 2 }),
      ] });
      network.compile({ optimizer: "adam", loss: "meanSquaredError" });
      await network.trainOnBatch(tf.zeros([2, 3]), tf.zeros([2, 2]));
    `);
    const after = (await watch()).tensors!;
    expect(after.count - before.count).toBeGreaterThan(10);
    // The two batches and the loss.
    expect(after.leaked! - before.leaked!).toBeLessThanOrEqual(3);
  }, 60_000);
});

describe("a cell that begins to run", () => {
  async function ran(code: string): Promise<Pick<Ran, "defines" | "uses"> | undefined> {
    const execution = kernel.client.execute(code);
    await execution.done;
    const message = told.find((one): one is Ran => one.kind === "ran" && one.executionId === execution.id);
    return message === undefined ? undefined : { defines: message.defines, uses: message.uses };
  }

  it.each<[string, readonly string[], readonly string[]]>([
    ["let total = 0; const { a, ...others } = { a: 1, b: 2 }", ["total", "a", "others"], []],
    ["total += a; console.log(Math.max(total, 1)); display(total); (local: number) => local", [], ["total", "a"]],
    [
      "import fs, { join as combine } from 'node:path'; function go() { return later + total } class K {}",
      ["fs", "combine", "go", "K"],
      ["later", "total"],
    ],
    ["const later = 2; later", ["later"], []],
    ["typeof neverThere", [], ["neverThere"]],
    ["type T = { total: number }; let typed: T | undefined", ["typed"], []],
    ["const broken = ;", [], []],
  ])("%s", async (code, defines, uses) => {
    const names = await ran(code);
    expect({ defines: [...names!.defines].sort(), uses: [...names!.uses].sort() }).toEqual({
      defines: [...defines].sort(),
      uses: [...uses].sort(),
    });
  });

  it("is told only when it is in the history", async () => {
    const before = told.length;
    await kernel.client.execute("const hidden = 1", { silent: true }).done;
    expect(told.slice(before).map(({ kind }) => kind)).not.toContain("ran");
  });
});
