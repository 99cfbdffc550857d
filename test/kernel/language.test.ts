import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LanguageClient } from "../../src/protocol/languageClient";
import { LANGUAGE_COMM_TARGET } from "../../src/shared/languageMessages";
import { eventually, TestKernel } from "./testKernel";

let kernel: TestKernel;
let language: LanguageClient;
beforeAll(async () => {
  kernel = await TestKernel.start({ typeErrors: "warn" });
  language = new LanguageClient(kernel.client.connection);
});
afterAll(() => kernel.end());

/** Cells of which the last has its cursor at `|`. */
function at(...cells: readonly string[]): { readonly cells: readonly string[]; readonly offset: number } {
  const last = cells.at(-1) ?? "";
  return { cells: [...cells.slice(0, -1), last.replace("|", "")], offset: last.indexOf("|") };
}

async function candidates(...cells: readonly string[]): Promise<readonly string[]> {
  const answer = await language.ask({ kind: "complete", ...at(...cells) });
  return answer?.candidates.map(({ name }) => name) ?? [];
}

async function hover(...cells: readonly string[]): Promise<string | undefined> {
  const answer = await language.ask({ kind: "hover", ...at(...cells) });
  return answer?.description.signature;
}

/** `CELL:LINE:COLUMN TSxxxx` of each problem. */
async function problems(...cells: readonly string[]): Promise<readonly string[]> {
  const answer = await language.ask({ kind: "diagnose", cells });
  expect(answer?.problems).toHaveLength(cells.length);
  return (answer?.problems ?? []).flatMap((found, cell) =>
    found.map(({ line, column, code }) => `${cell}:${line}:${column} TS${code}`),
  );
}

const importGraft = 'import { datasets, graft, backbones } from "graft";\nimport * as tf from "@tensorflow/tfjs";';
const makeModel =
  'const digits = await datasets.mnist();\nconst model = graft(await backbones.load("fashion-cnn"), { classes: digits.train.classes });';

/** Runs while this is under way: nothing that the main thread does could be answered. */
async function whileComputing(ask: () => Promise<void>): Promise<void> {
  const busy = kernel.client.execute("while (true) {}");
  await eventually(() => (kernel.client.status === "busy" ? true : undefined));
  let done = false;
  const finished = busy.done.then(() => (done = true));
  try {
    await ask();
    expect(done).toBe(false);
  } finally {
    await kernel.client.interrupt();
    await finished;
  }
}

