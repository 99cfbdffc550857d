import { strict as assert } from "node:assert";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commands, workspace } from "vscode";
import {
  acceptQuickInput,
  clickInNotification,
  runFromPalette,
  waitForNotification,
  waitForQuickInput,
} from "./palette";
import { TestNotebook, waitUntil, workspaceFolder } from "./testNotebook";
import { typeText } from "./workbenchPage";

suite("the kernel of a notebook", () => {
  let notebook: TestNotebook;

  teardown(async () => {
    await commands.executeCommand("notifications.clearAll");
    await notebook.close();
    await commands.executeCommand("graft.shutdownAll");
  });

  test("restarts and runs all cells", async () => {
    notebook = await TestNotebook.create("restart-run-all", [
      "const first = process.pid;\nfirst",
      "first === process.pid",
    ]);
    await notebook.runAll();
    const before = notebook.text(0);
    await runFromPalette("Graft: Restart Kernel and Run All Cells");
    await waitUntil("another process", () => notebook.text(0) !== "" && notebook.text(0) !== before);
    await waitUntil("the last cell's end", () => notebook.cell(1).executionSummary?.success === true);
    assert.equal(notebook.text(1), "true");
    assert.deepEqual(
      notebook.document.getCells().map(({ executionSummary }) => executionSummary?.executionOrder),
      [1, 2],
    );
  });

  test("goes on with its cell while the notebook is closed, and is found again when that is opened", async () => {
    const stop = join(workspaceFolder(), "reopened-stop");
    notebook = await TestNotebook.create("closed-while-running", [
      `import { existsSync } from "node:fs";
let count = 0;
while (!existsSync("reopened-stop")) { console.log(count++); await new Promise((r) => setTimeout(r, 20)); }`,
    ]);
    void notebook.run(0);
    await waitUntil("some lines", () => notebook.text(0).includes("\n10\n"));
    const { document } = notebook;
    await notebook.close();
    // VS Code keeps the document while the cell changes it; either way the person finds it running.
    notebook = await TestNotebook.open(document.uri);
    const before = notebook.text(0).length;
    await waitUntil("further lines", () => notebook.text(0).length > before + 20);
    await writeFile(stop, "");
    await waitUntil("the cell's end", () => notebook.cell(0).executionSummary?.success === true);
    const lines = notebook.text(0).trimEnd().split("\n");
    assert.deepEqual(
      lines,
      lines.map((_, index) => String(index)),
    );
  });

  test("runs in the Node that was selected, and one that is too old is refused", async () => {
    const folder = await mkdtemp(join(tmpdir(), "graft-nvm-"));
    process.env.NVM_DIR = folder;
    try {
      await pretendNode(folder, "v18.20.8", "echo 18.20.8");
      const other = await pretendNode(
        folder,
        "v99.0.0",
        `if [ "$1" = -p ]; then echo 99.0.0; else NODE_SELECTED=yes exec "${process.execPath}" "$@"; fi`,
      );
      notebook = await TestNotebook.create("select-node", ["process.env.NODE_SELECTED ?? 'no'"]);
      await notebook.run(0);
      assert.match(notebook.text(0), /no/);

      await runFromPalette("Graft: Select Node");
      await waitForQuickInput("Node 18.20.8");
      await typeText("v18.20.8");
      await acceptQuickInput("too old", "select-node");
      await waitForNotification("Expected Node 20.19 or newer to run the kernel, but found Node 18.20.8");
      await commands.executeCommand("notifications.clearAll");

      await runFromPalette("Graft: Select Node");
      await waitForQuickInput("Node 99.0.0");
      await typeText("v99.0.0");
      await acceptQuickInput("Node 99.0.0");
      await waitUntil("the setting", () => workspace.getConfiguration().get("graft.nodePath") === other);
      await waitForNotification("Restart Kernel");
      await clickInNotification("Restart Kernel");
      // The restart goes on behind the message; a cell that is run meanwhile is told so.
      const deadline = Date.now() + 30_000;
      while (!notebook.text(0).includes("yes")) {
        assert.ok(Date.now() < deadline, `the kernel still runs in the old Node: ${notebook.text(0)}`);
        await notebook.run(0);
      }
    } finally {
      delete process.env.NVM_DIR;
      await workspace.getConfiguration().update("graft.nodePath", undefined, true);
      await rm(folder, { recursive: true });
    }
  });
});

/** A program in nvm's folder that says it is this version. Returns its path. */
async function pretendNode(folder: string, version: string, script: string): Promise<string> {
  const bin = join(folder, "versions", "node", version, "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "node"), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, "node"), 0o755);
  return join(bin, "node");
}
