import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plain, TestKernel } from "./testKernel";

let kernel: TestKernel;
beforeAll(async () => void (kernel = await TestKernel.start()));
afterAll(() => kernel.end());

describe("values", () => {
  it.each([
    ["1 + 1", "2"],
    ["'text'", "'text'"],
    ["({ a: [1, 2] })", "{ a: [ 1, 2 ] }"],
    ["await Promise.resolve(7)", "7"],
    ["const x: number = 3", "ok"],
    ["undefined", "ok"],
    ["interface Point { x: number }\nconst p: Point = { x: 1 };\np.x satisfies number", "1"],
    ["enum Colour { Red, Green }\nColour.Green", "1"],
    ["namespace Space { export const inside = 5 }\nSpace.inside", "5"],
    ["let sum = 0; for await (const n of (async function* () { yield 1; yield 2 })()) sum += n; sum", "3"],
    [
      "class Base { who() { return 'base' } }\nnew (class extends Base { constructor() { super(); } })().who()",
      "'base'",
    ],
    ["typeof neverDeclared", "'undefined'"],
    ["export const exported = 9; exported", "9"],
    ["'😀'.length + ((s: string) => s.length)('ab')", "4"],
    ["[3, 1, 2].toSorted()", "[ 1, 2, 3 ]"],
    ["using held = { [Symbol.dispose]() {} }; typeof held", "'object'"],
    [
      "const order: string[] = []; { using a = { [Symbol.dispose]() { order.push('a') } }; order.push('in') } order",
      "[ 'in', 'a' ]",
    ],
    [
      "const mark = (c: any) => { c.marked = true }; @mark class Marked { static marked?: boolean }\nMarked.marked",
      "true",
    ],
  ])("%s", async (code, expected) => {
    expect(await kernel.value(code)).toBe(expected);
  });

  it("offers an object's own MIME bundle", async () => {
    const { outputs } = await kernel.run(
      '({ [Symbol.for("graft.display")]: () => ({ "text/html": "<b>hi</b>", "text/plain": "hi" }) })',
    );
    expect(outputs).toMatchObject([{ kind: "result", data: { "text/html": "<b>hi</b>", "text/plain": "hi" } }]);
  });
});

describe("names live on from cell to cell", () => {
  it.each<[string, readonly string[], string]>([
    ["const", ["const keptA = 4", "keptA * 2"], "8"],
    ["let, assigned later", ["let keptB = 1", "keptB += 5", "keptB"], "6"],
    ["function", ["function twice(n: number) { return 2 * n }", "twice(21)"], "42"],
    ["class", ["class Box { value = 3 }", "new Box().value"], "3"],
    [
      "destructured",
      ["const { a: keptC, ...keptRest } = { a: 1, b: 2, c: 3 }", "[keptC, keptRest]"],
      "[ 1, { b: 2, c: 3 } ]",
    ],
    ["array pattern with default", ["const [keptD = 8] = []", "keptD"], "8"],
    ["import", ['import { join as keptJoin } from "node:path"', 'keptJoin("a", "b")'], "'a/b'"],
    ["var in a block", ["if (true) { var keptE = 5 }", "keptE"], "5"],
    ["var of a loop", ["for (var keptF = 0; keptF < 3; keptF++);", "keptF"], "3"],
    ["closure over a later cell's change", ["let n = 1; const readN = () => n", "n = 10", "readN()"], "10"],
    [
      "function that uses a name of a later cell",
      ["const useLater = () => later", "const later = 6", "useLater()"],
      "6",
    ],
    ["shorthand property", ["const keptG = 1", "({ keptG })"], "{ keptG: 1 }"],
    [
      "a name that the compiled code uses too",
      ["const flag = 1, result = 2, wait = 3; let stop = 4", "flag + result + wait + stop"],
      "10",
    ],
    ["an assigned function has the name", ["let keptH: any", "keptH = () => 1; keptH.name"], "'keptH'"],
    ["what a cell with `using` declares", ["using keptI = { [Symbol.dispose]() {} }; const keptJ = 2", "keptJ"], "2"],
    [
      "no name that only the compiler knows",
      ["using keptK = { [Symbol.dispose]() {} }", "typeof _usingCtx"],
      "'undefined'",
    ],
    [
      "await using",
      ["let gone = false; await using keptL = { async [Symbol.asyncDispose]() { gone = true } }", "gone"],
      "true",
    ],
    [
      "export of all kinds",
      ["export const keptM = 1; export default function keptN() { return keptM }", "keptN()"],
      "1",
    ],
    ["enum", ["enum KeptO { A = 2 }", "KeptO.A"], "2"],
    ["parameter properties", ["class KeptP { constructor(readonly x: number) {} }", "new KeptP(3).x"], "3"],
    ["import x = require()", ['import keptQ = require("node:path")', "typeof keptQ.join"], "'function'"],
    ["own name for a global one", ["const URL = 'mine'", "URL + typeof globalThis.URL"], "'minefunction'"],
  ])("%s", async (_, cells, expected) => {
    let last = "";
    for (const code of cells) {
      last = await kernel.value(code);
    }
    expect(last).toBe(expected);
  });

  it("lets everything be declared anew, and functions see the new value", async () => {
    await kernel.run("const rate = 1; const readRate = () => rate; class Same {} function again() { return 1 }");
    await kernel.run("const rate = 2; let Same = 3; const again = () => 2");
    expect(await kernel.value("[readRate(), Same, again()]")).toBe("[ 2, 3, 2 ]");
  });

  it("keeps what a failing cell had declared, and nothing that it had not reached", async () => {
    const { reply } = await kernel.run('const reached = 1; throw new Error("stop"); const unreached = 2');
    expect(reply.status).toBe("error");
    expect(await kernel.value("reached")).toBe("1");
    expect(await kernel.value("unreached")).toContain("unreached is not defined");
  });

  it("keeps function names and `this` as JavaScript has them", async () => {
    expect(await kernel.value("const named = () => 1; named.name")).toBe("'named'");
    expect(await kernel.value("function self() { return this } self()")).toBe("ok");
  });

  it("puts nothing on globalThis", async () => {
    await kernel.run("const private1 = 1; var private2 = 2; function private3() {}");
    expect(await kernel.value("Object.keys(globalThis).filter((key) => key.startsWith('private'))")).toBe("[]");
  });
});

