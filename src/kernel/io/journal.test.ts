import { describe, expect, it } from "vitest";
import type { Channel, Message } from "../../protocol/message";
import type { ReplayedMessage } from "../../shared/sessionState";
import { Journal } from "./journal";

interface ReplayData {
  readonly kind: string;
  readonly executionId: string;
  readonly messages: readonly ReplayedMessage[];
}

function ask(journal: Journal, id: string, code = "1"): void {
  const header = { msg_id: id } as Message["header"];
  const message: Message = {
    channel: "shell",
    header,
    parent_header: {},
    metadata: {},
    content: { code },
    buffers: [],
  };
  journal.asked(message, parentOf(id));
}

const parentOf = (id: string): string => JSON.stringify({ msg_id: id });

function note(journal: Journal, id: string, type: string, content: object, channel: Channel = "iopub"): void {
  const header = JSON.stringify({ msg_type: type });
  const message = { channel, header, parentHeader: parentOf(id), metadata: "{}", buffers: [] };
  journal.note({ ...message, content: JSON.stringify(content) }, type);
}

function print(journal: Journal, id: string, text: string, name = "stdout"): void {
  note(journal, id, "stream", { name, text });
}

function run(journal: Journal, id: string, text = ""): void {
  ask(journal, id);
  note(journal, id, "status", { execution_state: "busy" });
  print(journal, id, text);
  note(journal, id, "execute_reply", { status: "ok" }, "shell");
  note(journal, id, "status", { execution_state: "idle" });
}

function replayed(journal: Journal, id: string): readonly ReplayedMessage[] {
  const messages: ReplayedMessage[] = [];
  journal.replay(id, (data) => messages.push(...(JSON.parse(data) as ReplayData).messages));
  return messages;
}

const shortened = (messages: readonly ReplayedMessage[]): string[] =>
  messages.map(({ header, content }) => `${String(header.msg_type)} ${JSON.stringify(content)}`);

