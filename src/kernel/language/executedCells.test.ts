import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { distFolder } from "../../shared/distFolder";
import { CellProgram, type TypeScript } from "./cellProgram";
import { completeCell } from "./completeCell";
import { inspectCell } from "./describeCell";
import { ExecutedCells } from "./executedCells";

const folder = mkdtempSync(join(tmpdir(), "graft-executed-"));
afterAll(() => rmSync(folder, { recursive: true }));

const fromTslab = createRequire(createRequire(import.meta.url).resolve("tslab/package.json"));
const library = fromTslab.resolve("@tslab/typescript-for-tslab");
const program = new CellProgram(
  fromTslab(library) as TypeScript,
  { notebookFolder: folder, distFolder: distFolder() },
  dirname(library),
);
let executed: ExecutedCells;
beforeEach(() => void (executed = new ExecutedCells(program)));

/** Runs cells with their check; answers with the indices of those that have been forgotten. */
function run(...cells: readonly string[]): readonly number[] {
  for (const [index, text] of cells.entries()) {
    executed.add({ index, text }, true);
    executed.check(index, false);
  }
  return [...executed.takeUnreachable()].sort((a, b) => a - b);
}

function typeOf(name: string): string | undefined {
  return executed.behind(name, (path) => inspectCell(program, path, 0)?.signature);
}

describe("cells that have run are forgotten", () => {
  it.each<[string, readonly string[], readonly number[]]>([
    ["when all their names are declared again", ["const a = 1", "const a = 'a'"], [0]],
    ["not when one name is left", ["const a = 1, b = 2", "const a = 'a'"], []],
    ["not when a cell in between uses what it declared", ["const a = 1", "const b = a", "const a = 'a'"], []],
    ["with that cell, when it goes too", ["const a = 1", "const b = a", "const a = 'a'", "const b = a"], [0, 1]],
    ["when they declare nothing", ["1 + 1", "console.log(2)"], [0, 1]],
    ["not when only the value is declared again", ["interface A { n: 1 }", "const A = 1"], []],
    ["when an import stands for the name", ["const join = 1", "import { join } from 'node:path'"], [0]],
    [
      "not when they change what all cells see",
      ["declare global { var a: 1 }", "declare global { var b: 1 }", "1"],
      [2],
    ],
  ])("%s", (_, cells, forgotten) => {
    expect(run(...cells)).toEqual(forgotten);
  });

  it("and the others keep the types that they had", () => {
    run("const a = 1", "const b = a", "const a = 'a'");
    expect(typeOf("b")).toBe("const b: 1");
    expect(typeOf("a")).toBe('const a: "a"');
  });
});

it("forgets cells that nobody checks when it is asked which are out of reach", () => {
  for (const [index, text] of ["1 + 1", "const a = 1", "const a = 'a'"].entries()) executed.add({ index, text }, false);
  expect([...executed.takeUnreachable()].sort()).toEqual([0, 1]);
  expect(executed.takeUnreachable()).toEqual([]);
  expect(typeOf("a")).toBe('const a: "a"');
});

it("knows a cell before it has been checked, and checks it against those before it", () => {
  executed.add({ index: 0, text: "const n = 1" }, true);
  executed.add({ index: 1, text: "const s: string = n" }, true);
  executed.add({ index: 2, text: "const n = 'a', s = 1" }, true);
  expect(typeOf("n")).toBe('const n: "a"');
  expect(executed.check(0, false)).toEqual([]);
  expect(executed.check(1, false)).toMatchObject([{ code: 2322 }]);
});

it("keeps the chain short while cells run faster than they are checked", () => {
  const lengths: number[] = [];
  for (let index = 0; index < 12; index++) {
    executed.add({ index, text: `const n = ${index}` }, true);
    if (index >= 2) {
      executed.check(index - 2, false);
      lengths.push(program.files("executed").length);
    }
  }
  expect(Math.max(...lengths)).toBeLessThanOrEqual(3);
  executed.skip(10);
  executed.check(11, false);
  expect(program.files("executed")).toHaveLength(1);
});

it("keeps what a cell that waits for its check uses", () => {
  executed.add({ index: 0, text: "const n = 1" }, true);
  executed.add({ index: 1, text: "{ const s: string = n; }" }, true);
  executed.add({ index: 2, text: "const n = 'a'" }, true);
  executed.check(0, false);
  executed.check(2, false);
  expect(executed.check(1, false)).toMatchObject([{ code: 2322 }]);
});

it("forgets a cell that will not run for its problems", () => {
  executed.add({ index: 0, text: "const wrong: string = 1" }, true);
  expect(executed.check(0, true)).toHaveLength(1);
  expect(executed.takeUnreachable()).toEqual([0]);
  const names = executed.behind("wro", (path) => completeCell(program, path, 3)?.candidates.map(({ name }) => name));
  expect(names).not.toContain("wrong");
});
