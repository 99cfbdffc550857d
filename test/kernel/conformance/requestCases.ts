/** Requests and their answers: busy first, exactly one reply, idle last. */
import { expect, it } from "vitest";
import type { Message } from "../../../src/protocol/message";
import { eventually, plain } from "../testKernel";
import { answerIn, isIdle, isReply, textIn, type RawClient } from "./rawClient";

const typesOf = (messages: readonly { readonly header: { readonly msg_type: string } }[]): string[] =>
  messages.map(({ header }) => header.msg_type);

const stateOf = ({ content }: Message): unknown => (content as { execution_state?: unknown }).execution_state;

/** Throws unless the messages of a request are one whole conversation. */
export function expectWhole(messages: readonly Message[]): void {
  const published = messages.filter(({ channel }) => channel === "iopub");
  expect(stateOf(published[0]!)).toBe("busy");
  expect(stateOf(published.at(-1)!)).toBe("idle");
  expect(published.filter(isIdle)).toHaveLength(1);
  expect(messages.filter(isReply)).toHaveLength(1);
}

export function requestCases(client: () => RawClient): void {
  it("kernel_info has all that the protocol asks for", async () => {
    const { reply, replyType, messages } = await client().request("kernel_info_request", {});
    expectWhole(messages);
    expect(replyType).toBe("kernel_info_reply");
    expect(reply).toMatchObject({
      status: "ok",
      protocol_version: "5.4",
      implementation: "graft",
      implementation_version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      language_info: { name: "typescript", file_extension: ".ts", mimetype: "text/typescript" },
      banner: expect.any(String),
      help_links: expect.any(Array),
      debugger: false,
    });
  });

  it.each([
    ["kernel_info_request", {}],
    ["comm_info_request", {}],
    ["is_complete_request", { code: "1 +" }],
    ["history_request", { hist_access_type: "tail", n: 1 }],
    ["complete_request", { code: "con", cursor_pos: 3 }],
    ["inspect_request", { code: "console", cursor_pos: 3, detail_level: 0 }],
    ["execute_request", { code: "1" }],
    ["interrupt_request", {}],
  ])("%s is one whole conversation", async (type, content) => {
    const channel = type === "interrupt_request" ? "control" : "shell";
    const { reply, messages } = await client().request(type, content, { channel });
    expectWhole(messages);
    expect(reply.status).toMatch(/ok|incomplete/);
  });

  it.each([
    ["execute_request", {}],
    ["execute_request", { code: 3 }],
    ["execute_request", { code: "1", user_expressions: 3, silent: "no", stop_on_error: null }],
    ["complete_request", { code: 3, cursor_pos: "x" }],
    ["inspect_request", {}],
    ["is_complete_request", { code: null }],
    ["history_request", { hist_access_type: 3, n: "x", pattern: {} }],
    ["comm_info_request", { target_name: {} }],
  ])("malformed %s %j is answered", async (type, content) => {
    const { reply, messages } = await client().request(type, content);
    expectWhole(messages);
    expect(reply.status).toMatch(/ok|error|invalid|complete/);
  });

  it.each(["no_such_request", "debug_request", "__proto__"])(
    "unknown type %s comes to idle and no reply",
    async (type) => {
      const id = client().send(type, {});
      await eventually(() => (client().of(id).some(isIdle) ? true : undefined));
      await client().request("kernel_info_request", {});
      expect(client().of(id).map(stateOf)).toEqual(["busy", "idle"]);
    },
  );

  it("what is no message is dropped", async () => {
    client().wire.sendGarbage();
    const header = JSON.stringify({ msg_id: "x", msg_type: "execute_request" });
    const parts = { header, parentHeader: "{}", metadata: "{}", content: "{}", buffers: [] };
    for (const [name, wrong] of [
      ["header", "{"],
      ["header", "[]"],
      ["header", '{"msg_id":{},"msg_type":"execute_request"}'],
      ["content", '"text"'],
      ["content", "[1]"],
      ["metadata", "null null"],
      ["parentHeader", "3"],
    ] as const) {
      client().wire.send("shell", { ...parts, [name]: wrong });
    }
    expect((await client().run("1 + 1")).reply.status).toBe("ok");
  });

  it("answers on the control channel while a cell computes", async () => {
    const id = client().execute("const until = Date.now() + 1500; console.log('go'); while (Date.now() < until);");
    await client().until(id, "stream");
    const { messages } = await client().request("kernel_info_request", {}, { channel: "control" });
    expectWhole(messages);
    expect(client().of(id).some(isReply)).toBe(false);
    await client().done(id);
  });

  it("takes 100 MB of input", async () => {
    // A hundred literals rather than one: V8 copies what it has of a literal each time that it grows by a megabyte.
    const megabyte = `"${"x".repeat(1024 * 1024)}"`;
    const code = `[${Array(100).fill(megabyte).join()}].join("").length`;
    const id = client().execute(code, { store_history: false });
    const { reply, outputs } = answerIn(await client().done(id, 140_000));
    expect(reply).toMatchObject({ status: "ok" });
    expect(outputs.at(-1)?.content).toMatchObject({ data: { "text/plain": String(100 * 1024 * 1024) } });
  }, 150_000);
}