describe("the journal", () => {
  it("knows what waits, runs and is done, in order, until it is acknowledged", () => {
    const journal = new Journal();
    run(journal, "a");
    ask(journal, "b");
    note(journal, "b", "status", { execution_state: "busy" });
    ask(journal, "c");
    expect(journal.list().map(({ executionId, state }) => `${executionId} ${state}`)).toEqual([
      "a done",
      "b running",
      "c waiting",
    ]);
    journal.acknowledge("a");
    journal.acknowledge("b"); // Too early: there may be more to show.
    expect(journal.list().map(({ executionId }) => executionId)).toEqual(["b", "c"]);
    note(journal, "b", "execute_reply", {}, "shell");
    note(journal, "b", "status", { execution_state: "idle" });
    expect(journal.list().map(({ executionId }) => executionId)).toEqual(["c"]);
  });

  it("joins text, and tells displays' last updates only", () => {
    const journal = new Journal();
    ask(journal, "a");
    print(journal, "a", "1");
    print(journal, "a", "2");
    print(journal, "a", "3", "stderr");
    note(journal, "a", "display_data", { data: 1, transient: { display_id: "d" } });
    note(journal, "a", "update_display_data", { data: 2, transient: { display_id: "d" } });
    print(journal, "a", "4");
    note(journal, "a", "update_display_data", { data: 3, transient: { display_id: "d" } });
    expect(shortened(replayed(journal, "a"))).toEqual([
      'stream {"name":"stdout","text":"12"}',
      'stream {"name":"stderr","text":"3"}',
      'display_data {"data":1,"transient":{"display_id":"d"}}',
      'stream {"name":"stdout","text":"4"}',
      'update_display_data {"data":3,"transient":{"display_id":"d"}}',
    ]);
  });

  it("forgets what was cleared, but no updates of displays in other cells", () => {
    const journal = new Journal();
    ask(journal, "a");
    note(journal, "a", "execute_input", { code: "1" });
    note(journal, "a", "display_data", { data: 1, transient: { display_id: "mine" } });
    note(journal, "a", "update_display_data", { data: 2, transient: { display_id: "mine" } });
    note(journal, "a", "update_display_data", { data: 3, transient: { display_id: "other" } });
    note(journal, "a", "clear_output", { wait: true });
    expect(replayed(journal, "a")).toHaveLength(5); // Nothing new has come yet.
    print(journal, "a", "new");
    expect(shortened(replayed(journal, "a"))).toEqual([
      'execute_input {"code":"1"}',
      'update_display_data {"data":3,"transient":{"display_id":"other"}}',
      'stream {"name":"stdout","text":"new"}',
    ]);
  });

  it("sends followers what is not broadcast, and an open question until it is answered", () => {
    const journal = new Journal();
    ask(journal, "a");
    note(journal, "a", "input_request", { prompt: "?" }, "stdin");
    const messages: ReplayedMessage[] = [];
    journal.replay("a", (data) => messages.push(...(JSON.parse(data) as ReplayData).messages));
    expect(shortened(messages.splice(0))).toEqual(['input_request {"prompt":"?"}']);
    journal.answered(parentOf("a"));
    expect(replayed(journal, "a")).toEqual([]);
    journal.replay("a", (data) => messages.push(...(JSON.parse(data) as ReplayData).messages));
    print(journal, "a", "broadcast");
    note(journal, "a", "execute_reply", { status: "ok" }, "shell");
    expect(shortened(messages)).toEqual(['execute_reply {"status":"ok"}']);
  });

  it("answers a replay with several messages when there is much, in order and whole", () => {
    const journal = new Journal();
    ask(journal, "a");
    for (let i = 0; i < 12; i++) {
      note(journal, "a", "display_data", { data: String(i).padStart(2).repeat(250_000) });
    }
    const chunks: ReplayData[] = [];
    journal.replay("a", (data) => chunks.push(JSON.parse(data) as ReplayData));
    expect(chunks.length).toBeGreaterThan(2);
    const all = chunks.flatMap(({ messages }) =>
      messages.map(({ content }) => Number(String(content.data).slice(0, 2))),
    );
    expect(all).toEqual(Array.from({ length: 12 }, (_, i) => i));
  });

  it("forgets the oldest that has ended when there is too much, and running ones last", () => {
    const journal = new Journal({ characters: 100_000, executions: 100 });
    ask(journal, "running");
    note(journal, "running", "status", { execution_state: "busy" });
    for (let i = 0; i < 5; i++) {
      run(journal, `done ${i}`, "x".repeat(30_000));
    }
    const kept = journal.list().map(({ executionId }) => executionId);
    expect(kept[0]).toBe("running");
    expect(kept.at(-1)).toBe("done 4");
    expect(kept).not.toContain("done 0");
    ask(journal, "too large", "x".repeat(200_000));
    expect(journal.list().map(({ executionId }) => executionId)).toEqual(["running"]);
  });

  it("keeps no more executions than a front end can want", () => {
    const journal = new Journal({ characters: 1_000_000, executions: 3 });
    for (let i = 0; i < 10; i++) {
      run(journal, String(i));
    }
    expect(journal.list().map(({ executionId }) => executionId)).toEqual(["7", "8", "9"]);
  });

  it("bounds one execution: text keeps its beginning and end, and old displays are said to be gone", () => {
    const journal = new Journal();
    ask(journal, "a");
    for (let i = 0; i < 100; i++) {
      print(journal, "a", `${"x".repeat(99)}\n`.repeat(1000));
    }
    for (let i = 0; i < 40; i++) {
      note(journal, "a", "display_data", { data: i, more: "y".repeat(1_000_000) });
    }
    const messages = replayed(journal, "a");
    expect(JSON.stringify(messages).length).toBeLessThan(20_000_000);
    expect(shortened(messages)[0]).toMatch(/stream .*… \d+ earlier outputs are no longer kept …/);
    expect(messages.at(-1)!.content.data).toBe(39);
  });
});
