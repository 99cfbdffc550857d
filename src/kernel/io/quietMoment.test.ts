import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";

vi.mock("node:timers/promises", () => ({
  setTimeout: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)),
}));
// Test files share their modules: this one needs its own, and leaves none of them behind.
vi.resetModules();
const { QuietMoment } = await import("./quietMoment");
afterAll(() => void vi.resetModules());
beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "performance"] }));
afterEach(() => vi.useRealTimers());

/** Cells begin at these times, in milliseconds; answers when each may be checked. */
async function checkedAt(beginnings: readonly number[]): Promise<readonly number[]> {
  const quiet = new QuietMoment();
  const start = performance.now();
  const times: number[] = [];
  for (const [i, at] of beginnings.entries()) {
    setTimeout(() => void quiet.afterThis().then(() => (times[i] = performance.now() - start)), at);
  }
  await vi.advanceTimersByTimeAsync(10_000);
  return times;
}

it.each<[string, readonly number[], readonly number[]]>([
  ["one cell", [0], [100]],
  ["cells that follow each other wait for the last one", [0, 50, 100], [200, 200, 200]],
  ["cells that are apart do not", [0, 500], [100, 600]],
])("%s", async (_, beginnings, expected) => {
  const times = await checkedAt(beginnings);
  expect(times.map(Math.round)).toEqual(expected);
});

it("cells that follow each other for long are checked after a second all the same", async () => {
  const times = await checkedAt(Array.from({ length: 40 }, (_, i) => 50 * i));
  expect(Math.round(times[0]!)).toBe(1000);
  expect(Math.round(times.at(-1)!)).toBe(2050);
});
