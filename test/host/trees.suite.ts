import { strict as assert } from "node:assert";
import { commands } from "vscode";
import { waitForFigure } from "./figures";
import { waitForNotification } from "./palette";
import { TestNotebook, waitUntil } from "./testNotebook";
import { click, press, screenshot, setTheme, waitInFrames } from "./workbenchPage";

const setUp = [
  'import { backbones, datasets, graft } from "graft";',
  "const { train: pool, test: whole } = await datasets.mnist();",
  "const [scarce, held] = [pool.sample({ labels: 50, seed: 1 }), whole.subset(0, 200)];",
  'const model = graft(await backbones.load("fashion-cnn"), { classes: scarce.classes });',
  "await model.trainHead(scarce, { validation: held, plot: false });",
].join("\n");
const tune = "await model.fineTune(scarce, { lastLayers: 3, epochs: 2, validation: held, plot: false });";

suite("the views Model, Runs and Data", function () {
  this.timeout(120_000);
  let notebook: TestNotebook;

  suiteTeardown(async () => {
    await setTheme("light");
    await commands.executeCommand("workbench.action.closeSidebar");
    await notebook.close();
    await commands.executeCommand("graft.shutdownAll");
  });

  test("say what to do while there is nothing to show", async () => {
    notebook = await TestNotebook.create("views", [setUp, tune]);
    await commands.executeCommand("graft.model.focus");
    await waitInFrames("a welcome", `document.querySelector(".sidebar")?.textContent.includes("No model yet")`);
    await waitInFrames("a welcome", `document.querySelector(".sidebar")?.textContent.includes("No training yet")`);
  });

  test("show layers, runs, classes and the feature cache, in all themes", async () => {
    await notebook.run(0);
    await waitInFrames("the frozen block", `${row("block1")}?.includes("frozen")`);
    await waitInFrames("the head that trains", `${row("head")}?.includes("trains")`);
    await waitInFrames("the datasets", `${row("scarce")}?.includes("50 of 28 × 28 × 1")`);
    await notebook.run(1);
    await waitInFrames("the rate of the head", `${row("head")}?.includes("trained at 1e-3")`);
    await waitInFrames("the run", `${row("model: head")}?.includes("validation")`);
    for (const theme of ["light", "dark", "contrast", "contrast-light"] as const) {
      await setTheme(theme);
      await screenshot(`views-${theme}`);
    }
    await setTheme("light");
    await commands.executeCommand("graft.data.focus");
    await press("End");
    await waitInFrames("the feature cache", `/[kM]B of .* GB · \\d+ set/.test(${row("Feature cache")})`);
    const cache = '.sidebar .monaco-list-row[aria-label^="Feature cache"]';
    await waitInFrames("the action that clears it", offered(cache, "Clear Feature Cache"));
    await screenshot("views-cache");
  });

  test("an action on a layer writes the cell and runs it", async () => {
    const before = last();
    await click('.sidebar .monaco-list-row[aria-label^="head"]');
    await click('.sidebar .monaco-list-row[aria-label^="head"] .action-label[aria-label*="Fine-tune"]');
    await waitForCell(before);
    const cell = notebook.cell(before).document.getText();
    assert.ok(cell.includes('model.fineTune(scarce, { fromLayer: "head" })'), cell);
  });

  test("two runs are chosen and compared; one without validation data is named", async () => {
    await commands.executeCommand("graft.runs.focus");
    await click(run("model: head"));
    await press("Shift+ArrowDown");
    await press("Shift+ArrowDown");
    await waitInFrames("three chosen runs", `${chosenRuns}.length === 3`);
    await click(`${run("model: last")} .action-label[aria-label*="Compare"]`);
    await waitForNotification("Without: model: head");
    await commands.executeCommand("notifications.clearAll");
    const before = last();
    await click(run("model: last"));
    await press("Shift+ArrowDown");
    await waitInFrames("two chosen runs", `${chosenRuns}.length === 2`);
    await screenshot("views-runs-chosen");
    await click(`${run("model: last")} .action-label[aria-label*="Compare"]`);
    await waitForCell(before);
    assert.match(notebook.cell(before).document.getText(), /show\.compare\(\[\n {2}runs\.get\(".*"\),\n {2}runs\.get/);
    notebook.reveal(before);
    await waitForFigure("comparison");
    await screenshot("views-runs-compared");
  });

  test("runs are there when their kernel has ended: with curves, to restore, to delete", async () => {
    await commands.executeCommand("graft.shutdownAll");
    await waitInFrames("the runs", `${runRows}.length === 3`);
    let before = last();
    await commands.executeCommand("graft.runs.focus");
    await click(run("model: last"));
    await click(`${run("model: last")} .action-label[aria-label*="Show Curves"]`);
    await waitForCell(before);
    assert.match(notebook.cell(before).document.getText(), /show\.curves\(runs\.get\(".*"\)\);$/);

    before = last();
    await commands.executeCommand("graft.runs.focus");
    await press("Home");
    await click(`${run("model: head")} .action-label[aria-label*="Restore the Model"]`);
    await waitForCell(before);
    assert.match(notebook.cell(before).document.getText(), /checkpoints\.restore\("model"\)/);

    await commands.executeCommand("graft.runs.focus");
    // Under test VS Code shows no modal dialog, so what deletes is offered here and tried in a unit test.
    await waitInFrames("the action that deletes", offered(run("model: last"), "Delete Run"));
  });

  /** Makes the last cell the active one, below which actions write theirs. Answers where that will be. */
  function last(): number {
    const count = notebook.document.cellCount;
    notebook.select(count - 1);
    return count;
  }

  /** Waits until the cell at this place is there and has run; fails when it failed. */
  async function waitForCell(index: number): Promise<void> {
    const done = (): boolean =>
      notebook.document.cellCount > index && notebook.cell(index).executionSummary?.success !== undefined;
    await waitUntil(`cell ${index} that has run`, done, 40_000);
    assert.equal(notebook.cell(index).executionSummary?.success, true, notebook.text(index).slice(0, 500));
  }
});

/** A run whose name begins like this, the newest that is in sight. */
function run(name: string): string {
  return `.sidebar .monaco-list-row[aria-label^="${name}"]`;
}

/** Whether the row has this action. */
function offered(selector: string, action: string): string {
  return `document.querySelector('${selector} .action-label[aria-label*="${action}"]') !== null`;
}

const runRows = `[...document.querySelectorAll('.sidebar .monaco-list-row[aria-label^="model: "]')]`;
const chosenRuns = `${runRows}.filter((row) => row.classList.contains("selected"))`;

/** Text of the tree item with this label. */
function row(label: string): string {
  return `[...document.querySelectorAll(".sidebar .monaco-list-row")].find((row) => row.querySelector(".label-name")?.textContent === ${JSON.stringify(label)})?.textContent`;
}
