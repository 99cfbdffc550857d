import { strict as assert } from "node:assert";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { commands, window, workspace } from "vscode";
import { waitForFigure } from "./figures";
import { acceptQuickInput, runFromPalette, waitForNotification, waitForQuickInput } from "./palette";
import { TestNotebook, waitUntil, workspaceFolder } from "./testNotebook";
import { press, screenshot, typeText, waitInFrames } from "./workbenchPage";

const saved = join(workspaceFolder(), "from-palette.graft");

suite("commands that write cells", () => {
  let notebook: TestNotebook | undefined;

  suiteSetup(async () => {
    // Dialogs that are typed into, as on a machine without those of the system.
    await workspace.getConfiguration("files").update("simpleDialog.enable", true, true);
    await rm(saved, { force: true });
  });

  suiteTeardown(async () => {
    await workspace.getConfiguration("files").update("simpleDialog.enable", undefined, true);
  });

  teardown(async () => {
    await notebook?.close();
    notebook = undefined;
    await commands.executeCommand("notifications.clearAll");
    await commands.executeCommand("graft.shutdownAll");
  });

  test("a new notebook asks for its data, and Enter takes the digits", async () => {
    await runFromPalette("Graft: New Transfer-Learning Notebook");
    await acceptQuickInput("A new notebook with which data?", "pick-data");
    await waitUntil("a new notebook", () => window.activeNotebookEditor?.notebook.isUntitled === true);
    const cells = window.activeNotebookEditor?.notebook.getCells() ?? [];
    assert.match(cells[1]?.document.getText() ?? "", /datasets\.mnist\(\)/);
    await commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  test("say what is missing and offer what makes it", async () => {
    notebook = await TestNotebook.create("commands-missing", ["1 + 1"]);
    await notebook.run(0);
    await runFromPalette("Graft: Attach Head");
    await waitForNotification("Load Digits");
    await screenshot("command-missing");
  });

  test("by keyboard from a backbone to a saved model", async () => {
    notebook = await TestNotebook.create("commands", [
      `import { datasets } from "graft";
const digits = await datasets.mnist();
const train = digits.train.sample({ labels: 50, seed: 1 });
const test = digits.test.subset(0, 500);`,
    ]);
    await notebook.run(0);
    notebook.select(0);

    await runFromPalette("Graft: Load Backbone");
    await acceptQuickInput("Load which backbone?", "pick-backbone");
    await ran(notebook, 1);

    await runFromPalette("Graft: Attach Head");
    await acceptQuickInput("Which head for backbone?", "pick-head");
    await acceptQuickInput("With the classes of which dataset?");
    await ran(notebook, 2);

    await runFromPalette("Graft: Train Head");
    await acceptQuickInput("Train the head of model by which method?", "pick-method");
    await waitForQuickInput("Train on which dataset?");
    await typeText("50 examples");
    await press("Enter");
    await ran(notebook, 3);
    assert.match(notebook.cell(3).document.getText(), /^await model\.trainHead\(train, \{ method: "linear" \}\);/);
    assert.match(notebook.text(3), /accuracy/);

    await runFromPalette("Graft: Show Curves");
    await ran(notebook, 4);
    await waitForFigure("curves");

    await runFromPalette("Graft: Show Confusion");
    await acceptQuickInput("Which classes are confused on which dataset?");
    await ran(notebook, 5);
    await waitForFigure("confusion");
    await screenshot("commands-confusion");

    await runFromPalette("Graft: Save Checkpoint…");
    await waitForQuickInput("Save model with its history");
    await press("Control+A");
    await typeText(saved);
    await screenshot("save-dialog");
    await press("Enter");
    await ran(notebook, 6);
    assert.equal(notebook.cell(6).document.getText(), 'await model.save("from-palette.graft")');
    assert.ok((await stat(saved)).size > 1000);
    await waitInFrames(
      "the engine in the status bar",
      `[...document.querySelectorAll(".statusbar-item")].some((item) => item.textContent.includes("Graft: idle"))`,
    );
  });
});

/** Waits until the cell is there and has run; fails when it failed. */
async function ran(notebook: TestNotebook, index: number): Promise<void> {
  const done = (): boolean =>
    notebook.document.cellCount > index && notebook.cell(index).executionSummary?.success !== undefined;
  await waitUntil(`cell ${index} that has run`, done, 40_000);
  assert.equal(notebook.cell(index).executionSummary?.success, true, notebook.text(index).slice(0, 500));
}
