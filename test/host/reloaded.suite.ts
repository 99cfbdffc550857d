import { strict as assert } from "node:assert";
import { writeFile } from "node:fs/promises";
import { commands, window } from "vscode";
import { waitForNotification } from "./palette";
import { crashed, ended, keepKernelsFor, notebookUri, running, stopFile } from "./reloadScenario";
import { TestNotebook, waitUntil } from "./testNotebook";
import { screenshot, waitInFrames } from "./workbenchPage";

/** The window after the reload: nothing is run here, everything has been begun before. */
suite("a window that was reloaded", () => {
  let notebook: TestNotebook;

  suiteTeardown(async () => {
    await keepKernelsFor(undefined);
    await commands.executeCommand("graft.shutdownAll");
  });

  test("finds its notebook again, with the cell still running", async () => {
    const uri = notebookUri(running.name).toString();
    const isOpen = (): boolean => window.activeNotebookEditor?.notebook.uri.toString() === uri;
    await waitUntil("the notebook of the window before", isOpen);
    notebook = TestNotebook.found();
    await waitUntil("the lines of before", () => notebook.text(0).includes("line 20\n"));
    const last = lastLine();
    await waitUntil("new lines", () => lastLine() > last + 3);
    assert.equal(notebook.cell(0).executionSummary?.success, undefined);
    await waitInFrames(
      "a cell that is shown as running",
      `document.querySelector(".codicon-notebook-state-executing") !== null`,
    );
    await screenshot("reloaded-running");
    notebook.reveal(1);
    await waitInFrames(
      "cells that are shown as waiting",
      `document.querySelector(".codicon-notebook-state-pending") !== null`,
    );
  });

  test("has every line once and in order, and the time since the cell's start", async () => {
    await writeFile(stopFile(), "");
    await waitUntil("the cell's end", () => notebook.cell(0).executionSummary?.success === true);
    const lines = notebook.text(0).trimEnd().split("\n");
    assert.deepEqual(
      lines,
      lines.map((_, index) => `line ${index}`),
    );
    const { executionOrder, timing } = notebook.cell(0).executionSummary ?? {};
    assert.equal(executionOrder, 1);
    assert.ok(timing && timing.endTime - timing.startTime > lines.length * 45, "the time does not begin at the start");
  });

  test("goes on with the cells that waited, and interrupts them", async () => {
    await waitUntil("the waiting cell's end", () => notebook.cell(1).executionSummary?.success === true);
    assert.equal(notebook.text(1), "after true\n");
    await waitUntil("the endless cell", () => notebook.text(2).includes("endless"));
    await commands.executeCommand("notebook.cancelExecution");
    await waitUntil("the endless cell's end", () => notebook.cell(2).executionSummary?.success === false);
    assert.equal(notebook.error(2).name, "InterruptedError");
    assert.match(notebook.text(0), /^line 0\n/);
  });

  test("shows all of a cell that ended meanwhile, when its notebook is looked at again", async () => {
    const other = await TestNotebook.open(notebookUri(ended.name));
    await waitUntil("the cell's end", () => other.cell(0).executionSummary?.success === false);
    assert.equal(other.shown(0)[0]?.text, "before\nwhile nobody looked\n");
    assert.equal(other.error(0).name, "RangeError");
    await screenshot("reloaded-ended");
  });

  test("tells of a kernel that died while its notebook was not looked at, and which cell ran", async () => {
    const other = await TestNotebook.open(notebookUri(crashed.name));
    await waitForNotification("Cell [1] was running");
    await screenshot("reloaded-crashed");
    assert.equal(other.cell(0).executionSummary?.success, undefined);
  });

  function lastLine(): number {
    return Number(/line (\d+)\n$/.exec(notebook.text(0))?.[1] ?? -1);
  }
});
