import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionMessage } from "../../src/shared/sessionState";
import { eventually, printedIn, TestKernel } from "./testKernel";

let kernel: TestKernel;
beforeAll(async () => void (kernel = await TestKernel.start()));
afterAll(() => kernel.end());

const dataset = `({ [Symbol.for("graft.describe")]: () => ({ kind: "dataset", id: "d1", size: 3, classes: ["a"] }) })`;

describe("the comm graft.session", () => {
  it("tells the state first, then each change of it", async () => {
    const messages: SessionMessage[] = [];
    const close = kernel.client.openSession((message) => messages.push(message));
    const first = await eventually(() => messages[0]);
    expect(first).toMatchObject({ kind: "state", state: { models: [], datasets: [] } });
    expect(first.kind === "state" && first.state.engine.training).toMatch(/^onnxruntime \d/);

    await kernel.run(`const digits = ${dataset}`);
    await kernel.run("1 + 1");
    await kernel.run("2 + 2");
    const states = messages.filter((message) => message.kind === "state");
    expect(states).toHaveLength(2);
    expect(states[1]).toMatchObject({
      state: { datasets: [{ name: "digits", kind: "dataset", id: "d1", size: 3, classes: ["a"] }] },
    });
    close();
  });

  it("answers while a cell computes, and passes progress on at once", async () => {
    let printed = "";
    const code = `
      const host = globalThis[Symbol.for("graft.labHost") as any] as any;
      host.progress({ id: "p", title: "Training", fraction: 0.5, detail: "half" });
      console.log("go");
      const end = Date.now() + 1500; while (Date.now() < end);`;
    const messages: SessionMessage[] = [];
    const early = kernel.client.openSession((message) => messages.push(message));
    await eventually(() => messages[0]);
    let done = false;
    const execution = kernel.client.execute(code, { onOutput: (output) => void (printed += printedIn([output])) });
    const finished = execution.done.then(() => (done = true));
    await eventually(() => (printed.includes("go") ? true : undefined));
    expect(await eventually(() => messages.find((message) => message.kind === "progress"))).toMatchObject({
      progress: { title: "Training", fraction: 0.5 },
    });
    const late: SessionMessage[] = [];
    const close = kernel.client.openSession((message) => late.push(message));
    expect(await eventually(() => late[0])).toMatchObject({ kind: "state" });
    expect(kernel.client.status).toBe("busy");
    expect(done).toBe(false);
    await finished;
    early();
    close();
  });

  it("gives the lab a flag that an interrupt sets, and time to come to an end", async () => {
    let printed = "";
    const code = `
      const flag = (globalThis[Symbol.for("graft.labHost") as any] as any).interruptFlag;
      console.log("go");
      // Like a training loop: looks at each step, keeps what it has, and says so.
      while (flag[0] === 0) await new Promise((r) => setTimeout(r, 20));
      const keptWeights = "kept";
      throw Object.assign(new Error("stopped at a step boundary"), { name: "InterruptedError" });`;
    const execution = kernel.client.execute(code, { onOutput: (output) => void (printed += printedIn([output])) });
    await eventually(() => (printed.includes("go") ? true : undefined));
    await kernel.client.interrupt();
    expect(await execution.done).toMatchObject({ status: "error", evalue: "stopped at a step boundary" });
    expect(await kernel.value("keptWeights")).toBe("'kept'");
  });
});

describe("other comms and requests", () => {
  it("an unknown target is closed", async () => {
    const comm = kernel.client.connection.createComm("nobody.home");
    const closed = new Promise((resolve) => (comm.onClose = resolve));
    comm.open();
    await closed;
  });

  it.each([
    ["1 +", "incomplete"],
    ["function f() {", "incomplete"],
    ["`open", "incomplete"],
    ["1 + 1", "complete"],
    ["const x = ]", "invalid"],
  ])("is_complete of %j is %s", async (code, status) => {
    expect((await kernel.client.isComplete(code)).status).toBe(status);
  });

  it("user expressions", async () => {
    const future = kernel.client.connection.requestExecute({
      code: "const u = 2",
      user_expressions: { a: "u * 2", b: "nope" },
    });
    const { content } = await future.done;
    expect(content).toMatchObject({
      status: "ok",
      user_expressions: {
        a: { status: "ok", data: { "text/plain": "4" } },
        b: { status: "error", ename: "ReferenceError" },
      },
    });
  });
});
