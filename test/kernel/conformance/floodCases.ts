/** Cells that print or show more than anybody can take in. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Message } from "../../../src/protocol/message";
import { eventually } from "../testKernel";
import { answerIn, isReply, textIn, type RawClient } from "./rawClient";

/** Returns a function that tells by how many megabytes the process has grown at most since then. 0 where the system does not tell. */
export function growthOf(pid: number): () => number {
  if (process.platform !== "linux") {
    return () => 0;
  }
  const megabytes = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;
  writeFileSync(`/proc/${pid}/clear_refs`, "5"); // From now on the peak is counted anew.
  const before = megabytes();
  return () => megabytes() - before;
}

const notice = /… ([\d ]+) lines? \(([\d.]+ \w+)\) not shown …\n/g;

/** Lines that a front end has been shown, and lines that it has been told were left out. */
export function linesIn(messages: readonly Message[]): { readonly shown: readonly string[]; readonly cut: number } {
  const text = textIn(messages);
  const cut = [...text.matchAll(notice)].reduce((sum, [, lines]) => sum + Number(lines!.replaceAll(" ", "")), 0);
  return { shown: text.replaceAll(notice, "").split("\n").slice(0, -1), cut };
}

export function floodCases(client: () => RawClient, pid: () => number): void {
  const run = async (code: string): Promise<readonly Message[]> => client().done(client().execute(code), 60_000);
  const datasOf = (messages: readonly Message[], type: string): unknown[] =>
    messages
      .filter(({ header }) => header.msg_type === type)
      .map(({ content }) => (content as { data: Record<string, unknown> }).data["text/plain"]);

  it("a million lines: the first and the last are shown, and how many were cut between", async () => {
    const messages = await run("for (let i = 1; i <= 1_000_000; i++) console.log(i)");
    const { shown, cut } = linesIn(messages);
    expect(shown.slice(0, 100_000)).toEqual(Array.from({ length: 100_000 }, (_, i) => String(i + 1)));
    expect(shown.at(-1)).toBe("1000000");
    expect(cut).toBeGreaterThan(100_000);
    expect(shown.length + cut).toBe(1_000_000);
    expect(textIn(messages).length).toBeLessThan(4 * 1024 * 1024);
  });

  it("a gigabyte in large pieces: memory is bounded on both sides", async () => {
    const code = `
      const piece = ("x".repeat(99) + "\\n").repeat(10_000);
      for (let i = 0; i < 1000; i++) process.stdout.write(piece);
      console.log("the end")`;
    const before = process.memoryUsage().rss;
    const growth = growthOf(pid());
    const messages = await run(code);
    const { shown, cut } = linesIn(messages);
    expect(shown.at(-1)).toBe("the end");
    // The line at which the flood was cut is shown in part.
    const whole = shown.filter((line) => line.length === 99 || line === "the end");
    expect(whole.length + cut).toBe(10_000_001);
    expect(textIn(messages).length).toBeLessThan(4 * 1024 * 1024);
    expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(200);
    expect(growth()).toBeLessThan(200);
  });

  it("the end of a flood is shown when the cell falls silent, not only when it ends", async () => {
    const code = `
      for (let i = 0; i < 40_000; i++) console.log("x".repeat(99));
      console.log("now I wait");
      await new Promise((resolve) => setTimeout(resolve, 60_000))`;
    const id = client().execute(code);
    await eventually(() => (textIn(client().of(id)).includes("now I wait") ? true : undefined));
    expect(client().of(id).some(isReply)).toBe(false);
    client().send("interrupt_request", {}, { channel: "control" });
    await client().done(id);
  });

  it("an interrupt stops it within half a second", async () => {
    const id = client().execute("while (true) console.log('flood '.repeat(10))");
    await eventually(() => (textIn(client().of(id)).length > 500_000 ? true : undefined));
    const asked = performance.now();
    client().send("interrupt_request", {}, { channel: "control" });
    const { reply } = answerIn(await client().done(id));
    expect(performance.now() - asked).toBeLessThan(500);
    expect(reply).toMatchObject({ status: "error", ename: "InterruptedError" });
  });

  it("updates of a display are thinned out, and the last one arrives", async () => {
    const started = performance.now();
    const messages = await run("const shown = display('first'); for (let i = 0; i <= 50_000; i++) shown.update(i)");
    const updates = datasOf(messages, "update_display_data");
    expect(updates.at(-1)).toBe("50000");
    expect(updates.length).toBeLessThan(3 + (performance.now() - started) / 30);
  });

  it("displays beyond a budget are counted, and the last ones are shown", async () => {
    const growth = growthOf(pid());
    const messages = await run("for (let i = 1; i <= 300_000; i++) display(i)");
    const shown = datasOf(messages, "display_data");
    const cut = [...textIn(messages).matchAll(/… ([\d ]+) outputs? not shown …/g)].reduce(
      (sum, [, count]) => sum + Number(count!.replaceAll(" ", "")),
      0,
    );
    expect(shown[0]).toBe("1");
    expect(shown.at(-1)).toBe("300000");
    expect(shown.length + cut).toBe(300_000);
    expect(growth()).toBeLessThan(200);
    expect(shown.length).toBeLessThan(2000);
  });

  it("what the cell clears by itself is not said to be missing", async () => {
    const messages = await run("for (let i = 0; i <= 20_000; i++) { clearOutput(true); console.log('step', i) }");
    expect(textIn(messages)).not.toContain("not shown");
    expect(textIn(messages)).toMatch(/step 20000\n$/);
    expect(messages.length).toBeLessThan(4000);
  });
}
