/** Notebooks executed by Jupyter's own runners: nbclient as a library, and `jupyter nbconvert --execute`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { jupyterHome, setUpTimeoutMs, type JupyterHome } from "./pythonPeers";

interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string | readonly string[];
  readonly data?: Readonly<Record<string, string | readonly string[]>>;
  readonly ename?: string;
}

interface ExecutedNotebook {
  readonly cells: readonly { readonly execution_count: number | null; readonly outputs: readonly Output[] }[];
}

interface ClientRun {
  readonly notebook: ExecutedNotebook;
  readonly error: { readonly type: string; readonly ename: string | null; readonly text: string } | null;
}

let home: JupyterHome;
beforeAll(async () => void (home = await jupyterHome()), setUpTimeoutMs);
afterAll(() => home.dispose());

function write(name: string, sources: readonly string[]): string {
  const cells = sources.map((source, index) => ({
    cell_type: "code",
    id: `cell-${index}`,
    metadata: {},
    execution_count: null,
    outputs: [],
    source,
  }));
  const kernelspec = { name: "graft", display_name: "Graft (TypeScript)", language: "typescript" };
  const file = join(home.folder, name);
  writeFileSync(file, JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }));
  return file;
}

async function execute(name: string, sources: readonly string[], options: object = {}): Promise<ClientRun> {
  const program = join(import.meta.dirname, "execute_notebook.py");
  const { stdout, stderr } = await home.run([
    program,
    write(name, sources),
    JSON.stringify({ timeout: 60, ...options }),
  ]);
  const line = stdout.trim().split("\n").at(-1) ?? "";
  if (!line.startsWith("{")) {
    throw new Error(`nbclient left no result:\n${stdout}\n${stderr}`);
  }
  return JSON.parse(line) as ClientRun;
}

const textOf = (output: Output | undefined): string =>
  [output?.text ?? output?.data?.["text/plain"] ?? ""].flat().join("");

it("nbclient executes a notebook from top to bottom", async () => {
  const { notebook, error } = await execute("plain.ipynb", [
    "const n: number = 20;",
    "console.log('printed'); console.error('aside'); n + 1",
    "const { basename } = await import('node:path'); display(basename('/a/b')); void 0",
  ]);
  expect(error).toBeNull();
  const [declare, print, show] = notebook.cells;
  expect([declare, print, show].map((cell) => cell?.execution_count)).toEqual([1, 2, 3]);
  expect(declare?.outputs).toEqual([]);
  expect(print?.outputs.map(({ output_type, name }) => name ?? output_type)).toEqual([
    "stdout",
    "stderr",
    "execute_result",
  ]);
  expect(print?.outputs.map(textOf)).toEqual(["printed\n", "aside\n", "21"]);
  expect(show?.outputs.map(({ output_type }) => output_type)).toEqual(["display_data"]);
});

it("nbclient raises the error of a failing cell, and does not run the ones behind it", async () => {
  const { notebook, error } = await execute("error.ipynb", ["1", "throw new RangeError('too far')", "2"]);
  expect(error).toMatchObject({ type: "CellExecutionError", ename: "RangeError" });
  expect(error?.text).toContain("too far");
  const [, failing, behind] = notebook.cells;
  expect(failing?.outputs).toMatchObject([{ output_type: "error", ename: "RangeError" }]);
  expect(behind?.execution_count).toBeNull();
});

it("nbclient interrupts a cell that takes too long; variables survive", async () => {
  const { notebook, error } = await execute(
    "slow.ipynb",
    ["let kept = 5;", "console.log('begun'); while (true) { kept += 0; }", "kept"],
    { timeout: 3, interrupt_on_timeout: true, allow_errors: true },
  );
  expect(error).toBeNull();
  const [, slow, after] = notebook.cells;
  expect(slow?.outputs.map(({ ename, name }) => ename ?? name)).toEqual(["stdout", "InterruptedError"]);
  expect(after?.outputs.map(textOf)).toEqual(["5"]);
});

it("nbclient's time limit ends a run whose cell does not finish", async () => {
  const { error } = await execute("stuck.ipynb", ["await new Promise(() => {})"], { timeout: 1 });
  expect(error?.type).toBe("CellTimeoutError");
});

it("a cell that asks for input fails under nbclient, instead of waiting for nobody", async () => {
  const { error } = await execute("input.ipynb", ["await prompt('Who?')"]);
  expect(error).toMatchObject({ type: "CellExecutionError" });
});

it("jupyter nbconvert --execute writes the executed notebook", async () => {
  const file = write("convert.ipynb", ["const greeting: string = 'hello'; greeting.length"]);
  const options = ["--to", "notebook", "--execute", file, "--output", "converted.ipynb"];
  const { code, stderr } = await home.run(["-m", "nbconvert", ...options]);
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  const { cells } = JSON.parse(readFileSync(join(home.folder, "converted.ipynb"), "utf8")) as ExecutedNotebook;
  expect(cells[0]?.outputs.map(textOf)).toEqual(["5"]);
});

it("jupyter nbconvert --execute fails at a failing cell", async () => {
  const file = write("fails.ipynb", ["throw new TypeError('no')"]);
  const { code, stderr } = await home.run(["-m", "nbconvert", "--to", "notebook", "--execute", file]);
  expect(code).not.toBe(0);
  expect(stderr).toContain("TypeError: no");
});
