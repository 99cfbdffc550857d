import { expect, it } from "vitest";
import { SlowReader } from "./slowReader";

const megabytes = (count: number): number => count * 1024 * 1024;

it.each<[string, [number, number][], boolean]>([
  [
    "reads everything",
    [
      [0, 0],
      [20_000, 31],
    ],
    false,
  ],
  [
    "gets one large message",
    [
      [0, 100],
      [1000, 101],
      [2000, 80],
      [13_000, 79],
    ],
    false,
  ],
  [
    "reads nothing for long",
    [
      [0, 40],
      [5000, 41],
      [10_001, 42],
    ],
    true,
  ],
  [
    "has caught up in between",
    [
      [0, 40],
      [9000, 1],
      [10_500, 40],
    ],
    false,
  ],
  [
    "is flooded",
    [
      [0, 100],
      [10, 200],
      [20, 257],
    ],
    true,
  ],
])("a reader that %s", (_, steps, tooSlow) => {
  let now = 0;
  const reader = new SlowReader(() => now);
  const verdicts = steps.map(([ms, size]) => {
    now = ms;
    return reader.isTooSlow(megabytes(size));
  });
  expect(verdicts.slice(0, -1)).not.toContain(true);
  expect(verdicts.at(-1)).toBe(tooSlow);
});