describe("completion", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    [
      "members of what an earlier cell declares, which has not run",
      ["const pair = { left: 1, right: 2 }", "pair.|"],
      ["left", "right"],
    ],
    ["names of earlier cells before those of the library", ["const zebra = 1", "|"], ["zebra"]],
    ["the newest of two declarations", ["const x = 1", 'const x = { text: "a" }', "x.|"], ["text"]],
    ["exports in an import", ["import { back| } from 'graft'"], ["backbones"]],
    ["members of the library", [importGraft, makeModel, "model.|"], ["fineTune", "trainHead"]],
    [
      "literals that fit",
      [importGraft, makeModel, 'model.fineTune(digits.train, { lastLayers: 1, schedule: "|" })'],
      ["cosine"],
    ],
    ["properties of an argument", [importGraft, makeModel, "model.fineTune(digits.train, { last| })"], ["lastLayers"]],
    ["members of tensors", [importGraft, "tf.tensor([1]).|"], ["reshape"]],
    [
      "members of a cell with type errors",
      ['const wrong: number = "a"; const fine = { inner: 1 }', "fine.|"],
      ["inner"],
    ],
    ["members behind newer syntax", ["using held = { [Symbol.dispose]() {}, weight: 1 }", "held.|"], ["weight"]],
    ["names of packages", ['import "@|"'], ["@tensorflow"]],
  ])("offers %s", async (_, cells, expected) => {
    expect(await candidates(...cells)).toEqual(expect.arrayContaining([...expected]));
  });

  it("offers nothing from later cells, and cells of their own first", async () => {
    await language.ask({ kind: "diagnose", cells: ["const early = 1", "", "const late = 1"] });
    const names = await candidates("const early = 1", "|");
    expect(names[0]).toBe("early");
    expect(names).not.toContain("late");
  });

  it("says what a candidate replaces, and its kind", async () => {
    const answer = await language.ask({ kind: "complete", ...at("const pair = { left: 1 }", "pair.le|ft + 1") });
    expect(answer).toMatchObject({ start: 5, end: 9, candidates: [{ name: "left", kind: "property" }] });
  });

  it("stays silent after a division, and speaks in a path", async () => {
    kernel.write("beside.ts", "export const near = 1;");
    const ask = (cell: string) => language.ask({ kind: "complete", ...at(cell), trigger: "/" });
    expect((await ask("8 /|"))?.candidates ?? []).toEqual([]);
    expect((await ask('import { near } from "./|"'))?.candidates).toContainEqual({ name: "beside", kind: "script" });
  });

  it("describes a candidate with the library's documentation", async () => {
    const answer = await language.ask({ kind: "describe", ...at(importGraft, makeModel, "model.|"), name: "fineTune" });
    expect(answer?.description.signature).toMatch(/^\(method\) Model\.fineTune\(train: Dataset/);
    expect(answer?.description.documentation).toContain("Trains the last layers by gradient descent");
    expect(answer?.description.documentation).toContain("*@throws*");
  });

  it("describes a candidate with the documentation in a cell", async () => {
    const cells = [
      "/**\n * Doubles.\n * @param n what is doubled, see {@link Math}\n */\nfunction twice(n: number) { return 2 * n; }",
      "tw|",
    ];
    const answer = await language.ask({ kind: "describe", ...at(...cells), name: "twice" });
    expect(answer?.description).toEqual({
      signature: "function twice(n: number): number",
      documentation: "Doubles.\n\n*@param* `n` — what is doubled, see `Math`",
    });
  });
});

describe("hover", () => {
  it.each<[string, readonly string[], string | undefined]>([
    ["a constant of an earlier cell", ["const size = [1, 2]", "si|ze"], "const size: number[]"],
    ["a type of an earlier cell", ["interface Pair { left: number }", "let p: Pa|ir"], "interface Pair"],
    ["the library's model", [importGraft, makeModel, "mod|el"], "const model: Model"],
    ["what awaits at the top level give", ["const text = await Promise.resolve('a')", "te|xt"], "const text: string"],
    ["nothing", ["const size = 1", "  |  size"], undefined],
  ])("tells of %s", async (_, cells, expected) => {
    expect(await hover(...cells)).toBe(expected);
  });

  it("sees a module beside the notebook, and its change", async () => {
    kernel.write("changing.ts", "export const value = 1;");
    const cells = ["import { value } from './changing'", "val|ue"];
    expect(await hover(...cells)).toBe("(alias) const value: 1\nimport value");
    kernel.write("changing.ts", "export const value: string[] = [];");
    expect(await hover(...cells)).toBe("(alias) const value: string[]\nimport value");
  });
});

it("gives parameter hints with the active parameter", async () => {
  const add = "/** Adds. */\nfunction add(a: number, b: number) { return a + b; }";
  const answer = await language.ask({ kind: "signature", ...at(add, "add(1, |)") });
  expect(answer).toMatchObject({
    activeParameter: 1,
    signatures: [
      { label: "add(a: number, b: number): number", documentation: "Adds.", parameters: [{}, { label: "b: number" }] },
    ],
  });
  expect(await language.ask({ kind: "signature", ...at(add, "add|") })).toBeUndefined();
});

