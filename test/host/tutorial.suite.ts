import { strict as assert } from "node:assert";
import { commands, NotebookCellKind, NotebookRange, NotebookEditorRevealType, window } from "vscode";
import { waitForFigure } from "./figures";
import { compareOverFewerSeeds } from "./shortTutorial";
import { TestNotebook, waitUntil } from "./testNotebook";
import { click, screenshot, setTheme, waitInFrames } from "./workbenchPage";

suite("tutorial 01", () => {
  let notebook: TestNotebook;

  suiteSetup(async () => {
    await commands.executeCommand("workbench.action.openWalkthrough", "graft.graft-lab#graft.getStarted", false);
    await waitInFrames("the walkthrough", `document.querySelector(".getting-started-step") !== null`);
    await screenshot("packaged-walkthrough");
    await click('.getting-started-step .monaco-button:has-text("Open Tutorial")');
    const isOpen = () => window.activeNotebookEditor?.notebook.uri.path.endsWith("01-first-transfer.ipynb") === true;
    await waitUntil("the tutorial", isOpen);
    const uri = window.activeNotebookEditor?.notebook.uri;
    assert.ok(uri);
    notebook = await TestNotebook.open(uri);
    await compareOverFewerSeeds(notebook);
  });

  suiteTeardown(async () => {
    await setTheme("light");
    await notebook.close();
    await commands.executeCommand("graft.shutdownAll");
  });

  test("opens as a copy", () => {
    assert.match(notebook.document.uri.path, /graft-tutorials/);
  });

  test("runs to its end: every cell succeeds, in order, with its time", async () => {
    await notebook.runAll();
    const orders: (number | undefined)[] = [];
    for (const index of codeCells()) {
      const { success, executionOrder, timing } = notebook.cell(index).executionSummary ?? {};
      assert.equal(success, true, `cell ${index} failed: ${notebook.text(index).slice(0, 2_000)}`);
      assert.ok(timing && timing.endTime >= timing.startTime, `cell ${index} has no time`);
      orders.push(executionOrder);
    }
    assert.deepEqual(
      orders,
      orders.map((_, index) => index + 1),
    );
  }).timeout(300_000);

  for (const theme of ["light", "dark"] as const) {
    test(`shows what was drawn: curves, a map of features, a comparison, in the ${theme} theme`, async () => {
      await setTheme(theme);
      await reveal("show.embedding");
      const map = await waitForFigure("embedding", `!figure.live && figure.theme === "${theme}"`);
      assert.equal(map.points, 1_000);
      assert.ok(map.traces >= 10, `expected a trace for each digit, but ${map.traces} were drawn`);
      await screenshot(`tutorial-embedding-${theme}`);

      await reveal("model.fineTune");
      // Curves of the head may be in sight as well; they have a point or two.
      const curves = await waitForFigure("curves", `!figure.live && figure.theme === "${theme}" && figure.points > 10`);
      assert.ok(curves.traces >= 2, `expected loss and accuracy, but ${curves.traces} traces were drawn`);
      assert.ok(curves.points > 10, `expected a point for each epoch, but ${curves.points} were drawn`);
      await screenshot(`tutorial-curves-${theme}`);

      await reveal("compareStrategies");
      const comparison = await waitForFigure("comparison", `!figure.live && figure.theme === "${theme}"`);
      assert.equal(comparison.rows, 9, "expected three strategies for each of three label counts");
      await screenshot(`tutorial-comparison-${theme}`);
    });
  }

  /** The first cell that calls this function. */
  function indexOf(name: string): number {
    const index = codeCells().find((cell) => notebook.cell(cell).document.getText().includes(`${name}(`));
    assert.ok(index !== undefined, `no cell calls ${name}`);
    return index;
  }

  /** Brings the first cell that calls this function to the top of the window. */
  async function reveal(name: string): Promise<void> {
    const index = indexOf(name);
    const editor = await window.showNotebookDocument(notebook.document);
    editor.revealRange(new NotebookRange(index, index + 1), NotebookEditorRevealType.AtTop);
  }

  function codeCells(): number[] {
    return notebook.document
      .getCells()
      .filter(({ kind }) => kind === NotebookCellKind.Code)
      .map(({ index }) => index);
  }
});
