import { describe, expect, it } from "vitest";
import { describeDeath } from "./kernelDeath";

const v8 = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory";
const guard = "FATAL ERROR: the kernel ran out of memory and was ended: it holds 700 MB, the limit is 600 MB.";
const exit = "2026-01-01T00:00:00.000Z Ended by process.exit(3) while Cell [2] ran.";

describe("describeDeath", () => {
  it.each([
    [7, "", "exit", "exit code 7"],
    [3, exit, "exit", "process.exit() with exit code 3"],
    [undefined, exit, "exit", "exit code 3"],
    ["SIGABRT", "", "abort", "process.abort()"],
    [134, "", "abort", "SIGABRT"],
    ["SIGKILL", "", "killed", "SIGKILL"],
    [137, "", "killed", "memory ran short"],
    ["SIGSEGV", "", "signal", "SIGSEGV"],
    [undefined, "", "unknown", "did not start it"],
    ["SIGABRT", v8, "out-of-memory", "max-old-space-size"],
    [134, v8, "out-of-memory", "heap"],
    [undefined, v8, "out-of-memory", "heap"],
    ["SIGKILL", guard, "out-of-memory", "it holds 700 MB"],
  ] as const)("%s %j is %s", (end, log, kind, words) => {
    const death = describeDeath(end, log);
    expect(death.kind).toBe(kind);
    expect(death.sentence).toContain(words);
  });

  it.each([
    ["T Cell [1] runs.\nT Cell [1] has ended.\nT Cell [2] runs.\n", "Cell [2]"],
    ["T Cell [2] runs.\nT Cell [2] has ended.\n", undefined],
    ["nothing of the kind", undefined],
  ])("%j leaves %s", (log, cell) => {
    expect(describeDeath("SIGKILL", log).cell).toBe(cell);
  });
});
