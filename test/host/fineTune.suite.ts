import { strict as assert } from "node:assert";
import { commands, window } from "vscode";
import { waitForFigure } from "./figures";
import {
  acceptQuickInput,
  clickInNotification,
  pressUntilGone,
  runFromPalette,
  waitForNotification,
  waitForQuickInput,
} from "./palette";
import { TestNotebook, waitUntil } from "./testNotebook";
import { press, screenshot, typeText } from "./workbenchPage";

const command = "Graft: Fine-tune Last N Layers";
const cells = [
  `import { backbones, datasets, graft } from "graft";
const digits = await datasets.mnist();
const scarce = digits.train.sample({ labels: 50, seed: 1 });`,
  `const model = graft(await backbones.load("fashion-cnn"), { classes: digits.train.classes, seed: 1 });
await model.trainHead(scarce, { plot: false });`,
];

suite("fine-tune command", () => {
  let notebook: TestNotebook | undefined;

  teardown(async () => {
    await notebook?.close();
    notebook = undefined;
    await commands.executeCommand("notifications.clearAll");
    await commands.executeCommand("graft.shutdownAll");
  });

  test("without a notebook offers the tutorial", async () => {
    await commands.executeCommand("workbench.action.closeAllEditors");
    await runFromPalette(command);
    await waitForNotification("Open Tutorial 01");
  });

  test("without a kernel offers to run the cells, without a model says how to make one", async () => {
    notebook = await TestNotebook.create("no-model", ["1 + 1"]);
    await runFromPalette(command);
    await waitForNotification("Run All");
    await commands.executeCommand("notifications.clearAll");
    await notebook.run(0);
    await runFromPalette(command);
    await waitForNotification("graft(backbone, { classes })");
  });

  test("while a cell runs says which one, and offers to stop it", async () => {
    notebook = await TestNotebook.create("busy", ["while (true) {}"]);
    const running = notebook.run(0);
    await waitUntil("a running cell", () => notebook?.cell(0).executionSummary?.executionOrder === 1);
    await runFromPalette(command);
    await waitForNotification("Cell 1 is still running");
    await clickInNotification("Interrupt");
    await running;
  });

  test("Enter, Enter, Enter inserts a readable cell below the active one and runs it", async () => {
    notebook = await TestNotebook.create("fine-tune", cells);
    await notebook.runAll();
    notebook.select(1);
    await runFromPalette(command);
    await acceptQuickInput("Fine-tune how many layers of model?", "pick-layers");
    await acceptQuickInput("1e-3", "pick-learning-rate");
    await acceptQuickInput("20");
    await waitUntil(
      "a third cell that has run",
      () => notebook?.document.cellCount === 3 && hasRun(notebook, 2),
      60_000,
    );
    const lines = notebook.cell(2).document.getText().split("\n");
    assert.match(lines[0] ?? "", /^\/\/ Last layers: .*head; everything before stays frozen\.$/);
    assert.match(
      lines[1] ?? "",
      /^await model\.fineTune\(scarce, \{ lastLayers: \d+, learningRate: 1e-3, epochs: 20 \}\);$/,
    );
    assert.equal(lines[2], "await model.evaluate(digits.test)");
    assert.equal(notebook.cell(2).executionSummary?.success, true, notebook.text(2).slice(0, 500));
    assert.match(notebook.text(2), /accuracy/);
    assert.ok(showsFigure(notebook, 2), "the curves are not below the cell that trained");
    assert.equal(window.activeNotebookEditor?.selection.start, 2);
    const curves = await waitForFigure("curves", "!figure.live");
    assert.ok(curves.traces >= 2, `expected curves of loss and accuracy, but ${curves.traces} traces were drawn`);
    await screenshot("fine-tuned");
  });

  test("shows progress while curves grow; Cancel keeps the weights", async () => {
    notebook = await TestNotebook.create("cancel", [...cells, "await model.evaluate(digits.test)"]);
    await notebook.run(0, 2);
    notebook.select(1);
    await runFromPalette(command);
    await acceptQuickInput("Fine-tune how many layers of model?");
    await acceptQuickInput("1e-3");
    await waitForQuickInput("20");
    await typeText("5000");
    await press("Enter");
    await waitForNotification("Training", 60_000);
    const first = await waitForFigure("curves", "figure.live && figure.drawings > 1");
    const second = await waitForFigure("curves", `figure.live && figure.drawings > ${first.drawings}`);
    assert.ok(second.drawings > first.drawings, "the figure was not updated in place");
    await screenshot("fine-tuning");
    await pressUntilGone("Cancel");
    await waitUntil("an interrupted cell", () => notebook !== undefined && hasRun(notebook, 2), 30_000);
    assert.equal(notebook.error(2).name, "InterruptedError");
    await notebook.run(3);
    assert.match(notebook.text(3), /accuracy/);
  });
});

function showsFigure(notebook: TestNotebook, index: number): boolean {
  return notebook.shown(index).some(({ mime }) => mime === "application/vnd.graft.figure.v1+json");
}

function hasRun(notebook: TestNotebook, index: number): boolean {
  return notebook.cell(index).executionSummary?.success !== undefined;
}
