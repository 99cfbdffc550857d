/** A window that is reloaded finds its cells again. */
import { expect, it } from "vitest";
import type { Message } from "../../../src/protocol/message";
import { SESSION_COMM_TARGET, type SessionMessage, type SessionRequest } from "../../../src/shared/sessionState";
import { eventually } from "../testKernel";

import { isIdle, textIn, type RawClient } from "./rawClient";

type Replay = Extract<SessionMessage, { kind: "replay" }>;

/** A front end that has opened `graft.session`. */
class Window {
  readonly client: RawClient;
  readonly #comm: string;

  private constructor(client: RawClient, comm: string) {
    this.client = client;
    this.#comm = comm;
  }

  static async open(connect: () => Promise<RawClient>): Promise<Window> {
    const client = await connect();
    const window = new Window(client, `session-${client.session}`);
    client.send("comm_open", { comm_id: window.#comm, target_name: SESSION_COMM_TARGET, data: {} });
    await window.until("executions");
    return window;
  }

  ask(request: SessionRequest): void {
    this.client.send("comm_msg", { comm_id: this.#comm, data: request });
  }

  said<Kind extends SessionMessage["kind"]>(kind: Kind): readonly Extract<SessionMessage, { kind: Kind }>[] {
    return this.client.received
      .filter((message) => message.header.msg_type === "comm_msg" && this.#isMine(message))
      .map((message) => (message.content as { data: SessionMessage }).data)
      .filter((data): data is Extract<SessionMessage, { kind: Kind }> => data.kind === kind);
  }

  until<Kind extends SessionMessage["kind"]>(kind: Kind): Promise<Extract<SessionMessage, { kind: Kind }>> {
    return eventually(() => this.said(kind)[0]);
  }

  /** What this window would show of the execution: the replay, and what came live after it. */
  shown(executionId: string): readonly Message[] {
    const { received } = this.client;
    const isReplay = (message: Message): boolean =>
      this.#isMine(message) && (message.content as { data?: Replay }).data?.kind === "replay";
    const first = received.findIndex(isReplay);
    return received.slice(first).flatMap((message): readonly Message[] => {
      if (isReplay(message)) {
        return (message.content as { data: Replay }).data.messages as unknown as readonly Message[];
      }
      const { msg_id } = message.parent_header as { msg_id?: string };
      return msg_id === executionId && message.header.msg_type !== "comm_msg" ? [message] : [];
    });
  }

  #isMine({ content }: Message): boolean {
    return (content as { comm_id?: unknown } | null)?.comm_id === this.#comm;
  }
}

const statusOf = ({ content }: Message): unknown => (content as { execution_state?: unknown }).execution_state;

const isReplyMessage = ({ header }: { readonly header: { readonly msg_type?: unknown } }): boolean =>
  header.msg_type === "execute_reply";

export function replayCases(connect: () => Promise<RawClient>): void {
  it("lists nothing at first, and an execution with its metadata until it is acknowledged", async () => {
    const first = await Window.open(connect);
    const before = (await first.until("executions")).executions.length;
    const id = first.client.execute("1 + 1", {}, { metadata: { cellId: "c1" } });
    await first.client.done(id);
    const second = await Window.open(connect);
    const { executions } = await second.until("executions");
    expect(executions).toHaveLength(before + 1);
    expect(executions.at(-1)).toEqual({
      executionId: id,
      code: "1 + 1",
      metadata: { cellId: "c1" },
      state: "done",
    });
    second.ask({ kind: "acknowledge", executionId: id });
    const third = await Window.open(connect);
    expect((await third.until("executions")).executions).toHaveLength(before);
    for (const window of [first, second, third]) {
      window.client.close();
    }
  });

  it("replays what came before and goes on live: nothing doubled, nothing lost", async () => {
    const first = await Window.open(connect);
    const code = `
      for (let i = 0; i < 200; i++) {
        console.log("line", i);
        if (i === 100) display("in between");
        if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 100));
      }
      "result"`;
    const id = first.client.execute(code);
    await eventually(() => (textIn(first.client.of(id)).includes("line 50") ? true : undefined));
    first.client.close();
    const second = await Window.open(connect);
    expect((await second.until("executions")).executions.find(({ executionId }) => executionId === id)).toMatchObject({
      state: "running",
    });
    second.ask({ kind: "replay", executionId: id });
    const shown = await eventually(() => {
      const messages = second.shown(id);
      return messages.some(isIdle) ? messages : undefined;
    });
    expect(textIn(shown)).toBe(Array.from({ length: 200 }, (_, i) => `line ${i}\n`).join(""));
    // Busy is said again whenever something else has been answered in between.
    const isBusy = (message: Message): boolean => statusOf(message) === "busy";
    const types = shown
      .filter((message, i) => message.header.msg_type !== "stream" && (i === 0 || !isBusy(message)))
      .map(({ header }) => header.msg_type);
    expect(types).toEqual(["status", "execute_input", "display_data", "execute_result", "execute_reply", "status"]);
    expect(statusOf(shown[0]!)).toBe("busy");
    second.ask({ kind: "acknowledge", executionId: id });
    second.client.close();
  });

  it("keeps the last update of a display and nothing that was cleared", async () => {
    const first = await Window.open(connect);
    const id = first.client.execute(`
      console.log("gone");
      clearOutput();
      const kept = display("first");
      for (let i = 0; i < 5; i++) kept.update(i);
      undefined`);
    await first.client.done(id);
    first.ask({ kind: "replay", executionId: id });
    await first.until("replay");
    const shown = (await first.until("replay")).messages;
    expect(shown.map(({ header }) => header.msg_type)).toEqual([
      "status",
      "execute_input",
      "clear_output",
      "display_data",
      "update_display_data",
      "execute_reply",
      "status",
    ]);
    expect(shown[4]!.content).toMatchObject({ data: { "text/plain": "4" } });
    first.ask({ kind: "acknowledge", executionId: id });
    first.client.close();
  });

  it("keeps what was asked for while no window was there, and tells the reply to the one that comes", async () => {
    const asker = await connect();
    const id = asker.execute("await new Promise((r) => setTimeout(r, 300)); console.log('alone'); 'result'");
    await asker.until(id, "execute_input");
    asker.close();
    const window = await Window.open(connect);
    window.ask({ kind: "replay", executionId: id });
    const shown = await eventually(() => {
      const messages = window.shown(id);
      return messages.some(isIdle) ? messages : undefined;
    });
    expect(textIn(shown)).toBe("alone\n");
    expect(shown.filter(({ header }) => header.msg_type === "execute_reply")).toHaveLength(1);
    expect(shown.find(({ header }) => header.msg_type === "execute_reply")!.content).toMatchObject({ status: "ok" });
    window.ask({ kind: "acknowledge", executionId: id });
    window.client.close();
  });

  it("asks the next window what the one before was asked and did not answer", async () => {
    const first = await Window.open(connect);
    const id = first.client.execute("await prompt('Still there? ')", { allow_stdin: true });
    await first.client.until(id, "input_request");
    first.client.close();
    const second = await Window.open(connect);
    second.ask({ kind: "replay", executionId: id });
    const asked = await eventually(() => second.shown(id).find(({ header }) => header.msg_type === "input_request"));
    expect(asked).toMatchObject({ channel: "stdin", content: { prompt: "Still there? ", password: false } });
    second.client.send("input_reply", { status: "ok", value: "yes" }, { channel: "stdin", parent: asked.header });
    const shown = await eventually(() => {
      const messages = second.shown(id);
      return messages.some(isIdle) ? messages : undefined;
    });
    expect(shown.find(({ header }) => header.msg_type === "execute_result")!.content).toMatchObject({
      data: { "text/plain": "'yes'" },
    });
    second.ask({ kind: "replay", executionId: id });
    const again = await eventually(() => second.said("replay").at(-1)?.messages.find(isReplyMessage));
    expect(again.content).toMatchObject({ status: "ok" });
    expect(
      second
        .said("replay")
        .at(-1)!
        .messages.some(({ header }) => header.msg_type === "input_request"),
    ).toBe(false);
    second.ask({ kind: "acknowledge", executionId: id });
    second.client.close();
  });

  it("ignores requests that are none, and executions that it does not know", async () => {
    const window = await Window.open(connect);
    for (const data of [null, 3, {}, { kind: "replay" }, { kind: "replay", executionId: "never" }, { kind: "other" }]) {
      window.ask(data as never);
    }
    expect((await window.client.run("2 + 2")).reply).toMatchObject({ status: "ok" });
    expect(window.said("replay")).toEqual([]);
    window.client.close();
  });
}
