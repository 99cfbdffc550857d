import { expect, it } from "vitest";
import { formatBytes } from "./formatBytes";

it.each([
  [0, "0 B"],
  [24, "24 B"],
  [999, "999 B"],
  [1000, "1 kB"],
  [1536, "1.54 kB"],
  [999_600, "1 MB"],
  [320_000_000, "320 MB"],
  [5e15, "5000 TB"],
])("%d is %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