export function executeCases(client: () => RawClient): void {
  it("sends input, output and result in order", async () => {
    const { reply, messages, outputs } = await client().run("console.log('hello'); 6 * 7");
    expectWhole(messages);
    expect(typesOf(messages.filter(({ channel }) => channel === "iopub"))).toEqual([
      "status",
      "execute_input",
      "stream",
      "execute_result",
      "status",
    ]);
    expect(outputs[1]?.content).toMatchObject({ data: { "text/plain": "42" }, execution_count: reply.execution_count });
    expect(reply).toMatchObject({ status: "ok", user_expressions: {} });
  });

  it("an error is published and answered, with the same words", async () => {
    const { reply, outputs, messages } = await client().run("throw new RangeError('too far')");
    expectWhole(messages);
    expect(reply).toMatchObject({ status: "error", ename: "RangeError", evalue: "too far" });
    const { ename, evalue, traceback } = reply;
    expect(outputs[0]).toMatchObject({ header: { msg_type: "error" }, content: { ename, evalue, traceback } });
    expect(plain(traceback as string[])).toContain("line 1");
  });

  it("silent publishes nothing, not even an error, and counts nothing", async () => {
    const before = (await client().run("1")).reply.execution_count as number;
    for (const code of ["1 + 1", "throw new Error('quiet')"]) {
      const { outputs, messages, reply } = await client().run(code, { silent: true });
      expectWhole(messages);
      expect(outputs).toEqual([]);
      expect(typesOf(messages)).not.toContain("execute_input");
      expect(reply.execution_count).toBe(before);
    }
  });

  it("store_history: false counts nothing and shows the result", async () => {
    const before = (await client().run("1")).reply.execution_count as number;
    const { outputs, reply } = await client().run("2 + 2", { store_history: false });
    expect(outputs[0]?.content).toMatchObject({ data: { "text/plain": "4" } });
    expect(reply.execution_count).toBe(before);
  });

  it("user expressions are answered one by one", async () => {
    const user_expressions = { good: "u * 2", bad: "nope", wrong: 3 };
    const { reply } = await client().run("const u = 2", { user_expressions });
    expect(reply.user_expressions).toMatchObject({
      good: { status: "ok", data: { "text/plain": "4" }, metadata: {} },
      bad: { status: "error", ename: "ReferenceError" },
      wrong: { status: "error" },
    });
  });

  it("stop_on_error aborts what waits behind, and only that", async () => {
    const ids = [
      client().execute("await new Promise((r) => setTimeout(r, 50)); throw new Error('stop')"),
      client().execute("'second'"),
      client().execute("'third'"),
    ];
    const info = client().send("is_complete_request", { code: "1" });
    const answers = await Promise.all(ids.map(async (id) => answerIn(await client().done(id))));
    expect(answers.map(({ reply }) => reply.status)).toEqual(["error", "aborted", "aborted"]);
    answers.forEach(({ messages }) => expectWhole(messages));
    expect(answerIn(await client().done(info)).reply.status).toBe("complete");
    expect((await client().run("'after'")).reply.status).toBe("ok");
  });

  it("stop_on_error: false lets the next ones run", async () => {
    const ids = [client().execute("throw new Error('go on')", { stop_on_error: false }), client().execute("'next'")];
    const answers = await Promise.all(ids.map(async (id) => answerIn(await client().done(id))));
    expect(answers.map(({ reply }) => reply.status)).toEqual(["error", "ok"]);
  });

  it("late output has the parent of the cell that caused it", async () => {
    const first = client().execute("setTimeout(() => { console.log('late'); display('shown late') }, 30); 0");
    await client().done(first);
    const second = client().execute("await new Promise((r) => setTimeout(r, 80)); console.log('mine')");
    await client().done(second);
    expect(textIn(client().of(first))).toBe("late\n");
    expect(typesOf(client().of(first))).toContain("display_data");
    expect(textIn(client().of(second))).toBe("mine\n");
  });

  it("displays are updated and outputs cleared", async () => {
    const { outputs } = await client().run("const d = display(1); d.update(2); clearOutput(true); clearOutput()");
    expect(typesOf(outputs)).toEqual(["display_data", "update_display_data", "clear_output", "clear_output"]);
    const [shown, updated, waiting, now] = outputs.map(({ content }) => content);
    expect(updated).toMatchObject({ transient: shown?.transient, data: { "text/plain": "2" } });
    expect((shown?.transient as { display_id: unknown }).display_id).toEqual(expect.any(String));
    expect([waiting, now]).toEqual([{ wait: true }, { wait: false }]);
  });

  it("interrupt stops a busy loop within half a second and keeps variables", async () => {
    const id = client().execute("let spun = 0; console.log('go'); while (true) spun++");
    await client().until(id, "stream");
    const asked = performance.now();
    const interrupt = client().send("interrupt_request", {}, { channel: "control" });
    expect(answerIn(await client().done(interrupt)).reply).toMatchObject({ status: "ok" });
    const { reply, messages } = answerIn(await client().done(id));
    expect(performance.now() - asked).toBeLessThan(500);
    expectWhole(messages.filter((message, i) => i === 0 || stateOf(message) !== "busy"));
    expect(reply).toMatchObject({ status: "error", ename: "InterruptedError" });
    expect((await client().run("spun > 0")).outputs[0]?.content).toMatchObject({ data: { "text/plain": "true" } });
  });
}
