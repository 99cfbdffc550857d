import { strict as assert } from "node:assert";
import { extensions, window, workspace } from "vscode";
import { screenshot, setTheme, waitInFrames } from "./workbenchPage";

suite("smoke", () => {
  test("the extension activates", async () => {
    const extension = extensions.getExtension("graft.graft-lab");
    assert.ok(extension, "graft.graft-lab is not among the extensions");
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  test("the tutorials open as notebooks", async () => {
    const [tutorial] = await workspace.findFiles("01-*.ipynb");
    assert.ok(tutorial, "the workspace has no tutorial 01");
    const notebook = await workspace.openNotebookDocument(tutorial);
    await window.showNotebookDocument(notebook);
    assert.equal(notebook.notebookType, "jupyter-notebook");
    await waitInFrames(
      "drawn cells",
      `document.querySelectorAll(".notebookOverlay .cell-list-container .monaco-list-row").length > 1`,
    );
  });

  test("the window wears both themes", async () => {
    for (const theme of ["light", "dark"] as const) {
      await setTheme(theme);
      await screenshot(`smoke-${theme}`);
    }
  });
});
