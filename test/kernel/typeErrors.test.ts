import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CellOutput } from "../../src/protocol/cellOutput";
import type { SessionMessage } from "../../src/shared/sessionState";
import { eventually, plain, printedIn, TestKernel } from "./testKernel";

describe("type errors with the setting warn", () => {
  let kernel: TestKernel;
  const messages: SessionMessage[] = [];
  beforeAll(async () => {
    kernel = await TestKernel.start({ typeErrors: "warn" });
    kernel.client.openSession((message) => messages.push(message));
  });
  afterAll(() => kernel.end());

  /** What the check of a cell prints, once it is through; the cell itself never waits for it. */
  async function checked(code: string): Promise<string> {
    const outputs: CellOutput[] = [];
    const execution = kernel.client.execute(code, { onOutput: (output) => void outputs.push(output) });
    const reply = await execution.done;
    expect(reply.status).toBe("ok");
    const of = (message: SessionMessage) => message.kind === "checked" && message.executionId === execution.id;
    await eventually(() => messages.find(of));
    return plain(printedIn(outputs));
  }

  it("come beside the output of a cell that runs", async () => {
    expect(await checked('const count: number = "three" as any as string; count')).toBe(
      "Type error in line 1: Type 'string' is not assignable to type 'number'. (TS2322)\n" +
        '> 1 | const count: number = "three" as any as string; count\n' +
        "    |       ^\n",
    );
  });

  it("are told as data too", async () => {
    await checked("const a = 1;\na.nothing");
    const last = messages.filter((message) => message.kind === "checked").at(-1);
    expect(last).toMatchObject({ problems: [{ code: 2339, line: 2, column: 3, endLine: 2, endColumn: 10 }] });
  });

  it.each([
    [
      "types of an earlier cell are known",
      ["interface Pair { left: number }", "const pair: Pair = { left: 1 }; pair.left"],
      "",
    ],
    [
      "a wrong use of an earlier cell's name",
      ["const size = 3", "size.length"],
      "Property 'length' does not exist on type '3'",
    ],
    [
      "names of a cell with type errors are known",
      ['const odd: number = "x" as any as string; const fine = 2', "fine.toFixed(1)"],
      "",
    ],
    ["top-level await", ["const text = await Promise.resolve('a')", "text.toUpperCase()"], ""],
    ["newer syntax runs unchecked", ["using held = { [Symbol.dispose]() {} }", "1"], ""],
    ["newer array methods", ["[2, 1].toSorted().length"], ""],
    [
      "Node's own types",
      ["import { join } from 'node:path'; console.log; setTimeout; process.pid; Buffer", "join('a')"],
      "",
    ],
    ["display", ["display(1).update(2)"], ""],
    ["the library's types", ['import * as lab from "graft"', "lab.thereIsNoSuchExport"], "thereIsNoSuchExport"],
    [
      "tfjs without an installation of its own",
      ['import * as tf from "@tensorflow/tfjs"', "tf.tensor([1]).shape.length"],
      "",
    ],
    ["a package that is nowhere", ["let lazy = () => import('nowhere-at-all')"], "Cannot find module"],
  ])("%s", async (_, cells, expected) => {
    let last = "";
    for (const code of cells) {
      last = await checked(code);
    }
    if (expected === "") {
      expect(last.replace(/^Tensors in cells run on.*\n/, "")).toBe("");
    } else {
      expect(last).toContain(expected);
    }
  });

  it("completes names of earlier cells while a cell computes", async () => {
    await checked("const completable = { alpha: 1, beta: 2 }");
    const busy = kernel.client.execute("while (true);");
    const { matches } = (await kernel.client.complete("completable.", 12)) as { matches: string[] };
    expect(matches).toEqual(["alpha", "beta"]);
    let done = false;
    const finished = busy.done.then(() => (done = true));
    // The status passes through idle for the completion and comes back for the cell.
    await eventually(() => (kernel.client.status === "busy" ? true : undefined));
    expect(done).toBe(false);
    await kernel.client.interrupt();
    await finished;
  });
});

describe("type errors with the setting stop", () => {
  let kernel: TestKernel;
  beforeAll(async () => void (kernel = await TestKernel.start({ typeErrors: "stop" })));
  afterAll(() => kernel.end());

  it("keep the cell from running", async () => {
    const { reply, outputs } = await kernel.run("globalThis.ran = true;\nconst n: number = 'x'");
    expect(reply).toMatchObject({ status: "error", ename: "TypeCheckError" });
    expect(plain(outputs.flatMap((output) => (output.kind === "error" ? output.traceback : [])))).toContain(
      "line 2: Type 'string' is not assignable to type 'number'. (TS2322)",
    );
    expect(await kernel.value("typeof (globalThis as any).ran")).toBe("'undefined'");
    expect(await kernel.value("1 + 1")).toBe("2");
  });

  it("can be interrupted while they are looked for", async () => {
    const execution = kernel.client.execute("1");
    await kernel.client.interrupt();
    expect(["ok", "error"]).toContain((await execution.done).status);
    expect(await kernel.value("2")).toBe("2");
  });
});

describe("type errors with the setting off", () => {
  it("are not looked for", async () => {
    const kernel = await TestKernel.start({ typeErrors: "off" });
    expect(await kernel.value('const n: number = "x" as any as string; n')).toBe("'x'");
    await kernel.end();
  });
});
