import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plain, printedIn, TestKernel } from "./testKernel";

let kernel: TestKernel;
beforeAll(async () => void (kernel = await TestKernel.start()));
afterAll(() => kernel.end());

async function traceback(code: string): Promise<string> {
  const { reply } = await kernel.run(code);
  return reply.status === "error" ? plain(reply.traceback) : reply.status;
}

describe("an exception", () => {
  it("names the cell's own lines and columns, with the line and a caret", async () => {
    const text = await traceback(
      [
        "// a comment",
        "interface Unused { a: string }",
        "",
        "function fail(n: number): never {",
        '  throw new RangeError("no " + n);',
        "}",
        "",
        "fail(3 as number);",
      ].join("\n"),
    );
    expect(text).toMatch(/^RangeError: no 3\n/);
    expect(text).toMatch(/at fail \(Cell \[\d+\], line 5, column 9\)/);
    expect(text).toMatch(/at Cell \[\d+\], line 8, column 1/);
    expect(text).toContain('> 5 |   throw new RangeError("no " + n);\n    |         ^');
  });

  it("shows only the person's frames", async () => {
    const text = await traceback('JSON.parse("{")');
    expect(text).toMatch(/^SyntaxError: /);
    expect(text).not.toMatch(/node:|kernel\.js|<anonymous>/);
  });

  it("says which value is not a function, in the person's words", async () => {
    await kernel.run("const notFunction: any = 3");
    expect(await traceback("notFunction()")).toContain("TypeError: notFunction is not a function");
  });

  it("shows the causes", async () => {
    const text = await traceback('throw new Error("outer", { cause: new TypeError("inner") })');
    expect(text).toMatch(/Error: outer[\s\S]*Caused by:\nTypeError: inner/);
  });

  it("that causes itself is told once", async () => {
    const text = await traceback('const round: any = new Error("round"); round.cause = round; throw round');
    expect(text.match(/Error: round/g)).toHaveLength(1);
  });

  it("shows each error of an AggregateError", async () => {
    const text = await traceback('throw new AggregateError([new Error("one"), new TypeError("two")], "several")');
    expect(text).toMatch(/^AggregateError: several[\s\S]*Caused by:\nError: one[\s\S]*Caused by:\nTypeError: two/);
  });

  it("of a class of one's own is named after it", async () => {
    expect(await traceback('class Missing extends Error {}\nthrow new Missing("it")')).toMatch(/^Missing: it\n/);
  });

  it("in a package shows where the cell called it", async () => {
    kernel.write(
      "thrower.js",
      "exports.now = () => { throw new TypeError('lib') };\nexports.later = async () => { await null; throw new Error('late lib') };",
    );
    const text = await traceback('const { now, later } = require("./thrower.js");\n\nnow()');
    expect(text).toMatch(/^TypeError: lib\n {4}at Cell \[\d+\], line 3, column 1\n/);
    expect(text).not.toContain("thrower.js");
    expect(await traceback("\nawait later()")).toMatch(/^Error: late lib\n {4}at Cell \[\d+\], line 2, column 1\n/);
  });

  it("that never was in a cell shows where it was", async () => {
    kernel.write(
      "stray.js",
      "exports.start = () => new Promise((_, reject) => setImmediate(() => reject(new Error('far'))));",
    );
    const text = await traceback(
      'const { start } = require("./stray.js"); start().catch((e: any) => { globalThis.far = e }); await new Promise((r) => setTimeout(r, 20)); throw globalThis.far',
    );
    expect(text).toMatch(/^Error: far\n {4}at .*stray\.js:1/);
  });

  it("through several awaits shows each of the functions", async () => {
    const text = await traceback(
      "async function outer() {\n  await inner();\n}\nasync function inner() {\n  await new Promise((r) => setTimeout(r, 1));\n  throw new Error('deep');\n}\nawait outer();",
    );
    expect(text).toMatch(
      /at inner \(.*line 6, column 9\)\n {4}at outer \(.*line 2, column 3\)\n {4}at Cell \[\d+\], line 8/,
    );
  });

  it("quotes functions without what the compiler has put in", async () => {
    expect(await traceback("structuredClone(() => { for (;;) { break } })")).toContain(
      "() => {\n\tfor (;;) {\n\t\tbreak;\n\t}\n} could not be cloned",
    );
  });

  it("may be anything that is thrown", async () => {
    expect(await traceback("throw { odd: 1 }")).toBe("Thrown: { odd: 1 }");
  });

  it("comes as error output too, and the kernel lives on", async () => {
    const { outputs } = await kernel.run('throw new Error("seen")');
    expect(outputs).toMatchObject([{ kind: "error", ename: "Error", evalue: "seen" }]);
    expect(await kernel.value("1")).toBe("1");
  });

  it("after an await names the place", async () => {
    const text = await traceback("await null;\nconst late = 1;\nnull!.x");
    expect(text).toMatch(/line 3, column 7/);
  });

  it("in a console.log shows the cell's lines as well", async () => {
    expect(await kernel.printed('type A = 1;\nconsole.log(new Error("printed"))')).toMatch(/Cell \[\d+\]:2:13/);
  });
});

