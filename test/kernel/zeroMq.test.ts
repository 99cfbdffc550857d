/** The ZeroMQ sockets: who is let in, what is dropped, and what goes on while a cell computes. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAlive } from "../../src/protocol/kernelAddress";
import { eventually } from "./testKernel";
import { resultOf, startLauncher, startZeroMqKernel, ZeroMqClient, type ZeroMqKernel } from "./zeroMqClient";

let kernel: ZeroMqKernel;
let client: ZeroMqClient;
beforeAll(async () => {
  kernel = await startZeroMqKernel();
  client = await ZeroMqClient.connect(kernel.connection);
});
afterAll(() => kernel.end(client));

const info = (): Promise<unknown> => client.request("kernel_info_request", {});

/** What the log says that is new after `action`. */
async function logged(action: () => Promise<unknown>, expected: string): Promise<void> {
  const before = kernel.log().length;
  await action();
  await eventually(() => (kernel.log().slice(before).includes(expected) ? true : undefined)).catch(() => {
    throw new Error(`Expected ${JSON.stringify(expected)} in the log, but found:\n${kernel.log().slice(before)}`);
  });
}

describe("a client", () => {
  it("runs cells, with busy and idle around and its own header as parent", async () => {
    const { reply, iopub } = await client.execute("console.log('out'); 20 + 1");
    expect(reply.content).toMatchObject({ status: "ok" });
    expect(iopub.map(({ header }) => header.msg_type)).toEqual([
      "status",
      "execute_input",
      "stream",
      "execute_result",
      "status",
    ]);
    expect(resultOf(iopub)).toBe("21");
  });

  it("gets no replies that belong to another, but everybody's output", async () => {
    const other = await ZeroMqClient.connect(kernel.connection);
    const { reply } = await client.execute("console.log('for all')");
    const seen = await eventually(() => other.received.find(({ content }) => content.text === "for all\n"));
    expect(seen.parent_header.msg_id).toBe(reply.parent_header.msg_id);
    expect(other.received.filter(({ header }) => header.msg_type === "execute_reply")).toEqual([]);
    other.dispose();
  });

  it("is welcomed on iopub, by which it knows that nothing is missed from then on", async () => {
    const other = await ZeroMqClient.connect(kernel.connection);
    const welcome = await eventually(() => other.received.find(({ header }) => header.msg_type === "iopub_welcome"));
    expect(welcome.content).toEqual({ subscription: "" });
    // JupyterLab's client drops what waits when a message comes from another session.
    expect(new Set(other.received.map(({ header }) => header.session)).size).toBe(1);
    other.dispose();
  });

  it("sends a thousand requests at once and gets a thousand replies", async () => {
    const replies = await Promise.all(Array.from({ length: 1000 }, info));
    expect(replies).toHaveLength(1000);
  });
});

describe("while a cell computes", () => {
  it("the heart beats, the kernel answers, and an interrupt arrives", async () => {
    const running = client.execute("console.log('go'); while (true) {}");
    await client.until(({ content }) => content.text === "go\n");
    expect(await client.heartbeat()).toBeLessThan(2_000);
    await info();
    await client.request("interrupt_request", {}, { channel: "control" });
    expect((await running).reply.content).toMatchObject({ status: "error", ename: "InterruptedError" });
  });
});

