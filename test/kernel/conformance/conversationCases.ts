/** What goes back and forth: input, history, comms. */
import { expect, it } from "vitest";
import type { Message } from "../../../src/protocol/message";
import { eventually, plain } from "../testKernel";
import { expectWhole } from "./requestCases";
import { answerIn, isIdle, textIn, type RawClient } from "./rawClient";

export function inputCases(client: () => RawClient): void {
  function answer(request: Message, value: string, named = true): void {
    const parent = named ? request.header : {};
    client().send("input_reply", { status: "ok", value }, { channel: "stdin", parent });
  }

  it("prompt() asks whoever runs the cell and waits for the answer", async () => {
    const id = client().execute("await prompt('Your name? ')", { allow_stdin: true });
    const asked = await client().until(id, "input_request");
    expect(asked).toMatchObject({ channel: "stdin", content: { prompt: "Your name? ", password: false } });
    answer(asked, "Ada");
    const { outputs, messages } = answerIn(await client().done(id));
    expectWhole(messages);
    expect(outputs[0]?.content).toMatchObject({ data: { "text/plain": "'Ada'" } });
  });

  it("an answer need not name its request, and passwords are asked for as such", async () => {
    const id = client().execute("await prompt('Key: ', { password: true })", { allow_stdin: true });
    const asked = await client().until(id, "input_request");
    expect(asked.content).toEqual({ prompt: "Key: ", password: true });
    answer(asked, "secret", false);
    expect(answerIn(await client().done(id)).reply.status).toBe("ok");
  });

  it("two questions at once are asked one after the other", async () => {
    const code = "(await Promise.all([prompt('a'), prompt('b')])).join()";
    const id = client().execute(code, { allow_stdin: true });
    const first = await client().until(id, "input_request");
    answer(first, "1");
    const asked = await eventually(() => {
      const requests = client()
        .of(id)
        .filter(({ header }) => header.msg_type === "input_request");
      return requests.length === 2 ? requests : undefined;
    });
    answer(first, "stale");
    answer(asked[1]!, "2");
    expect(asked.map(({ content }) => (content as { prompt: string }).prompt)).toEqual(["a", "b"]);
    expect(answerIn(await client().done(id)).outputs[0]?.content).toMatchObject({ data: { "text/plain": "'1,2'" } });
  });

  it("without allow_stdin the cell is told so", async () => {
    const { reply } = await client().run("await prompt('?')", { allow_stdin: false });
    expect(reply).toMatchObject({ status: "error", ename: "GraftError" });
    expect(plain(reply.traceback as string[])).toContain("allow_stdin: false");
  });

  it("an interrupt takes the question back; an answer that comes then is dropped", async () => {
    const id = client().execute("await prompt('never')", { allow_stdin: true });
    const asked = await client().until(id, "input_request");
    client().send("interrupt_request", {}, { channel: "control" });
    expect(answerIn(await client().done(id)).reply).toMatchObject({ status: "error", ename: "InterruptedError" });
    answer(asked, "too late");
    const next = client().execute("await prompt('next')", { allow_stdin: true });
    answer(await client().until(next, "input_request"), "right");
    expect(answerIn(await client().done(next)).outputs[0]?.content).toMatchObject({
      data: { "text/plain": "'right'" },
    });
  });

  it("a question that a cell does not wait for ends with the cell", async () => {
    const code = "let told = ''; prompt('?').catch((error) => (told = error.message)); 0";
    await client().run(code, { allow_stdin: true });
    const { outputs } = await client().run("told");
    expect(JSON.stringify(outputs[0]?.content)).toContain("a cell that has ended");
  });
}

export function historyCases(client: () => RawClient): void {
  const history = async (content: object): Promise<readonly unknown[]> =>
    (await client().request("history_request", { raw: true, output: false, ...content })).reply.history as unknown[];

  it("has what was run, and with output what it resulted in", async () => {
    const first = (await client().run("const historic = 41")).reply.execution_count as number;
    await client().run("historic + 1");
    await client().run("'not stored'", { store_history: false });
    await client().run("'silent'", { silent: true });
    expect(await history({ hist_access_type: "tail", n: 2 })).toEqual([
      [1, first, "const historic = 41"],
      [1, first + 1, "historic + 1"],
    ]);
    expect(await history({ hist_access_type: "tail", n: 1, output: true })).toEqual([
      [1, first + 1, ["historic + 1", "42"]],
    ]);
    const range = { hist_access_type: "range", session: 0, start: first, stop: first + 1 };
    expect(await history(range)).toEqual([[1, first, "const historic = 41"]]);
    expect(await history({ hist_access_type: "search", pattern: "hist*1", n: 5 })).toEqual([
      [1, first + 1, "historic + 1"],
    ]);
  });
}

