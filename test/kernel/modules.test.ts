import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plain, TestKernel } from "./testKernel";

let kernel: TestKernel;
beforeAll(async () => {
  kernel = await TestKernel.start();
  const files: Record<string, string> = {
    "shapes.ts": [
      'import { unit } from "./units";',
      'import type { Size } from "./units";',
      "export const area = ({ width, height }: Size): string => `${width * height} ${unit}`;",
      "export default class Shape { constructor(private readonly side: number) {} get sides(): number { return this.side } }",
      "export let counter = 0;",
      "export function count(): void { counter++ }",
      'export * as units from "./units";',
      "const local = 2;",
      "export { local as renamed };",
    ].join("\n"),
    "units.ts":
      'export interface Size { width: number; height: number }\nexport const unit = "m2";\nexport const ready = await Promise.resolve(true);\n',
    "broken.ts": "export const fine = 1;\n\nexport function fail(): never {\n  throw new Error('from the file');\n}\n",
    "wrong.ts": "export const x = ;\n",
    "data.json": '{ "rows": [1, 2] }',
    "bad.json": "{ nope",
    "plain.js": "exports.value = 3;",
    "modern.mjs": "export const esm = 'yes'; export default 4;",
    "node_modules/common/package.json": '{ "name": "common", "main": "index.js" }',
    "node_modules/common/index.js": "module.exports = { hello: () => 'hello' };",
    "node_modules/onlyesm/package.json":
      '{ "name": "onlyesm", "type": "module", "exports": { "import": "./index.js" } }',
    "node_modules/onlyesm/index.js": "export const esmOnly = 'esm'; export default 'def'; await null;",
  };
  for (const folder of ["node_modules/common", "node_modules/onlyesm"]) {
    mkdirSync(join(kernel.folder, folder), { recursive: true });
  }
  for (const [name, text] of Object.entries(files)) {
    kernel.write(name, text);
  }
});
afterAll(() => kernel.end());

describe("import", () => {
  it.each([
    ['import { area } from "./shapes"; area({ width: 2, height: 3 })', "'6 m2'"],
    [
      'import Shape, { renamed, units } from "./shapes.ts"; [new Shape(4).sides, renamed, units.unit, units.ready]',
      "[ 4, 2, 'm2', true ]",
    ],
    ['import { counter as before, count } from "./shapes"; count(); (await import("./shapes")).counter', "1"],
    ['import data from "./data.json"; data.rows', "[ 1, 2 ]"],
    ['import { rows } from "./data.json"; rows.length', "2"],
    ['import { value } from "./plain.js"; value', "3"],
    ['import four, { esm } from "./modern.mjs"; [four, esm]', "[ 4, 'yes' ]"],
    ['import common from "common"; common.hello()', "'hello'"],
    ['import { hello } from "common"; hello()', "'hello'"],
    ['import * as everything from "common"; Object.keys(everything)', "[ 'hello', 'default' ]"],
    ['import def, { esmOnly } from "onlyesm"; [def, esmOnly]', "[ 'def', 'esm' ]"],
    ['(await import("onlyesm")).esmOnly', "'esm'"],
    ['const { readFileSync } = await import("node:fs"); typeof readFileSync', "'function'"],
    ['import fs from "fs"; typeof fs.existsSync', "'function'"],
    ['require("common").hello()', "'hello'"],
    ['import "common"; "side effect"', "'side effect'"],
    ["import.meta.dirname.length > 1", "true"],
  ])("%s", async (code, expected) => {
    expect(plain(await kernel.value(code))).toBe(expected);
  });

  it("gives one instance of the library to all cells", async () => {
    await kernel.run('import * as first from "graft"');
    expect(
      await kernel.value(
        'import * as second from "graft"; typeof first === "object" && Object.keys(first)[0]! in second && Object.keys(first).every((k) => (first as any)[k] === (second as any)[k])',
      ),
    ).toBe("true");
  });

  it("loads a file anew when it has changed", async () => {
    kernel.write("changing.ts", "export const version = 1;");
    expect(await kernel.value('import { version } from "./changing"; version')).toBe("1");
    kernel.write("changing.ts", "export const version = 'two';");
    expect(await kernel.value('import { version } from "./changing"; version')).toBe("'two'");
  });
});

describe("a file that has changed is taken anew by the cell that imports it", () => {
  it.each([
    ["fresh.js", "exports.version = 1;", "exports.version = 'two';"],
    ["fresh.cjs", "exports.version = 1;", "exports.version = 'two';"],
    ["fresh.mjs", "export const version = 1;", "export const version = 'two';"],
    ["fresh.json", '{ "version": 1 }', '{ "version": "two" }'],
    ["fresh.ts", "export const version = 1;", "export const version = 'two';"],
  ])("%s", async (name, first, second) => {
    const code = `import { version } from "./${name}"; version`;
    kernel.write(name, first);
    expect(await kernel.value(code)).toBe("1");
    expect(await kernel.value(code)).toBe("1");
    kernel.write(name, second);
    expect(await kernel.value(code)).toBe("'two'");
    expect(await kernel.value(code)).toBe("'two'");
    expect(await kernel.value(`(await import("./${name}")).version`)).toBe("'two'");
  });

  it("also when it is imported by another file", async () => {
    kernel.write("outerFile.ts", 'import { version } from "./innerFile"; export const outer = () => version;');
    kernel.write("innerFile.ts", "export const version = 1;");
    expect(await kernel.value('import { outer } from "./outerFile"; outer()')).toBe("1");
    kernel.write("innerFile.ts", "export const version = 'two';");
    expect(await kernel.value("outer()")).toBe("1");
    expect(await kernel.value('import { outer } from "./outerFile"; outer()')).toBe("'two'");
  });

  it("and an unchanged one keeps its state", async () => {
    for (const name of ["state.ts", "state.mjs"]) {
      kernel.write(name, "export const box = { n: 0 };");
      await kernel.run(`import { box } from "./${name}"; box.n++`);
      expect(await kernel.value(`import { box } from "./${name}"; box.n`)).toBe("1");
    }
  });
});

describe("JSON with an attribute", () => {
  it("is imported as without", async () => {
    expect(await kernel.value('import data from "./data.json" with { type: "json" }; data.rows')).toBe("[ 1, 2 ]");
    expect(await kernel.value('(await import("./data.json", { with: { type: "json" } })).rows')).toBe("[ 1, 2 ]");
  });
});

describe("an import that cannot be", () => {
  it.each([
    [
      'import x from "not-installed-anywhere"',
      ['the package "not-installed-anywhere"', "npm install not-installed-anywhere", "line 1"],
    ],
    ['let a = 1;\nimport x from "./missing"', ["a file ./missing", "line 2"]],
    ['import bad from "./bad.json"', ["JSON in", "Mend the file"]],
    ['import { nothing } from "./plain.js"; nothing', ["exports no value named 'nothing'"]],
    ['await import("not-installed-anywhere")', ["npm install not-installed-anywhere"]],
  ])("%s", async (code, parts) => {
    const text = plain(await kernel.value(code));
    for (const part of parts) {
      expect(text).toContain(part);
    }
  });

  it("an exception names the file's own line", async () => {
    const text = plain(await kernel.value('import { fail } from "./broken"; fail()'));
    expect(text).toMatch(/at fail \(broken\.ts, line 4, column 9\)/);
    expect(text).toContain("> 4 |   throw new Error('from the file');");
  });

  it("a syntax error names the file", async () => {
    const text = plain(await kernel.value('import { x } from "./wrong"'));
    expect(text).toMatch(/wrong\.ts, line 1, column 18/);
  });
});
