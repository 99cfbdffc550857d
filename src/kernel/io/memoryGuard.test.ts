import { expect, it } from "vitest";
import { exhaustion, type MemoryState } from "./memoryGuard";

const gigabyte = 2 ** 30;
const calm: MemoryState = {
  resident: 6 * gigabyte,
  before: gigabyte,
  available: 8 * gigabyte,
  total: 16 * gigabyte,
  limit: undefined,
};

it.each<[string, Partial<MemoryState>, string | undefined]>([
  ["a large cell on a machine with room", {}, undefined],
  [
    "a cell that took the rest of the machine",
    { available: 0.4 * gigabyte },
    "it holds 6144 MB, and 410 MB of 16384 MB are left",
  ],
  ["a machine that others have filled", { available: 0.4 * gigabyte, before: 4 * gigabyte }, undefined],
  [
    "a small machine keeps a smaller reserve",
    { available: 0.15 * gigabyte, total: 4 * gigabyte },
    "it holds 6144 MB, and 154 MB of 4096 MB are left",
  ],
  ["below a limit of one's own", { limit: 7 * gigabyte, available: 0 }, undefined],
  ["above a limit of one's own", { limit: 5 * gigabyte }, "it holds 6144 MB, the limit is 5120 MB"],
])("%s", (_, state, expected) => {
  expect(exhaustion({ ...calm, ...state })).toBe(expected);
});
