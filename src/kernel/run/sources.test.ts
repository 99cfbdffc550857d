import MagicString from "magic-string";
import { describe, expect, it } from "vitest";
import { NotebookScope } from "../cell/binding";
import { compileCell } from "../cell/compileCell";
import { PositionMap } from "../cell/positionMap";
import { stripTypes } from "../cell/stripTypes";
import { rememberCell, sourceOf } from "./sources";

const ofLength = (length: number) => new PositionMap("x".repeat(length), stripTypes("1", "cell"), new MagicString("1"));

describe("sources of cells", () => {
  it("lead to the same places once only their maps are kept", () => {
    const text = "const a: number = 1;\nconst b = (x: number): number => {\n  return x.foo();\n};";
    const compile = () => compileCell(text, "Cell [1]", new NotebookScope());
    const { code, positions } = compile();
    const places = (map: PositionMap) =>
      code
        .split("\n")
        .flatMap((line, i) => Array.from(line, (_, column) => map.ofCompiled({ line: i + 1, column: column + 1 })));
    const size = positions.size;
    rememberCell("Cell [1]", positions);
    rememberCell("Cell [2]", ofLength(1));
    expect(positions.size).toBeGreaterThan(size);
    expect(places(positions)).toEqual(places(compile().positions));
    expect(places(positions)).toContainEqual({ line: 3, column: 12 });
  });

  it("are forgotten, the oldest first, when they are too many", () => {
    rememberCell("Cell [3]", ofLength(1));
    for (let i = 4; i < 16; i++) rememberCell(`Cell [${i}]`, ofLength(1_000_000));
    expect(sourceOf("Cell [3]")).toBeUndefined();
    expect(sourceOf("Cell [14]")).toBeDefined();
    expect(sourceOf("Cell [15]")).toBeDefined();
  });
});
