import { describe, expect, it } from "vitest";
import { NotebookScope } from "./binding";
import { compileCell } from "./compileCell";

function compiled(text: string): ReturnType<typeof compileCell> {
  const scope = new NotebookScope();
  scope.provide("display", () => undefined);
  scope.binding("earlier").v = 1;
  return compileCell(text, "cell.ts", scope);
}

describe("whether a cell calls anything", () => {
  it.each([
    ["1 + 1", false],
    ["const a: { x: number } = { x: 1 }; let b = earlier * 2", false],
    ["class A { x = 1 }", false],
    ["let i = 0; while (i < 3) i++", false],
    ["f()", true],
    ["new Map", true],
    ["tag`x`", true],
    ["await earlier", true],
    ["[...earlier]", true],
    ["const [a] = earlier", true],
    ["for (const x of earlier);", true],
    ["const f = () => g()", true],
    ['import "x"', true],
  ])("%s: %s", (text, calls) => {
    expect(compiled(text).calls).toBe(calls);
  });
});

describe("names of the notebook", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ["const a = earlier", ["a"], ["earlier"]],
    ["earlier = 2; later", [], ["earlier", "later"]],
    ["display(Math.max(1))", [], []],
    ["import b, * as c from 'x'; import { d as e } from 'y'", ["b", "c", "e"], []],
    ["import type { T } from 'x'; interface I {}; type U = T", [], []],
    ["using r = earlier; var s = 1", ["r", "s"], ["earlier"]],
    ["function f(own: number) { return own + later }", ["f"], ["later"]],
  ])("%s", (text, declared, uses) => {
    const cell = compiled(text);
    expect([...cell.declared.keys()].sort()).toEqual([...declared].sort());
    expect([...cell.uses].sort()).toEqual([...uses].sort());
  });
});
