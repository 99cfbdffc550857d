import { strict as assert } from "node:assert";
import { commands } from "vscode";
import { TestNotebook, waitUntil } from "./testNotebook";
import { click, screenshot, setTheme, waitInFrames } from "./workbenchPage";

const setUp = [
  'import { backbones, datasets, graft } from "graft";',
  "const digits = await datasets.mnist();",
  "const scarce = digits.train.sample({ labels: 50, seed: 1 });",
  'const model = graft(await backbones.load("fashion-cnn"), { classes: scarce.classes });',
  "await model.trainHead(scarce, { plot: false });",
].join("\n");

suite("the views Model, Runs and Data", () => {
  let notebook: TestNotebook;

  suiteTeardown(async () => {
    await setTheme("light");
    await commands.executeCommand("workbench.action.closeSidebar");
    await notebook.close();
    await commands.executeCommand("graft.shutdownAll");
  });

  test("say what to do while there is nothing to show", async () => {
    notebook = await TestNotebook.create("views", [setUp]);
    await commands.executeCommand("graft.model.focus");
    await waitInFrames("a welcome", `document.querySelector(".sidebar")?.textContent.includes("No model yet")`);
  });

  test("show layers, trainings and classes, in both themes", async () => {
    await notebook.run(0);
    await waitInFrames("the frozen block", `${row("block1")}?.includes("2 layers")`);
    await waitInFrames("the head that trains", `${row("head")}?.includes("trains")`);
    await waitInFrames("the datasets", `${row("scarce")}?.includes("50 of 28 × 28 × 1")`);
    for (const theme of ["light", "dark"] as const) {
      await setTheme(theme);
      await screenshot(`views-${theme}`);
    }
  });

  test("an action on a layer writes the cell and runs it", async () => {
    const before = notebook.document.cellCount;
    await click('.sidebar .monaco-list-row[aria-label^="head"]');
    await click('.sidebar .monaco-list-row[aria-label^="head"] .action-label[aria-label*="Fine-tune"]');
    await waitUntil("a new cell", () => notebook.document.cellCount === before + 1);
    const cell = notebook.cell(before).document.getText();
    assert.ok(cell.includes('model.fineTune(scarce, { fromLayer: "head" })'), cell);
    await waitUntil("its end", () => notebook.cell(before).executionSummary?.success === true, 40_000);
    await waitInFrames(
      "the training among the runs",
      `document.querySelector(".sidebar")?.textContent.includes("2 trainings")`,
    );
  });
});

/** Text of the tree item with this label. */
function row(label: string): string {
  return `[...document.querySelectorAll(".sidebar .monaco-list-row")].find((row) => row.querySelector(".label-name")?.textContent === ${JSON.stringify(label)})?.textContent`;
}