export function commCases(client: () => RawClient): void {
  const comms = (id: string): readonly Message<{ data: unknown }>[] =>
    client().received.filter(
      ({ header, content }) => header.msg_type.startsWith("comm_") && (content as { comm_id?: unknown }).comm_id === id,
    ) as Message<{ data: unknown }>[];

  it("a target that nobody has registered is closed", async () => {
    const id = client().send("comm_open", { comm_id: "c-nobody", target_name: "nobody", data: {} });
    await eventually(() => (client().of(id).some(isIdle) ? true : undefined));
    expect(comms("c-nobody").map(({ header }) => header.msg_type)).toEqual(["comm_close"]);
  });

  it("cells answer comms that a front end opens, with buffers both ways", async () => {
    await client().run(`
      comms.register("echo", (comm, data) => {
        comm.send({ opened: data });
        comm.onMessage((data, buffers) => {
          console.log("got", data.n);
          comm.send({ n: data.n + 1 }, buffers.map((b) => Float32Array.from(new Float32Array(b.slice().buffer), (x) => 2 * x)));
        });
      })`);
    client().send("comm_open", { comm_id: "c-echo", target_name: "echo", data: { hello: true } });
    await eventually(() => comms("c-echo")[0]);
    const info = await client().request("comm_info_request", { target_name: "echo" });
    expect(info.reply).toMatchObject({ status: "ok", comms: { "c-echo": { target_name: "echo" } } });
    const buffers = [new Uint8Array(Float32Array.of(1.5, -2).buffer)];
    const id = client().send("comm_msg", { comm_id: "c-echo", data: { n: 1 } }, { buffers });
    await eventually(() => (client().of(id).some(isIdle) ? true : undefined));
    const answer = comms("c-echo").at(-1)!;
    expect(comms("c-echo")[0]!.content.data).toEqual({ opened: { hello: true } });
    expect(answer.content.data).toEqual({ n: 2 });
    const [bytes] = answer.buffers;
    expect(Array.from(new Float32Array(Uint8Array.from(bytes!).buffer))).toEqual([3, -4]);
    // What the handler prints belongs to the message that caused it.
    expect(textIn(client().of(id))).toBe("got 1\n");
    expect(answer.parent_header).toMatchObject({ msg_id: id });
    client().send("comm_close", { comm_id: "c-echo", data: {} });
    const empty = await client().request("comm_info_request", { target_name: "echo" });
    expect(empty.reply.comms).toEqual({});
  });

  it("are answered while a cell awaits, and a failing handler ends nothing", async () => {
    const cell = client().execute(`
      let finish;
      comms.register("busy", (comm) => comm.onMessage((data) => {
        if (data === "fail") throw new Error("handler failed");
        finish();
      }));
      await new Promise((resolve) => (finish = resolve));
      "finished"`);
    await client().until(cell, "execute_input");
    await eventually(async () => {
      client().send("comm_open", { comm_id: "c-busy", target_name: "busy", data: {} });
      const { reply } = await client().request("comm_info_request", { target_name: "busy" });
      return Object.keys(reply.comms as object).length > 0 ? true : undefined;
    });
    const failing = client().send("comm_msg", { comm_id: "c-busy", data: "fail" });
    await eventually(() => (client().of(failing).some(isIdle) ? true : undefined));
    expect(plain(textIn(client().of(failing)))).toContain("handler failed");
    client().send("comm_msg", { comm_id: "c-busy", data: "go" });
    expect(answerIn(await client().done(cell)).outputs[0]?.content).toMatchObject({
      data: { "text/plain": "'finished'" },
    });
  });

  it("a cell opens a comm, hears answers and the end of it", async () => {
    await client().run(`
      const heard = [];
      const mine = comms.open("front.end", { start: 1 }, [Uint8Array.of(1, 2, 3)]);
      mine.onMessage((data) => heard.push(data));
      mine.onClose((data) => heard.push({ closed: data }))`);
    const opened = client().received.findLast(({ header }) => header.msg_type === "comm_open")!;
    expect(opened.content).toMatchObject({ target_name: "front.end", data: { start: 1 } });
    expect(Array.from(opened.buffers[0]!)).toEqual([1, 2, 3]);
    const { comm_id } = opened.content as { comm_id: string };
    client().send("comm_msg", { comm_id, data: "one" });
    const end = client().send("comm_close", { comm_id, data: "bye" });
    await eventually(() => (client().of(end).some(isIdle) ? true : undefined));
    const { outputs } = await client().run("JSON.stringify(heard)");
    expect(outputs[0]?.content).toMatchObject({ data: { "text/plain": `'["one",{"closed":"bye"}]'` } });
    const { reply } = await client().run("mine.send(1)");
    expect(reply).toMatchObject({ status: "error", evalue: expect.stringContaining("is closed") });
  });

  it("rubbish on comms is dropped", async () => {
    for (const content of [{}, { comm_id: 3 }, { comm_id: "never", data: 1 }, { comm_id: "x", target_name: 7 }]) {
      for (const type of ["comm_open", "comm_msg", "comm_close"]) {
        client().send(type, content);
      }
    }
    expect((await client().run("1")).reply.status).toBe("ok");
  });
}