describe("diagnostics", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ["a wrong type, in its cell", ["const n = 1", "const s: string = n"], ["1:1:7 TS2322"]],
    ["a name that only a later cell declares", ["later", "const later = 1"], ["0:1:1 TS2304"]],
    ["a syntax error, and no types beside it", ["const x = ;\nconst s: string = 1"], ["0:1:11 TS1109"]],
    [
      "a wrong option of the library",
      [importGraft, makeModel, 'model.fineTune(digits.train, { lastLayers: 1, schedule: "x" })'],
      ["2:1:47 TS2322"],
    ],
    ["an export that is not there", ["import { nothing } from 'graft'"], ["0:1:10 TS2305"]],
    [
      "no redeclaration across cells",
      [
        "const x = 1; class A {} ; interface B { a: 1 }",
        "const x = 'a'; class A { n = 1 }; interface B { b: 1 }",
        "x.length + new A().n; let b: B = { b: 1 }",
      ],
      [],
    ],
    ["a redeclaration in one cell", ["const x = 1; const x = 2"], ["0:1:7 TS2451", "0:1:20 TS2451"]],
    [
      "no error of newer syntax",
      [
        "using a = { [Symbol.dispose]() {} }; await using b = { async [Symbol.asyncDispose]() {} };",
        "import data from './d.json' with { type: 'json' }; data.n",
      ],
      [],
    ],
    ["nothing of a cell that only a newer parser can read", ['import { "a b" as c } from "./d.json"'], []],
    [
      "no error of decorators and private names",
      ["function seal(c: Function) {}\n@seal class C { #n = 1; static { } accessor m = 2 }"],
      [],
    ],
    [
      "an error behind newer syntax",
      ["using a = { [Symbol.dispose]() {}, n: 1 };\nconst s: string = a.n"],
      ["0:2:7 TS2322"],
    ],
    ["a module that is nowhere", ["import x from './nowhere'"], ["0:1:15 TS2307"]],
    ["nothing in an empty notebook", [], []],
  ])("report %s", async (_, cells, expected) => {
    kernel.write("d.json", '{ "n": 1 }');
    expect(await problems(...cells)).toEqual(expected);
  });

  it("follow an edit of an earlier cell", async () => {
    expect(await problems("const n = 1", "n.toFixed()")).toEqual([]);
    expect(await problems("const n = 'a'", "n.toFixed()")).toEqual(["1:1:3 TS2551"]);
    expect(await problems("const n = 1", "n.toFixed()")).toEqual([]);
  });

  it("answer only the newest of several questions", async () => {
    const asked = Array.from({ length: 5 }, (_, n) =>
      language.ask({ kind: "diagnose", cells: [`const n: string = ${n}`] }),
    );
    const answers = await Promise.all(asked);
    expect(answers.at(-1)?.problems).toHaveLength(1);
    expect(answers.filter((answer) => answer === undefined).length).toBeGreaterThanOrEqual(3);
  });
});

it.each<[string, unknown]>([
  ["an unknown kind", { id: 1, question: { kind: "dance", cells: [""], offset: 0 } }],
  ["cells that are no text", { id: 1, question: { kind: "hover", cells: [1], offset: 0 } }],
  ["a place outside", { id: 1, question: { kind: "hover", cells: ["a"], offset: 2 } }],
  ["no question", { id: 1 }],
  ["nothing", {}],
])("a question that makes no sense stays unanswered: %s", async (_, data) => {
  const comm = kernel.client.connection.createComm(LANGUAGE_COMM_TARGET);
  const answers: unknown[] = [];
  comm.onMsg = ({ content }) => void answers.push(content.data);
  comm.open();
  comm.send(data as never);
  const sane = { id: 2, question: { kind: "hover", ...at("const fine = 1", "fi|ne") } };
  comm.send(sane as never);
  await eventually(() => answers[0]);
  expect(answers).toMatchObject([{ id: 2, answer: { description: { signature: "const fine: 1" } } }]);
  comm.close();
});

