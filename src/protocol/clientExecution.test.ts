import { describe, expect, it } from "vitest";
import { GraftError } from "../shared/graftError";
import type { CellOutput } from "./cellOutput";
import { ClientExecution, type ExecutionMessage } from "./clientExecution";

let sent = 0;

function message(
  msg_type: string,
  content: object,
  channel = "iopub",
  date = "2026-01-01T00:00:00Z",
): ExecutionMessage {
  const header = { msg_id: `m${sent++}`, msg_type, date };
  return { channel, header, parent_header: {}, metadata: {}, content: { ...content } };
}

const text = (line: string): ExecutionMessage => message("stream", { name: "stdout", text: line });
const idle = message("status", { execution_state: "idle" });
const reply = message("execute_reply", { status: "ok", execution_count: 1 }, "shell", "2026-01-01T00:00:05Z");

function follow(answer?: string): { execution: ClientExecution; seen: string[]; answers: string[] } {
  const seen: string[] = [];
  const answers: string[] = [];
  const execution = new ClientExecution(
    "e",
    {
      onOutput: (output: CellOutput) => void seen.push(output.kind === "stream" ? output.text : output.kind),
      onReplay: () => void seen.push("replay"),
      onStart: (count, startedAt) => void seen.push(`start ${count} ${new Date(startedAt).getUTCFullYear()}`),
      onInput: ({ prompt, password }) => {
        seen.push(`${prompt} ${password}`);
        return Promise.resolve(answer);
      },
    },
    (value) => void answers.push(value),
  );
  return { execution, seen, answers };
}

describe("an execution", () => {
  it("is done with reply and idle, in either order, after its outputs have been taken", async () => {
    for (const last of [
      [reply, idle],
      [idle, reply],
    ]) {
      const { execution, seen } = follow();
      void execution.live(text("a"));
      for (const one of last) {
        expect(execution.settled).toBe(false);
        void execution.live(one);
      }
      expect(await execution.done).toMatchObject({ status: "ok" });
      expect(seen).toEqual(["a"]);
    }
  });

  it("goes on to show late output", async () => {
    const { execution, seen } = follow();
    await Promise.all([execution.live(reply), execution.live(idle)]);
    await execution.live(text("late"));
    expect(seen).toEqual(["late"]);
  });

  it("leaves out what comes live before the replay, and tells the kernel's own times", async () => {
    const { execution, seen } = follow();
    execution.awaitReplay();
    await execution.live(text("b"));
    await execution.replay([message("execute_input", { execution_count: 3 }), text("a"), text("b")]);
    await execution.live(text("c"));
    await execution.replay([reply]);
    await execution.live(idle);
    await execution.done;
    expect(seen).toEqual(["replay", "start 3 2026", "a", "b", "c"]);
    expect(execution.endedAt).toBe(Date.parse("2026-01-01T00:00:05Z"));
  });

  it("is not done by a reply of before the connection broke", async () => {
    const { execution, seen } = follow();
    await execution.live(text("a"));
    await execution.live(reply);
    execution.awaitReplay();
    await execution.live(idle);
    expect(execution.settled).toBe(false);
    await execution.replay([text("a"), text("b"), reply, idle]);
    await execution.done;
    expect(seen).toEqual(["a", "replay", "a", "b"]);
  });

  it("asks once for input that comes both ways, and answers only when there is an answer", async () => {
    const request = message("input_request", { prompt: "Name?", password: true }, "stdin");
    const asked = follow("Ada");
    await asked.execution.live(request);
    await asked.execution.replay([request]);
    expect(asked.seen).toEqual(["Name? true"]);
    expect(asked.answers).toEqual(["Ada"]);
    const cancelled = follow(undefined);
    await cancelled.execution.live(request);
    expect(cancelled.answers).toEqual([]);
  });

  it("fails once", async () => {
    const { execution } = follow();
    const lost = new GraftError({ code: "kernel/lost", expected: "a", found: "b", remedy: "c" });
    execution.fail(lost);
    execution.fail(new GraftError({ code: "other", expected: "a", found: "b", remedy: "c" }));
    await expect(execution.done).rejects.toBe(lost);
  });
});
