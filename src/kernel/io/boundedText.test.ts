import { describe, expect, it } from "vitest";
import { BoundedText, cutNotice } from "./boundedText";

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}\n`).join("");

function textOf(pieces: readonly string[], head: number, tail: number): string {
  const text = new BoundedText({ head, tail });
  pieces.forEach((piece) => text.append(piece));
  return text.toString();
}

describe("a bounded text", () => {
  it("is the text itself while that is short", () => {
    expect(textOf(["a", "", "b\n", "c"], 3, 10)).toBe("ab\nc");
  });

  it.each([1, 7, 100, 100_000])("keeps beginning and end and counts every line, in pieces of %i", (size) => {
    const whole = lines(1, 20_000);
    const pieces = whole.match(new RegExp(`[^]{1,${size}}`, "g"))!;
    const text = textOf(pieces, 1000, 2000);
    const [, cut] = /… ([\d ]+) lines \(/.exec(text)!;
    const [before, after] = text.split(/\n?… .* …\n/);
    expect(whole.startsWith(before!)).toBe(true);
    expect(before).toHaveLength(1000);
    expect(whole.endsWith(after!)).toBe(true);
    expect(after).toMatch(/^line \d+\n/);
    // The line in which the beginning ends is counted as cut.
    const shown = before!.split("\n").length - 1 + after!.split("\n").length - 1;
    expect(shown + Number(cut!.replaceAll(" ", ""))).toBe(20_000);
    expect(text.length).toBeLessThan(3000 + 8 * 1024 + 100);
  });

  it("never splits a character", () => {
    const text = textOf(["😀".repeat(100), "😀".repeat(50_000)], 51, 101);
    expect(text).toMatch(/^(?:😀)+\n… 0 lines \([^)]*\) not shown …\n(?:😀)+$/u);
  });
});

it.each([
  [1, 12, "… 1 line (12 bytes) not shown …\n"],
  [9_998_000, 1_020_000_000, "… 9 998 000 lines (1.02 GB) not shown …\n"],
  [1000, 999, "… 1 000 lines (999 bytes) not shown …\n"],
])("%i lines of %i bytes are told as %s", (count, bytes, text) => {
  expect(cutNotice(count, bytes)).toBe(text);
});