describe("dropped or answered, never a crash", () => {
  const signed = (parts: readonly string[]): (string | Uint8Array)[] => [
    "<IDS|MSG>",
    client.signatureOf(parts),
    ...parts,
  ];
  const header = '{"msg_id":"m","msg_type":"kernel_info_request","session":"s"}';

  it.each<[string, () => readonly (string | Uint8Array)[], string]>([
    [
      "another's signature",
      () => client.framesOf("execute_request", { code: "process.exit(3)" }).with(1, "0".repeat(64)),
      "its signature is wrong",
    ],
    ["no signature", () => client.framesOf("execute_request", { code: "0" }).with(1, ""), "its signature is wrong"],
    ["changed content", () => client.framesOf("execute_request", { code: "0" }).with(5, '{"code":"1"}'), "signature"],
    ["a signature that is no hex", () => client.framesOf("comm_info_request", {}).with(1, "é"), "signature"],
    ["no delimiter", () => ["rubbish"], "no delimiter"],
    ["an empty frame", () => [""], "no delimiter"],
    ["too few frames", () => client.framesOf("comm_info_request", {}).slice(0, 4), "too few frames"],
    ["a header that is not JSON", () => signed(["{", "{}", "{}", "{}"]), "not JSON"],
    ["a header that is null", () => signed(["null", "{}", "{}", "{}"]), "no msg_id"],
    ["a header without a type", () => signed(['{"msg_id":"m"}', "{}", "{}", "{}"]), "no msg_type"],
    ["a header that is nested", () => signed([header.replace('"s"', "[[]]"), "{}", "{}", "{}"]), "not plain"],
    ["content that is a list", () => signed([header, "{}", "{}", "[1]"]), "the content is not an object"],
    ["bytes that are no text", () => signed([Buffer.from([0xff, 0xfe]).toString("latin1"), "", "", ""]), "not JSON"],
    [
      "content nested beyond measure",
      () =>
        signed([
          header.replace("kernel_info_request", "execute_request"),
          "{}",
          "{}",
          `{"code":"1","a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`,
        ]),
      "Dropped",
    ],
  ])("%s", async (_, frames, message) => {
    await logged(() => client.sendRaw(frames()), message);
    await info();
  });

  it("a message that is played again", async () => {
    const frames = client.framesOf("execute_request", { code: "globalThis.times = (globalThis.times ?? 0) + 1" });
    const done = client.until(({ content }) => content.execution_state === "idle");
    await client.sendRaw(frames);
    await done;
    await logged(() => client.sendRaw(frames), "it was sent before");
    expect(resultOf((await client.execute("globalThis.times")).iopub)).toBe("1");
  });

  it("a type that nobody knows", async () => {
    await logged(() => client.send("make_coffee_request", {}), "make_coffee_request");
    await info();
  });

  it("an execution without code, which is answered", async () => {
    const { reply } = await client.request("execute_request", { silent: false });
    expect(reply.content).toMatchObject({ status: "error", ename: "GraftError" });
    await client.execute("0");
  });

  it("malformed frames on control and stdin", async () => {
    await logged(() => client.sendRaw(["x", "y"], "control"), "on control");
    await logged(() => client.sendRaw(["x", "y"], "stdin"), "on stdin");
    await info();
  });
});

describe("the kernel ends", () => {
  it("when the process that started it ends, even by SIGKILL", async () => {
    const launcher = await startLauncher();
    const orphan = await ZeroMqClient.connect(launcher.connection);
    const pid = Number(resultOf((await orphan.execute("process.pid")).iopub));
    expect(isAlive(pid)).toBe(true);
    launcher.process.kill("SIGKILL");
    await eventually(() => (isAlive(pid) ? undefined : true));
    orphan.dispose();
    launcher.remove();
  });

  it("with its exit code when a cell exits, after its last words", async () => {
    const leaving = await startZeroMqKernel();
    const guest = await ZeroMqClient.connect(leaving.connection);
    const heard = guest.until(({ content }) => content.text === "last words\n");
    await guest.send("execute_request", { code: "console.log('last words'); process.exit(3)" });
    expect(await leaving.exited).toBe(3);
    await heard;
    guest.dispose();
    await leaving.kill();
  });

  it("not by SIGINT, which interrupts the cell", async () => {
    const begun = client.until(({ content }) => content.text === "waits\n");
    // After an await: while the synchronous part of a cell ends, Node itself loses a SIGINT now and then.
    const pause = "await new Promise((resolve) => setTimeout(resolve, 20));";
    const waiting = client.execute(`${pause} console.log('waits'); await new Promise(() => {})`);
    await begun;
    kernel.process.kill("SIGINT");
    expect((await waiting).reply.content).toMatchObject({ status: "error", ename: "InterruptedError" });
  });
});

describe("a connection file", () => {
  it.each<[string, object, string]>([
    ["with an empty key", { key: "" }, "a key that signs messages"],
    ["without a key", { key: undefined }, "a key that signs messages"],
    ["with another scheme", { signature_scheme: "hmac-md5" }, "hmac-sha256"],
    ["without a port", { shell_port: undefined }, "shell_port from 1 to 65535"],
    ["with another transport", { transport: "carrier-pigeon" }, '"tcp" or "ipc"'],
  ])("%s is refused", async (_, connection, message) => {
    const refused = await startZeroMqKernel({ connection });
    expect(await refused.exited).toBe(1);
    expect(refused.log()).toContain(message);
    await refused.kill();
  });

  it("whose ports are taken is refused", async () => {
    const second = await startZeroMqKernel({ connection: kernel.connection });
    expect(await second.exited).toBe(1);
    expect(second.log()).toContain("ports of Jupyter's connection file on 127.0.0.1 to be free");
    await second.kill();
  });
});
