/** The built command against the built kernel. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { distFolder } from "../shared/distFolder";
import type { Notebook } from "./notebook";
import { parseNotebook } from "./notebook";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "graft-cli-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function graft(...args: readonly string[]): { code: number | null; stderr: string; stdout: string } {
  const env = { ...process.env, GRAFT_DIST: distFolder(), GRAFT_RUNTIME_FOLDER: join(folder, "runtime") };
  const { status, stderr, stdout } = spawnSync(process.execPath, [join(distFolder(), "cli.js"), ...args], {
    encoding: "utf8",
    env,
  });
  return { code: status, stderr, stdout };
}

function write(name: string, sources: readonly string[], metadata: object = {}): string {
  const cells = sources.map((source, index) => ({ cell_type: "code", id: `cell-${index}`, metadata: {}, source }));
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }));
  return file;
}

const read = (name: string): Notebook => parseNotebook(readFileSync(join(folder, name), "utf8"), name);

describe("graft run", () => {
  test("executes from top to bottom, in the notebook's folder, and keeps the original", () => {
    const file = write("a.ipynb", [
      "let n: number = 20;",
      'import { basename } from "node:path";\nconsole.log(basename(process.cwd()));',
      "n + 1",
    ]);
    const original = readFileSync(file, "utf8");
    expect(graft("run", file)).toMatchObject({ code: 0 });
    expect(readFileSync(file, "utf8")).toBe(original);
    const [declare, print, result] = read("a.executed.ipynb").cells;
    expect([declare?.execution_count, print?.execution_count, result?.execution_count]).toEqual([1, 2, 3]);
    expect(print?.outputs).toMatchObject([{ output_type: "stream", text: [`${folder.split("/").at(-1) ?? ""}\n`] }]);
    expect(result?.outputs).toMatchObject([{ output_type: "execute_result", data: { "text/plain": ["21"] } }]);
    expect(result?.metadata.execution).toHaveProperty(["shell.execute_reply"]);
  });

  test("stops at the first failing cell, names it, and keeps what there is", () => {
    const file = write("a.ipynb", ["1", 'throw new RangeError("too far");', "2"]);
    const { code, stderr } = graft("run", file, "-o", join(folder, "b.ipynb"));
    expect(code).toBe(1);
    expect(stderr).toContain('Cell 2 (id "cell-1") failed: RangeError: too far');
    expect(read("b.ipynb").cells.map(({ outputs }) => outputs?.map((output) => output.output_type))).toEqual([
      ["execute_result"],
      ["error"],
      [],
    ]);
  });

  test("a cell that takes too long is stopped, and no kernel stays", () => {
    const file = write("a.ipynb", ["while (true) {}"]);
    const { code, stderr } = graft("run", file, "--timeout", "0.5");
    expect(code).toBe(1);
    expect(stderr).toContain("not finished within 0.5 s");
    expect(readdirSync(join(folder, "runtime"))).toEqual([]);
  });

  test("a cell that asks for input fails, because nobody is there to answer", () => {
    const { code, stderr } = graft("run", write("a.ipynb", ["await prompt('Name?')"]));
    expect(code).toBe(1);
    expect(stderr).toContain('Cell 1 (id "cell-0") failed: GraftError: Expected prompt()');
  });

  test("a cell that ends the kernel is named", () => {
    const { code, stderr } = graft("run", write("a.ipynb", ["1", "process.exit(0)", "2"]));
    expect(code).toBe(1);
    expect(stderr).toContain('Cell 2 (id "cell-1") failed');
    expect(readdirSync(join(folder, "runtime"))).toEqual([]);
  });

  test("parameters replace the defaults of the cell with that tag", () => {
    const file = write("a.ipynb", ["const rate = 1, name = 'a';", "`${rate} ${name}`"]);
    const notebook = JSON.parse(readFileSync(file, "utf8")) as Notebook;
    writeFileSync(
      file,
      JSON.stringify({
        ...notebook,
        cells: notebook.cells.map((cell, i) => ({ ...cell, metadata: i === 0 ? { tags: ["parameters"] } : {} })),
      }),
    );
    expect(graft("run", file, "-p", "rate=1e-4", "-p", "name=b")).toMatchObject({ code: 0 });
    expect(read("a.executed.ipynb").cells.at(-1)?.outputs).toMatchObject([{ data: { "text/plain": ["'0.0001 b'"] } }]);
  });

  test.each([
    ["a file that is not there", () => join(folder, "nowhere.ipynb"), [], /ENOENT/],
    [
      "a notebook in another language",
      () => write("p.ipynb", ["1"], { kernelspec: { language: "python" } }),
      [],
      /"python"/,
    ],
    ["a parameter without a value", () => write("a.ipynb", ["1"]), ["-p", "n"], /name=value/],
    ["a time limit that is no number", () => write("a.ipynb", ["1"]), ["--timeout", "soon"], /number of seconds/],
    [
      "a place that cannot be written",
      () => write("a.ipynb", ["1"]),
      ["-o", "/proc/none/x.ipynb"],
      /Choose another place/,
    ],
  ])("refuses %s", (_, file, args, message) => {
    const { code, stderr } = graft("run", file(), ...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at .*\.js/);
  });
});

test("graft info names the engines", () => {
  const { code, stdout } = graft("info");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^training +onnxruntime \d/m);
  expect(stdout).toMatch(/^tensors in cells +(wasm|tensorflow)/m);
});