describe("a syntax error", () => {
  it.each([
    ["const x = ;", 1, 11],
    ["let a = 1;\nfoo(", 2, 5],
    ["const s: string = 'a\n", 1, 19],
    ["let twice = 1;\nlet twice = 2;", 1, 5],
    ["for (;;) { break nowhere }", 1, 18],
  ])("%j says where", async (code, line, column) => {
    expect(await traceback(code)).toMatch(
      new RegExp(`^SyntaxError: .*\\n    at Cell \\[\\d+\\], line ${line}, column ${column}\\n`),
    );
  });

  it("says what was expected", async () => {
    expect(await traceback("foo(1")).toContain("Expected ')' but found 'EOF'");
  });
});

describe("JSX", () => {
  it.each([
    ["const view = <div>hi</div>;", 14],
    ["const view = <></>;", 14],
  ])("%s is refused with a word about it", async (code, column) => {
    const text = await traceback(code);
    expect(text).toContain("SyntaxError: JSX is not supported in cells");
    expect(text).toMatch(new RegExp(`line 1, column ${column}\n`));
  });

  it("is not suspected in a cast", async () => {
    expect(await kernel.value('<string>("x" as unknown)')).toBe("'x'");
    expect(await traceback("const x = <string>;")).not.toContain("JSX");
  });
});

describe("a rejected promise that nobody handles", () => {
  it("is told under the cell, and the kernel lives on", async () => {
    const { reply, outputs } = await kernel.run('Promise.reject(new Error("adrift")); 5');
    expect(reply.status).toBe("ok");
    expect(plain(printedIn(outputs))).toMatch(/Unhandled promise rejection: Error: adrift[\s\S]*line 1, column 16/);
    expect(await kernel.value("2")).toBe("2");
  });

  it("like an exception in a timer", async () => {
    const text = plain(
      await kernel.printed(
        'setTimeout(() => { throw new Error("tick") }, 1); await new Promise((r) => setTimeout(r, 30)); 0',
      ),
    );
    expect(text).toContain("Uncaught exception: Error: tick");
    expect(await kernel.value("3")).toBe("3");
  });
});

describe("requests that wait behind a failing cell", () => {
  it("are aborted", async () => {
    // Long enough that the second one has come, on a busy machine too.
    const first = kernel.client.execute('await new Promise((go) => setTimeout(go, 500)); throw new Error("first")');
    const second = kernel.client.execute("globalThis.ran = true");
    expect((await first.done).status).toBe("error");
    expect((await second.done).status).toBe("aborted");
    expect(await kernel.value("typeof globalThis.ran")).toBe("'undefined'");
  });

  it("run when stop_on_error is off", async () => {
    const first = kernel.client.execute('await new Promise((go) => setTimeout(go, 500)); throw new Error("first")', {
      stopOnError: false,
    });
    const second = kernel.client.execute("1");
    await first.done;
    expect((await second.done).status).toBe("ok");
  });
});
