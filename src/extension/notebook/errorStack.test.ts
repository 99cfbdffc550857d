import { describe, expect, it } from "vitest";
import { errorStack } from "./errorStack";

describe("errorStack", () => {
  it("gives VS Code lines that it turns into links to cells", () => {
    const traceback = ["TypeError: x is not a function", "    at scale (Cell In[3]:5:7)", "    at Cell In[4]:1:1"];
    expect(errorStack({ ename: "TypeError", evalue: "x is not a function", traceback })).toBe(
      "TypeError: x is not a function\nCell In[3], line 5\nCell In[4], line 1",
    );
  });

  it("adds the headline when the traceback has none", () => {
    expect(errorStack({ ename: "KernelLost", evalue: "gone", traceback: [] })).toBe("KernelLost: gone");
  });

  it("leaves other frames as they are", () => {
    const traceback = ["RangeError", "    at read (/home/a/lib.js:3:9)"];
    expect(errorStack({ ename: "RangeError", evalue: "", traceback })).toBe(traceback.join("\n"));
  });
});
