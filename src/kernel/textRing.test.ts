import { describe, expect, it } from "vitest";
import { newTextMemory, TextReader, TextWriter } from "./textRing";

function readAll(reader: TextReader, upTo?: number): string {
  let all = "";
  reader.read((source, text) => (all += `${source}:${text};`), upTo);
  return all;
}

describe("the text ring", () => {
  it("keeps sources, order and characters of every width", () => {
    const memory = newTextMemory();
    const writer = new TextWriter(memory);
    const reader = new TextReader(memory);
    writer.write(0, "a");
    writer.write(1, "é😀");
    writer.write(0, "");
    writer.write(2, "\n");
    expect(readAll(reader)).toBe("0:a;1:é😀;2:\n;");
    expect(readAll(reader)).toBe("");
  });

  it("joins what one source wrote in a row", () => {
    const memory = newTextMemory();
    const writer = new TextWriter(memory);
    for (const [source, text] of [
      [0, "a"],
      [0, "b"],
      [1, "c"],
      [0, "d"],
      [0, "e"],
    ] as const)
      writer.write(source, text);
    expect(readAll(new TextReader(memory))).toBe("0:ab;1:c;0:de;");
  });

  it("asks to wake the reader once until it has read", () => {
    const memory = newTextMemory();
    const writer = new TextWriter(memory);
    expect([writer.write(0, "a"), writer.write(0, "b")]).toEqual([true, false]);
    readAll(new TextReader(memory));
    expect(writer.write(0, "c")).toBe(true);
  });

  it("stops reading at a position, so that a message sent then keeps its place", () => {
    const memory = newTextMemory();
    const writer = new TextWriter(memory);
    const reader = new TextReader(memory);
    writer.write(0, "before");
    const { position } = writer;
    writer.write(0, "after");
    expect(readAll(reader, position)).toBe("0:before;");
    expect(readAll(reader)).toBe("0:after;");
  });

  it("goes around its end many times without losing a byte, also inside surrogate pairs", () => {
    const memory = newTextMemory(1024 * 1024);
    const writer = new TextWriter(memory);
    const reader = new TextReader(memory);
    const text = `x${"😀".repeat(70_000)}`;
    for (let i = 0; i < 40; i++) {
      let got = "";
      writer.write(3, text);
      reader.read((_, part) => (got += part));
      expect(got === text).toBe(true);
    }
  });
});
