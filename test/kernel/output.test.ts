import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CellOutput } from "../../src/protocol/cellOutput";
import { eventually, printedIn, TestKernel } from "./testKernel";

let kernel: TestKernel;
beforeAll(async () => void (kernel = await TestKernel.start()));
afterAll(() => kernel.end());

describe("streams", () => {
  it("keep their names and their order", async () => {
    const { outputs } = await kernel.run(
      "console.log('a'); console.error('b'); process.stdout.write('c'); console.log('d')",
    );
    expect(outputs).toEqual([
      { kind: "stream", name: "stdout", text: "a\n" },
      { kind: "stream", name: "stderr", text: "b\n" },
      { kind: "stream", name: "stdout", text: "cd\n" },
    ]);
  });

  it("arrive while the cell computes without a pause", async () => {
    const outputs: CellOutput[] = [];
    let done = false;
    const code = "console.log('early'); const end = Date.now() + 1500; while (Date.now() < end); console.log('end')";
    const execution = kernel.client.execute(code, { onOutput: (output) => void outputs.push(output) });
    const finished = execution.done.then(() => (done = true));
    await eventually(() => (printedIn(outputs).includes("early") ? true : undefined), 1000);
    expect(done).toBe(false);
    await finished;
    expect(printedIn(outputs)).toBe("early\nend\n");
  });

  it("are joined: 20 000 lines are few messages and all text", async () => {
    const { outputs } = await kernel.run("for (let i = 0; i < 20_000; i++) console.log(i)");
    expect(printedIn(outputs)).toBe(Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join(""));
    expect(outputs.length).toBeLessThan(200);
  });

  it("that come late belong to the cell that caused them", async () => {
    const outputs: CellOutput[] = [];
    const execution = kernel.client.execute("setTimeout(() => console.log('late'), 60); 0", {
      onOutput: (output) => void outputs.push(output),
    });
    await execution.done;
    const next = await kernel.run("await new Promise((r) => setTimeout(r, 120)); console.log('next')");
    expect(printedIn(next.outputs)).toBe("next\n");
    expect(printedIn(outputs)).toBe("late\n");
  });
});

describe("display", () => {
  it("shows and replaces in place", async () => {
    const { outputs } = await kernel.run("const shown = display('first'); shown.update('second'); undefined");
    expect(outputs).toMatchObject([
      { kind: "display", data: { "text/plain": "'first'" } },
      { kind: "update", data: { "text/plain": "'second'" } },
    ]);
    const ids = outputs.map((output) => ("displayId" in output ? output.displayId : undefined));
    expect(ids[0]).toBeTruthy();
    expect(ids[1]).toBe(ids[0]);
  });

  it("is replaced from a later cell", async () => {
    const first: CellOutput[] = [];
    await kernel.client.execute("const held = display('old'); 0", { onOutput: (output) => void first.push(output) })
      .done;
    await kernel.run("held.update('new'); 0");
    expect(first).toContainEqual(expect.objectContaining({ kind: "update", data: { "text/plain": "'new'" } }));
  });

  it("refuses a bundle method that gives no bundle, with a readable error", async () => {
    expect(await kernel.value('display({ [Symbol.for("graft.display")]: () => 3 })')).toContain(
      "to return a MIME bundle",
    );
  });
});

describe("silent executions", () => {
  it("show nothing, and count nothing", async () => {
    const before = await kernel.run("1");
    const outputs: CellOutput[] = [];
    const silent = kernel.client.execute("40 + 2", { silent: true, onOutput: (output) => void outputs.push(output) });
    await silent.done;
    expect(outputs).toEqual([]);
    const after = await kernel.run("1");
    expect(after.reply.execution_count).toBe(before.reply.execution_count + 1);
  });
});
