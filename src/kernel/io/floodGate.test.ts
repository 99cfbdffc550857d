import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FloodGate, type FloodLimits } from "./floodGate";
import type { Outgoing } from "./outbox";

const limits: FloodLimits = {
  text: { burst: 1000, perSecond: 100 },
  displays: { burst: 5, perSecond: 1 },
  displayCharacters: { burst: 10_000, perSecond: 1000 },
  heldCharacters: 5000,
  heldDisplays: 3,
  sampleMs: 1000,
  sampleCharacters: 500,
};

let sent: string[];
let gate: FloodGate;
beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  gate = new FloodGate(
    { text: (name, text) => sent.push(`${name}: ${text}`), show: ({ content }) => sent.push(content) },
    limits,
    () => Date.now(),
  );
});
afterEach(() => vi.useRealTimers());

const display = (content: string): Outgoing => ({ channel: "iopub", type: "display_data", parent: "{}", content });
const clear = (wait: boolean): Outgoing => ({
  channel: "iopub",
  type: "clear_output",
  parent: "{}",
  content: JSON.stringify({ wait }),
});

/** `count` lines of 10 characters. */
function print(count: number, first = 1): void {
  for (let i = first; i < first + count; i++) {
    gate.text("stdout", `${String(i).padStart(9)}\n`);
  }
}

describe("text", () => {
  it("passes at once within the budget", () => {
    print(100);
    expect(sent).toHaveLength(100);
  });

  it("that is printed slowly passes for ever", () => {
    for (let i = 0; i < 1000; i++) {
      gate.text("stdout", "epoch done\n");
      vi.advanceTimersByTime(200);
    }
    expect(sent).toHaveLength(1000);
  });

  it("beyond the budget is held back and shown at the end, with what is missing", () => {
    print(10_000);
    expect(sent).toHaveLength(100);
    gate.release();
    const [notice, ...rest] = sent.slice(100);
    const shown = rest.join("").match(/\d+/g)!.map(Number);
    expect(notice).toBe(
      `stdout: … ${(9900 - shown.length).toLocaleString("en").replace(",", " ")} lines (${((9900 - shown.length) / 100).toPrecision(3)} kB) not shown …\n`,
    );
    expect(shown[0]).toBe(10_001 - shown.length);
    expect(shown.at(-1)).toBe(10_000);
    expect(rest.join("").length).toBeLessThan(limits.heldCharacters + 4200);
  });

  it("is shown when silence falls", () => {
    print(200);
    vi.advanceTimersByTime(3000);
    expect(sent.join("")).toContain("      200\n");
    expect(sent.join("")).not.toContain("not shown");
  });

  it("in a flood that goes on shows samples, within the budget", () => {
    for (let second = 0; second < 300; second++) {
      print(500, second * 500);
      vi.advanceTimersByTime(1000);
    }
    const characters = sent.join("").length;
    expect(sent.filter((text) => text.includes("not shown")).length).toBeGreaterThan(3);
    expect(characters).toBeLessThan(1000 + 300 * 100 + 3 * limits.heldCharacters);
  });

  it("keeps streams and displays in order", () => {
    print(100);
    gate.text("stderr", "1\n");
    gate.show(display("2"));
    gate.text("stdout", "3\n");
    gate.text("stdout", "4\n");
    gate.release();
    expect(sent.slice(100)).toEqual(["stderr: 1\n", "2", "stdout: 3\n4\n"]);
  });
});

describe("displays", () => {
  it("beyond the budget: the last ones are shown and the others counted", () => {
    for (let i = 1; i <= 20; i++) {
      gate.show(display(String(i)));
    }
    gate.release();
    expect(sent).toEqual(["1", "2", "3", "4", "5", "stderr: … 12 outputs not shown …\n", "18", "19", "20"]);
  });

  it("that are large use up the budget by their size", () => {
    for (let i = 0; i < 4; i++) {
      gate.show(display(String(i).repeat(6000)));
    }
    expect(sent).toHaveLength(2);
  });
});

describe("clear_output", () => {
  it.each([true, false])("takes what is held with it, and nothing is said to be missing (wait: %s)", (wait) => {
    print(100);
    print(5000);
    gate.show(clear(wait));
    gate.text("stdout", "new\n");
    gate.release();
    expect(sent.slice(100)).toEqual([JSON.stringify({ wait }), "stdout: new\n"]);
  });

  it("with wait keeps what is there until something comes", () => {
    print(101);
    gate.show(clear(true));
    gate.release();
    expect(sent.slice(100)).toEqual(["stdout:       101\n", '{"wait":true}']);
  });
});
