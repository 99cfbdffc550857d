import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LanguageQuestion } from "../../shared/languageMessages";
import { LanguageService } from "./languageService";

/**
 * Stands for the language worker: a completion of `die` ends it, every other one answers with all that it has been told, so
 * that order and memory show.
 */
const fakeWorker = `
const { parentPort, workerData } = require("node:worker_threads");
const told = [];
const ran = [];
parentPort.on("message", (message) => {
  switch (message.kind) {
    case "ran":
      told.push("ran " + message.cell.text);
      ran.push(message.cell.index);
      return;
    case "skip":
      told.push("skipped " + message.index);
      return;
    case "tidy":
      parentPort.postMessage({ kind: "tidied", unreachable: ran.slice(0, -1) });
      return;
    case "check":
      told.push("checked " + message.index);
      parentPort.postMessage({ kind: "checked", problems: [], unreachable: message.index === 0 ? [0] : [] });
      return;
    case "console":
      if (message.question.code === "die") process.exit(1);
      told.push(message.question.code);
      parentPort.postMessage({ kind: "completed", completion: { kind: "complete", start: 0, end: 0, candidates: told.map((name) => ({ name, kind: "" })) } });
      return;
    case "editor": {
      const { kind, cells } = message.question;
      const end = Date.now() + (cells[0] === "long" ? 2000 : 0);
      while (Date.now() < end) {
        if (Atomics.load(workerData.urgent, 0) > 0) return void parentPort.postMessage({ kind: "postponed" });
      }
      told.push(kind + " " + cells[0]);
      parentPort.postMessage({ kind: "editor", answer: { kind: "diagnose", problems: [] } });
    }
  }
});
`;

const folder = mkdtempSync(join(tmpdir(), "graft-language-"));
writeFileSync(join(folder, "languageWorker.js"), fakeWorker);
afterAll(() => rmSync(folder, { recursive: true }));

let service: LanguageService;
beforeEach(() => void (service = new LanguageService(folder, folder)));
afterEach(() => service.stop());

const diagnose = (text: string): LanguageQuestion => ({ kind: "diagnose", cells: [text] });
const hover = (text: string): LanguageQuestion => ({ kind: "hover", cells: [text], offset: 0 });

async function told(): Promise<readonly string[] | undefined> {
  const answer = await service.complete("told?", 0);
  return answer?.candidates.map(({ name }) => name).filter((name) => name !== "told?");
}

describe("the language service", () => {
  it("takes what somebody waits for before checks, and checks before whole notebooks", async () => {
    const first = service.complete("first", 0);
    const asked = [service.editor(diagnose("all"), {}), service.check("a = 1", true), service.editor(hover("now"), {})];
    await Promise.all([first, ...asked]);
    expect(await told()).toEqual(["first", "ran a = 1", "hover now", "checked 0", "diagnose all"]);
  });

  it("leaves the oldest cells unchecked when too many wait", async () => {
    const first = service.complete("first", 0);
    await Promise.all([first, ...Array.from({ length: 503 }, (_, i) => service.check(`cell ${i}`, true))]);
    const known = (await told())?.filter((each) => !each.startsWith("ran"));
    expect(known?.slice(0, 6)).toEqual(["first", "skipped 0", "skipped 1", "skipped 2", "checked 3", "checked 4"]);
    expect(known).toHaveLength(504);
  });

  it("puts a whole notebook off while somebody waits, and comes back to it", async () => {
    const whole = service.editor(diagnose("long"), {});
    await told();
    await service.editor(hover("now"), {});
    expect(await whole).toEqual({ kind: "diagnose", problems: [] });
    expect(await told()).toEqual(["hover now", "diagnose long"]);
  });

  it("answers only the newest of an editor's questions about whole notebooks", async () => {
    const [editor, other] = [{}, {}];
    const first = service.complete("first", 0);
    const asked = [
      service.editor(diagnose("old"), editor),
      service.editor(diagnose("other"), other),
      service.editor(diagnose("new"), editor),
    ];
    await first;
    expect((await Promise.all(asked)).map((answer) => answer !== undefined)).toEqual([false, true, true]);
    expect(await told()).toEqual(["first", "diagnose other", "diagnose new"]);
  });
});

describe("a worker that dies", () => {
  beforeEach(() => void vi.spyOn(console, "error").mockImplementation(() => undefined));
  afterEach(() => vi.restoreAllMocks());

  it("is started again, and knows what has run and can still be reached", async () => {
    await service.check("replaced", false);
    await service.check("kept", false);
    service.ran("unchecked");
    expect(await service.complete("die", 0)).toBeUndefined();
    expect(await told()).toEqual(["ran kept", "ran unchecked"]);
  });

  it("need not be told again of cells out of reach that nobody checked", async () => {
    for (let i = 0; i < 203; i++) service.ran(`cell ${i}`);
    expect(await service.complete("die", 0)).toBeUndefined();
    // What the worker knew by the 200th, all but the last is out of reach by its word.
    expect(await told()).toEqual(["ran cell 199", "ran cell 200", "ran cell 201", "ran cell 202"]);
  });

  it("does not take the questions behind the fatal one with it", async () => {
    const [fatal, next, check] = [service.complete("die", 0), service.complete("next", 0), service.check("c", false)];
    expect(await fatal).toBeUndefined();
    expect((await next)?.candidates).toEqual([
      { name: "ran c", kind: "" },
      { name: "next", kind: "" },
    ]);
    expect(await check).toEqual([]);
  });

  it("stays dead when it dies again and again, and the log says so", async () => {
    for (let deaths = 0; deaths < 4; deaths++) {
      expect(await service.complete("die", 0)).toBeUndefined();
    }
    expect(await told()).toBeUndefined();
    expect(await service.check("still runs", false)).toEqual([]);
    expect(console.error).toHaveBeenCalledWith(expect.stringContaining("died 4 times"));
  });
});