describe("imports", () => {
  it("stay live: a module's own changes are seen, also by later cells", async () => {
    kernel.write("live.ts", "export let counter = 0;\nexport const bump = (): void => { counter++ };\n");
    expect(await kernel.value('import { counter, bump } from "./live"; bump(); counter')).toBe("1");
    expect(await kernel.value("bump(); counter")).toBe("2");
    await kernel.run("let counter = 'mine'");
    expect(await kernel.value("bump(); counter")).toBe("'mine'");
  });
});

describe("decorators", () => {
  it("are TypeScript's experimental ones: called with target, key and descriptor", async () => {
    const code = `
      const log = (_target: object, key: string, descriptor: PropertyDescriptor) => {
        const method = descriptor.value;
        descriptor.value = function (...args: unknown[]) { return key + ":" + method.apply(this, args) };
      };
      class Decorated { @log twice(n: number) { return 2 * n } }
      new Decorated().twice(4)`;
    expect(await kernel.value(code)).toBe("'twice:8'");
  });
});

describe("constants", () => {
  it.each([
    ["fixed = 3"],
    ["fixed++"],
    ["({ fixed } = { fixed: 4 })"],
    ["for (fixed of [5]);"],
    ["(() => { fixed = 6 })()"],
  ])("%s is a TypeError when it is reached", async (code) => {
    await kernel.run("const fixed = 0");
    const text = plain(await kernel.value(`const before${code.length} = 1;\n${code}`));
    expect(text).toMatch(/^TypeError: 'fixed' is a const[\s\S]* line 2/);
    expect(await kernel.value(`[fixed, before${code.length}]`)).toBe("[ 0, 1 ]");
  });

  it("of the same cell are refused too, and imports", async () => {
    expect(await kernel.value("const inCell = 1; inCell = 2")).toContain("'inCell' is a const");
    expect(await kernel.value("inCell")).toBe("1");
    expect(await kernel.value('import { sep } from "node:path"; sep = "x"')).toContain("'sep' is a const");
  });

  it("can be caught, and become variables when they are declared so", async () => {
    await kernel.run("const turned = 1; const turn = () => { turned = 5 }");
    expect(await kernel.value("let how = ''; try { turn() } catch (e) { how = e.name } how")).toBe("'TypeError'");
    await kernel.run("let turned = 2");
    expect(await kernel.value("turn(); turned")).toBe("5");
  });
});
