import { describe, expect, test } from "vitest";
import { parseNotebook, type Notebook } from "./notebook";
import { injectParameters, parseParameter } from "./parameters";

describe("parseParameter", () => {
  test.each([
    ["learningRate=1e-4", "learningRate", 1e-4],
    ["name=lesions", "name", "lesions"],
    ['classes=["cat","dog"]', "classes", ["cat", "dog"]],
    ["flag=true", "flag", true],
    ["empty=", "empty", ""],
    ["expression=a=b", "expression", "a=b"],
  ])("%s", (text, name, value) => {
    expect(parseParameter(text)).toEqual([name, value]);
  });

  test.each(["learningRate", "=3", "learning-rate=3", "3x=1"])("refuses %s", (text) => {
    expect(() => parseParameter(text)).toThrow(expect.objectContaining({ code: "cli/bad-parameter" }));
  });
});

describe("injectParameters", () => {
  const notebook = (...cells: readonly object[]): Notebook =>
    parseNotebook(JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }), "x.ipynb");
  const defaults = {
    cell_type: "code",
    id: "p",
    source: "// const none = 0;\nconst rate: number = 1,\n  n = 2;",
    metadata: { tags: ["parameters"] },
  };
  const other = { cell_type: "code", id: "o", source: "rate" };
  const ids = ({ cells }: Notebook) => cells.map(({ id }) => id);

  test("values come right behind the defaults, as code that parses back", () => {
    const injected = injectParameters(notebook(other, defaults, other), new Map<string, unknown>([["rate", "a\nb"]]));
    expect(ids(injected)).toEqual(["o", "p", "injected-parameters", "o"]);
    expect(injected.cells[2]?.source).toBe('let rate = "a\\nb";');
  });

  test("a cell that an earlier run injected is replaced", () => {
    const once = injectParameters(notebook(defaults, other), new Map([["n", 3]]));
    const twice = injectParameters(once, new Map([["n", 4]]));
    expect(ids(twice)).toEqual(["p", "injected-parameters", "o"]);
    expect(twice.cells[1]?.source).toBe("let n = 4;");
  });

  test("without a parameters cell, values come first", () => {
    expect(ids(injectParameters(notebook(other), new Map([["n", 3]])))).toEqual(["injected-parameters", "o"]);
  });

  test("a name that the defaults do not have is a mistake", () => {
    expect(() => injectParameters(notebook(defaults), new Map([["rat", 3]]))).toThrow(
      /one of .*: rate, n, but found rat/,
    );
  });
});
