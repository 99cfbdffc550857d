/** A client that comes later, or comes back, sees an execution as if it had been there all the time. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CellOutput } from "../../src/protocol/cellOutput";
import { KernelClient } from "../../src/protocol/kernelClient";
import type { KeptExecution, SessionMessage } from "../../src/shared/sessionState";
import { eventually, printedIn, TestKernel } from "./testKernel";

let kernel: TestKernel;
beforeAll(async () => void (kernel = await TestKernel.start()));
afterAll(() => kernel.end());

const numbered = (count: number, pauseMs: number): string =>
  `for (let i = 0; i < ${count}; i++) { console.log(i); await new Promise((r) => setTimeout(r, ${pauseMs})); }`;
const lines = (count: number): string => Array.from({ length: count }, (_, i) => `${i}\n`).join("");

/** Outputs as a cell shows them: a replay empties it first. */
class Shown {
  readonly outputs: CellOutput[] = [];
  replays = 0;
  started: number | undefined;
  readonly listener = {
    onOutput: (output: CellOutput) => void this.outputs.push(output),
    onStart: (_: number, startedAt: number) => void (this.started = startedAt),
    onReplay: () => {
      this.replays++;
      this.outputs.length = 0;
    },
  };

  get text(): string {
    return printedIn(this.outputs);
  }
}

async function secondClient(): Promise<{ client: KernelClient; kept: readonly KeptExecution[] }> {
  const client = await KernelClient.connect(kernel.process.address);
  const messages: SessionMessage[] = [];
  client.openSession((message) => messages.push(message));
  const listed = await eventually(() => messages.find((message) => message.kind === "executions"));
  return { client, kept: listed.executions };
}

describe("a client that comes later", () => {
  it("sees what a running cell has printed and what it goes on to print, each once, and its end", async () => {
    const first = await secondClient();
    const before = Date.now();
    const seen = new Shown();
    const begun = first.client.execute(numbered(60, 10), { ...seen.listener, metadata: { cellId: "c" } });
    await eventually(() => (seen.text.includes("20\n") ? true : undefined));
    first.client.dispose();
    const { client, kept } = await secondClient();
    const mine = kept.find(({ executionId }) => executionId === begun.id);
    expect(mine).toMatchObject({ state: "running", metadata: { cellId: "c" } });
    const shown = new Shown();
    const execution = client.resume(mine!, shown.listener);
    expect(await execution.done).toMatchObject({ status: "ok" });
    expect(shown.text).toBe(lines(60));
    expect(shown.started! - before).toBeLessThan(1000);
    client.acknowledge(execution.id);
    client.dispose();
    const third = await secondClient();
    expect(third.kept.map(({ executionId }) => executionId)).not.toContain(execution.id);
    third.client.dispose();
  });

  it("sees a cell that has ended meanwhile, with the time of its end", async () => {
    const first = await secondClient();
    const begun = first.client.execute("console.log('a'); throw new RangeError('on purpose')");
    await begun.done;
    const toldAt = Date.now();
    first.client.dispose();
    const { client } = await secondClient();
    const shown = new Shown();
    const execution = client.resume({ executionId: begun.id }, shown.listener);
    expect(await execution.done).toMatchObject({ status: "error", ename: "RangeError" });
    expect(shown.outputs.map(({ kind }) => kind)).toEqual(["stream", "error"]);
    expect(execution.endedAt).toBeLessThanOrEqual(toldAt);
    expect(execution.endedAt).toBeGreaterThanOrEqual(shown.started!);
    client.acknowledge(begun.id);
    client.dispose();
  });

  it("can interrupt what it has taken up", async () => {
    const first = await secondClient();
    const begun = first.client.execute("console.log('go'); while (true) {}");
    await eventually(() => (first.client.status === "busy" ? true : undefined));
    first.client.dispose();
    const { client } = await secondClient();
    const shown = new Shown();
    const execution = client.resume({ executionId: begun.id }, shown.listener);
    await eventually(() => (shown.text === "go\n" ? true : undefined));
    await client.interrupt();
    expect(await execution.done).toMatchObject({ status: "error", ename: "InterruptedError" });
    client.acknowledge(begun.id);
    client.dispose();
  });

  it("takes up cells that wait, in order, and what waits behind a failing one is aborted", async () => {
    const first = await secondClient();
    const ids = [numbered(20, 10), "throw new Error('on purpose')", "console.log('never')"].map(
      (code) => first.client.execute(code).id,
    );
    await eventually(() => (first.client.status === "busy" ? true : undefined));
    first.client.dispose();
    const { client, kept } = await secondClient();
    expect(kept.slice(-3).map(({ state }) => state)).toEqual(["running", "waiting", "waiting"]);
    const replies = await Promise.all(ids.map((executionId) => client.resume({ executionId }).done));
    expect(replies.map(({ status }) => status)).toEqual(["ok", "error", "aborted"]);
    for (const id of ids) client.acknowledge(id);
    client.dispose();
  });
});

describe("a client whose connection breaks", () => {
  /** As a network does it: nobody says goodbye. */
  const breakConnection = (client: KernelClient): void => {
    const connection = client.connection as unknown as { _ws: { close(): void }; _onWSClose(event: object): void };
    const socket = connection._ws;
    connection._onWSClose({ code: 1006 });
    socket.close();
  };

  it("connects again and shows the running cell whole: nothing twice, nothing missing", async () => {
    const { client } = await secondClient();
    const shown = new Shown();
    const execution = client.execute(numbered(80, 10), shown.listener);
    await eventually(() => (shown.text.includes("20\n") ? true : undefined));
    breakConnection(client);
    expect(client.status).toBe("disconnected");
    expect(await execution.done).toMatchObject({ status: "ok" });
    expect(shown.text).toBe(lines(80));
    expect(shown.replays).toBe(1);
    client.acknowledge(execution.id);
    client.dispose();
  });

  it("learns of a cell that ended meanwhile", async () => {
    const { client } = await secondClient();
    const shown = new Shown();
    const execution = client.execute(
      "console.log('quick'); await new Promise((r) => setTimeout(r, 1)); 5",
      shown.listener,
    );
    breakConnection(client);
    expect(await execution.done).toMatchObject({ status: "ok" });
    expect(shown.outputs.map(({ kind }) => kind)).toEqual(["stream", "result"]);
    client.acknowledge(execution.id);
    client.dispose();
  });
});
