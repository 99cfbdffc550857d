import { strict as assert } from "node:assert";
import { commands, Position, Range, WorkspaceEdit, workspace } from "vscode";
import { TestNotebook, waitUntil } from "./testNotebook";
import { screenshot, waitInFrames } from "./workbenchPage";

suite("stale marks", () => {
  let notebook: TestNotebook;

  teardown(async () => {
    await notebook.close();
    await commands.executeCommand("graft.shutdownAll");
  });

  test("tell a name that was defined again, go when the cell runs again, and nothing runs by itself", async () => {
    notebook = await TestNotebook.create("stale", ["let rate = 1;", "const twice = rate * 2;\ntwice", "'apart'"]);
    await notebook.runAll();
    await waitForMarks([]);
    await notebook.run(0);
    await waitForMarks(["Stale cell: `rate` was defined again by cell [4] after this cell ran."]);
    assert.equal(notebook.cell(1).executionSummary?.executionOrder, 2);
    await screenshot("stale-cell");
    await notebook.run(1);
    await waitForMarks([]);
  });

  test("tell a changed text until it is put back, and none is left after a restart", async () => {
    notebook = await TestNotebook.create("edited", ["1 + 1", "2 + 2"]);
    await notebook.runAll();
    const { uri } = notebook.cell(0).document;
    const edit = async (range: Range, text: string): Promise<void> => {
      const change = new WorkspaceEdit();
      change.replace(uri, range, text);
      await workspace.applyEdit(change);
    };
    const start = new Position(0, 0);
    await edit(new Range(start, start), "10 + ");
    await waitForMarks(["Stale cell: The text of this cell has changed since it ran."]);
    await edit(new Range(start, new Position(0, 5)), "");
    await waitForMarks([]);
    await edit(new Range(start, start), "10 + ");
    await waitForMarks(["Stale cell: The text of this cell has changed since it ran."]);
    await commands.executeCommand("graft.restartKernel");
    await waitForMarks([]);
    await notebook.run(1);
    await waitUntil("a result", () => notebook.text(1) === "4");
    await waitForMarks([]);
  });
});

/** Waits until the cells bear these marks and no other. */
async function waitForMarks(labels: readonly string[]): Promise<void> {
  const found = `[...document.querySelectorAll('.cell-status-item[aria-label^="Stale cell"]')].map((item) => item.ariaLabel)`;
  await waitInFrames(
    `the stale marks ${JSON.stringify(labels)}`,
    `document.querySelector(".cell-statusbar-container") !== null && JSON.stringify(${found}) === ${JSON.stringify(JSON.stringify(labels))}`,
  );
}