it("is answered while a cell computes", async () => {
  await whileComputing(async () => {
    expect(await candidates(importGraft, makeModel, "model.|")).toContain("fineTune");
    expect(await hover("const size = 1", "si|ze")).toBe("const size: 1");
    expect(await problems("const s: string = 1")).toEqual(["0:1:7 TS2322"]);
    expect((await language.ask({ kind: "signature", ...at("Math.max(|)") }))?.signatures).toHaveLength(1);
  });
});

describe("Jupyter's own requests", () => {
  interface Inspected {
    readonly found: boolean;
    readonly data: Readonly<Record<string, string>>;
  }

  async function complete(code: string, cursor_pos = Array.from(code).length) {
    const { content } = await kernel.client.connection.requestComplete({ code, cursor_pos });
    return content;
  }

  async function inspect(code: string, cursor_pos: number, detail_level: 0 | 1 = 0): Promise<Inspected> {
    const { content } = await kernel.client.connection.requestInspect({ code, cursor_pos, detail_level });
    return content as unknown as Inspected;
  }

  beforeAll(async () => {
    await kernel.run(
      "/** How far. */\nconst distance = { metres: 42, miles: 0.03 };\nfunction far(from: string, to: string) { return distance; }",
    );
  });

  it("complete what has run, with kinds, counted in code points", async () => {
    expect(await complete('"🦊🦊"; distance.m')).toEqual({
      status: "ok",
      matches: ["metres", "miles"],
      cursor_start: 15,
      cursor_end: 16,
      metadata: {
        _jupyter_types_experimental: [
          { text: "metres", type: "property", start: 15, end: 16 },
          { text: "miles", type: "property", start: 15, end: 16 },
        ],
      },
    });
  });

  it("complete with nothing where there is nothing, also in broken code", async () => {
    expect(await complete("distance.nothing")).toMatchObject({ status: "ok", matches: [] });
    expect(await complete("const = {{{ (distance.me")).toMatchObject({ status: "ok", matches: ["metres"] });
  });

  it("know only what has run", async () => {
    await language.ask({ kind: "diagnose", cells: ["const onlyTyped = 1"] });
    expect(await complete("onlyTy")).toMatchObject({ matches: [] });
  });

  it("inspect a name, with its code when asked for it", async () => {
    const { found, data } = await inspect("distance", 8);
    expect(found).toBe(true);
    expect(data["text/plain"]).toContain("How far.");
    expect(data["text/plain"]).not.toContain("metres: 42");
    expect(data["text/markdown"]).toMatch(/^```typescript\nconst distance/);
    expect((await inspect("distance", 8, 1)).data["text/plain"]).toContain("metres: 42, miles: 0.03");
  });

  it("inspect a call from inside its parentheses, and nothing where there is nothing", async () => {
    expect((await inspect('far("a", ', 9)).data["text/plain"]).toContain("far(from: string, to: string)");
    expect(await inspect("   ", 1)).toMatchObject({ status: "ok", found: false, data: {} });
    expect(await inspect("neverHeardOf", 5)).toMatchObject({ found: true });
  });

  it("refuse a request without code", async () => {
    const bad = { code: 1, cursor_pos: "x" } as unknown as { code: string; cursor_pos: number };
    const { content } = await kernel.client.connection.requestComplete(bad);
    expect(content).toMatchObject({ status: "error", ename: "TypeError" });
  });

  it("forget a cell's old declaration when it has run again", async () => {
    for (let n = 0; n < 30; n++) {
      await kernel.run(`const again = { version${n}: 1 };`);
    }
    expect(await complete("again.")).toMatchObject({ matches: ["version29"] });
    expect(await complete("distance.me")).toMatchObject({ matches: ["metres"] });
  });

  it("are answered while a cell computes", async () => {
    await whileComputing(async () => {
      expect(await complete("distance.me")).toMatchObject({ matches: ["metres"] });
      expect((await inspect("distance", 8)).found).toBe(true);
    });
  });
});
