import { describe, expect, it } from "vitest";
import { errorStack } from "./errorStack";

const red = "\u001b[1;31mTypeError\u001b[0m";

describe("errorStack", () => {
  it("gives VS Code lines that it turns into links, the excerpt below the frame that it shows", () => {
    const traceback = [
      `${red}: x is not a function`,
      "    at scale (Cell [3], line 5, column 7)",
      "    at Cell [4], line 1, column 1",
      "  4 | function scale() {\n> 5 |   x();\n    |   ^\n  6 | }",
    ];
    expect(errorStack({ ename: "TypeError", evalue: "x is not a function", traceback }).split("\n")).toEqual([
      `${red}: x is not a function`,
      "Cell In[3], line 5",
      "  4 | function scale() {",
      "> 5 |   x();",
      "    |   ^",
      "  6 | }",
      "Cell In[4], line 1",
    ]);
  });

  it("keeps each cause with its own excerpt", () => {
    const traceback = [
      `${red}: outer`,
      "    at Cell [4], line 1, column 1",
      "> 1 | a",
      "Caused by:",
      `${red}: inner`,
      "    at Cell [2], line 9, column 1",
      "> 9 | b",
    ];
    expect(errorStack({ ename: "TypeError", evalue: "outer", traceback }).split("\n")).toEqual([
      `${red}: outer`,
      "Cell In[4], line 1",
      "> 1 | a",
      "Caused by:",
      `${red}: inner`,
      "Cell In[2], line 9",
      "> 9 | b",
    ]);
  });

  it("links the dimmed place of a GraftError", () => {
    const traceback = ["\u001b[1;31mGraftError\u001b[0m", "\u001b[2m    at Cell [7], line 2, column 3\u001b[0m"];
    expect(errorStack({ ename: "GraftError", evalue: "", traceback })).toContain("\nCell In[7], line 2");
  });

  it("shows name and message when there is no traceback", () => {
    expect(errorStack({ ename: "KernelLost", evalue: "gone", traceback: [] })).toBe("KernelLost: gone");
  });

  it("leaves frames in files as they are", () => {
    const traceback = ["RangeError", "    at read (lib/read.ts, line 3, column 9)"];
    expect(errorStack({ ename: "RangeError", evalue: "", traceback })).toBe(traceback.join("\n"));
  });
});
