import { strict as assert } from "node:assert";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { commands, NotebookCellData, NotebookCellKind, NotebookEdit, window, workspace, WorkspaceEdit } from "vscode";
import { waitForFigure } from "./figures";
import { acceptQuickInput, runFromPalette, waitForNotification, waitForQuickInput } from "./palette";
import { TestNotebook, waitUntil, workspaceFolder } from "./testNotebook";
import { press, screenshot, setTheme, typeText, waitInFrames } from "./workbenchPage";

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

  test("a tutorial is chosen by topic and time, and opens as a copy", async () => {
    await runFromPalette("Graft: Open Tutorial");
    await waitForQuickInput("minutes");
    await acceptQuickInput("01 · First transfer", "pick-tutorial");
    await waitUntil("the copy", () => {
      const path = window.activeNotebookEditor?.notebook.uri.path ?? "";
      return path.endsWith("graft-tutorials/01-first-transfer.ipynb");
    });
    await commands.executeCommand("workbench.action.closeActiveEditor");
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

suite("commands by keys and in high contrast", function () {
  this.timeout(120_000);
  let notebook: TestNotebook;

  suiteSetup(async () => {
    notebook = await TestNotebook.create("keys", [
      `import { backbones, datasets, graft } from "graft";
const digits = await datasets.mnist();
const scarce = digits.train.sample({ labels: 50, seed: 1 });
const backbone = await backbones.load("fashion-cnn");
const model = graft(backbone, { classes: scarce.classes });
await model.fineTune(scarce, { lastLayers: 2, epochs: 3, plot: false });`,
    ]);
    await notebook.run(0);
  });

  suiteTeardown(async () => {
    await setTheme("light");
    await notebook.close();
    await commands.executeCommand("graft.shutdownAll");
  });

  const chord = async (last: string): Promise<void> => {
    notebook.select(notebook.document.cellCount - 1);
    await commands.executeCommand("notebook.cell.quitEdit");
    await press("Control+K");
    await press("Control+G");
    await press(last);
  };

  test("Ctrl+K Ctrl+G and C, E or F show curves, map features, fine-tune", async () => {
    const before = notebook.document.cellCount;
    await chord("c");
    await ran(notebook, before);
    assert.match(notebook.cell(before).document.getText(), /show\.curves\(model\);$/);
    await chord("e");
    await waitForQuickInput("Map features by which method?");
    await press("Escape");
    await chord("f");
    await waitForQuickInput("Fine-tune how many layers of model?");
    await press("Escape");
    assert.equal(notebook.document.cellCount, before + 1);
  });

  test("with several models, curves of one or more; pickers and figures can be seen in high contrast", async () => {
    const at = notebook.document.cellCount;
    await insertAndRun(`const second = graft(backbone, { classes: scarce.classes });
await second.fineTune(scarce, { lastLayers: 1, epochs: 3, plot: false });`);
    await ran(notebook, at);
    await setTheme("contrast");
    await runFromPalette("Graft: Show Curves");
    await waitForQuickInput("Curves of which models?");
    await press("ArrowDown");
    await press("ArrowDown");
    await press("Space");
    await screenshot("pick-models-contrast");
    await press("Enter");
    await ran(notebook, at + 1);
    assert.match(notebook.cell(at + 1).document.getText(), /show\.curves\(\{ (second, model|model, second) \}\);$/);
    notebook.reveal(at + 1);
    await waitForFigure("curves", 'figure.theme === "high-contrast"');
    await screenshot("curves-contrast");

    await insertAndRun(`import { show } from "graft";\nawait show.confusion(model, digits.test.subset(0, 500));`);
    await ran(notebook, at + 2);
    notebook.reveal(at + 2);
    await waitForFigure("confusion", 'figure.theme === "high-contrast"');
    await screenshot("confusion-contrast");
    await insertAndRun(`await show.embedding(model, digits.test.subset(0, 400), { method: "pca" });`);
    await ran(notebook, at + 3);
    notebook.reveal(at + 3);
    await waitForFigure("embedding", '!figure.live && figure.theme === "high-contrast"');
    await screenshot("embedding-contrast");
    await setTheme("contrast-light");
    await waitForFigure("embedding", 'figure.theme === "high-contrast-light"');
    await screenshot("embedding-contrast-light");
    await runFromPalette("Graft: Load Backbone");
    await waitForQuickInput("Load which backbone?");
    await screenshot("pick-backbone-contrast-light");
    await press("Escape");
  });

  async function insertAndRun(code: string): Promise<void> {
    const at = notebook.document.cellCount;
    const edit = new WorkspaceEdit();
    const cell = new NotebookCellData(NotebookCellKind.Code, code, "typescript");
    edit.set(notebook.document.uri, [NotebookEdit.insertCells(at, [cell])]);
    await workspace.applyEdit(edit);
    notebook.select(at);
    await notebook.run(at);
  }
});

/** Waits until the cell is there and has run; fails when it failed. */
async function ran(notebook: TestNotebook, index: number): Promise<void> {
  const done = (): boolean =>
    notebook.document.cellCount > index && notebook.cell(index).executionSummary?.success !== undefined;
  await waitUntil(`cell ${index} that has run`, done, 40_000);
  assert.equal(notebook.cell(index).executionSummary?.success, true, notebook.text(index).slice(0, 500));
}
