import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { commands, languages } from "vscode";
import { TestNotebook, waitUntil } from "./testNotebook";
import { waitForNotification } from "./palette";
import { screenshot, waitInFrames } from "./workbenchPage";

suite("cells", () => {
  let notebook: TestNotebook;

  teardown(async () => {
    await notebook.close();
    await commands.executeCommand("graft.shutdownAll");
  });

  test("run in order, with execution order, timing, streams joined and the last expression as result", async () => {
    notebook = await TestNotebook.create("order", [
      "let count: number = 20;",
      "console.log('a'); console.log('b'); console.error('c'); ++count",
      "count * 2",
    ]);
    await notebook.runAll();
    assert.deepEqual(
      notebook.document
        .getCells()
        .map(({ executionSummary }) => [executionSummary?.executionOrder, executionSummary?.success]),
      [
        [1, true],
        [2, true],
        [3, true],
      ],
    );
    for (const { executionSummary } of notebook.document.getCells()) {
      const { startTime, endTime } = executionSummary?.timing ?? { startTime: 1, endTime: 0 };
      assert.ok(endTime >= startTime, "a cell ended before it started");
    }
    assert.deepEqual(notebook.shown(1), [
      { mime: "application/vnd.code.notebook.stdout", text: "a\nb\n" },
      { mime: "application/vnd.code.notebook.stderr", text: "c\n" },
      { mime: "text/plain", text: "21" },
    ]);
    assert.equal(notebook.text(2), "42");
  });

  test("that fail show the cell's own line as a link, and Run All stops there", async () => {
    notebook = await TestNotebook.create("error", [
      "function read(x: any) {\n  return x.weights.length;\n}",
      "const one = 1;\n\nread({})",
      "'never'",
    ]);
    await notebook.runAll();
    const { name, message, stack } = notebook.error(1);
    assert.equal(name, "TypeError");
    assert.match(message, /reading 'length'/);
    assert.match(stack, /Cell In\[1\], line 2\n/);
    assert.match(stack, /Cell In\[2\], line 3/);
    assert.equal(notebook.cell(1).executionSummary?.success, false);
    assert.deepEqual(notebook.shown(2), []);
    assert.equal(notebook.cell(2).executionSummary?.success, undefined);
    await waitInFrames(
      "a link to line 2 of cell 1",
      `document.querySelector('a[href*="execution_count=1&line=2"]') !== null`,
    );
    await screenshot("cell-error");
  });

  test("with syntax errors and rejected promises say so, and the kernel lives on", async () => {
    notebook = await TestNotebook.create("rejected", [
      "const kept = 'kept';",
      "const x = ;",
      "await Promise.reject(new RangeError('too far'));",
      "kept",
    ]);
    for (const index of [0, 1, 2, 3]) await notebook.run(index);
    assert.equal(notebook.error(1).name, "SyntaxError");
    assert.match(notebook.error(1).stack, /line 1/);
    assert.deepEqual([notebook.error(2).name, notebook.error(2).message], ["RangeError", "too far"]);
    assert.match(notebook.text(3), /kept/);
  });

  test("with type errors run, and the error is shown beside the output and in the editor", async () => {
    notebook = await TestNotebook.create("types", ["const answer = 42;", "const text: string = answer;\ntext"]);
    await notebook.runAll();
    const { uri } = notebook.cell(1).document;
    const ours = () => languages.getDiagnostics(uri).filter(({ source }) => source === "graft");
    await waitUntil("a type error of ours", () => ours().length > 0 && notebook.text(1).includes("TS2322"), 30_000);
    assert.equal(ours()[0]?.range.start.line, 0);
    assert.equal(notebook.shown(1).find(({ mime }) => mime === "text/plain")?.text, "42");
    await waitUntil("a cell that succeeded", () => notebook.cell(1).executionSummary?.success === true);
    await screenshot("type-error");
  });

  test("that never end are interrupted, and variables survive", async () => {
    notebook = await TestNotebook.create("endless", ["let rounds = 0;", "while (true) { rounds++; }", "rounds > 0"]);
    await notebook.run(0);
    const running = notebook.run(1);
    await waitUntil("a running cell", () => notebook.cell(1).executionSummary?.executionOrder === 2);
    await commands.executeCommand("notebook.cancelExecution");
    await running;
    assert.equal(notebook.error(1).name, "InterruptedError");
    await notebook.run(2);
    assert.equal(notebook.text(2), "true");
  });

  test("are dropped when they wait behind an interrupted one", async () => {
    notebook = await TestNotebook.create("dropped", ["await new Promise(() => undefined);", "'never'"]);
    const running = notebook.runAll();
    await waitUntil("a running cell", () => notebook.cell(0).executionSummary?.executionOrder === 1);
    await commands.executeCommand("graft.interruptKernel");
    await running;
    assert.deepEqual(notebook.shown(1), []);
  });

  test("forget their variables at a restart, also while a cell runs", async () => {
    notebook = await TestNotebook.create("restart", ["const gone = 1;", "while (true) {}", "typeof gone"]);
    await notebook.run(0);
    const running = notebook.run(1);
    await waitUntil("a running cell", () => notebook.cell(1).executionSummary?.executionOrder === 2);
    await commands.executeCommand("graft.restartKernel");
    await running;
    assert.match(notebook.error(1).message, /restarted/);
    await notebook.run(2);
    assert.match(notebook.text(2), /undefined/);
    assert.equal(notebook.cell(2).executionSummary?.executionOrder, 1);
  });

  test("tell how the kernel ended, offer a restart, and the next cell starts a new kernel", async () => {
    notebook = await TestNotebook.create("exit", ["process.exit(7)", "1 + 1"]);
    await notebook.run(0);
    assert.match(notebook.error(0).message, /exit code 7/);
    await waitForNotification("Restart Kernel");
    await screenshot("kernel-ended");
    await commands.executeCommand("notifications.clearAll");
    await notebook.run(1);
    assert.equal(notebook.text(1), "2");
  });

  test("update a display in place, also from a later cell and after they have ended", async () => {
    notebook = await TestNotebook.create("display", [
      "const shown = display('first'); console.log('after');",
      "shown.update('second');",
      "setTimeout(() => shown.update('third'), 50);",
    ]);
    await notebook.run(0);
    const [output] = notebook.cell(0).outputs;
    await notebook.run(1);
    assert.match(notebook.shown(0)[0]?.text ?? "", /second/);
    assert.equal(notebook.cell(0).outputs.length, 2);
    assert.equal(notebook.cell(0).outputs[0], output, "the output was replaced by another one instead of updated");
    await notebook.run(2);
    await waitUntil("the late update", () => (notebook.shown(0)[0]?.text ?? "").includes("third"));
    await waitUntil("a cell that succeeded", () => notebook.cell(0).executionSummary?.success === true);
    assert.equal(notebook.cell(0).executionSummary?.executionOrder, 1);
  });

  test("reach the same kernel when the notebook is closed and opened again", async () => {
    notebook = await TestNotebook.create("reopened", ["const kept = process.pid;", "kept === process.pid"]);
    await notebook.run(0);
    const { document } = notebook;
    await notebook.close();
    await waitUntil("a closed notebook", () => document.isClosed);
    notebook = await TestNotebook.open(document.uri);
    await notebook.run(1);
    assert.equal(notebook.text(1), "true");
  });

  test("are saved as valid nbformat that names the kernel", async () => {
    notebook = await TestNotebook.create("saved", [
      "console.log('x'); display({ a: 1 }); 5",
      "throw new Error('on purpose')",
    ]);
    await notebook.runAll();
    await commands.executeCommand("workbench.action.files.save");
    const saved = JSON.parse(await readFile(notebook.document.uri.fsPath, "utf8")) as SavedNotebook;
    assert.equal(saved.metadata.kernelspec.name, "graft");
    const [first, second] = saved.cells;
    assert.ok(first && second);
    assert.deepEqual(
      first.outputs.map(({ output_type }) => output_type),
      ["stream", "display_data", "execute_result"],
    );
    assert.deepEqual(Object.keys(first.outputs[1] ?? {}).sort(), ["data", "metadata", "output_type"]);
    assert.equal(first.outputs[2]?.execution_count, 1);
    assert.deepEqual(Object.keys(second.outputs[0] ?? {}).sort(), ["ename", "evalue", "output_type", "traceback"]);
  });
});

interface SavedNotebook {
  readonly metadata: { readonly kernelspec: { readonly name: string } };
  readonly cells: readonly {
    readonly outputs: readonly { readonly output_type: string; readonly execution_count?: number }[];
  }[];
}
