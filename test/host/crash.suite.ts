import { strict as assert } from "node:assert";
import { commands } from "vscode";
import { clickInNotification, waitForNotification, acceptQuickInput, runFromPalette } from "./palette";
import { TestNotebook, waitUntil } from "./testNotebook";
import { screenshot } from "./workbenchPage";

const training = `import { backbones, datasets, graft } from "graft";
const digits = await datasets.mnist();
const model = graft(await backbones.load("fashion-cnn"), { classes: digits.train.classes, seed: 1 });
await model.trainHead(digits.train.sample({ labels: 50, seed: 1 }), { plot: false });`;

suite("a kernel that crashes", () => {
  let notebook: TestNotebook;

  teardown(async () => {
    delete process.env.NODE_OPTIONS;
    await commands.executeCommand("notifications.clearAll");
    await notebook.close();
    await commands.executeCommand("graft.shutdownAll");
  });

  for (const { file, name, code, says, nodeOptions } of [
    { file: "crash-abort", name: "by process.abort()", code: "process.abort()", says: /SIGABRT/ },
    {
      file: "crash-kill",
      name: "by SIGKILL",
      code: "process.kill(process.pid, 'SIGKILL'); while (true) {}",
      says: /was killed \(SIGKILL\)/,
    },
    {
      file: "crash-memory",
      name: "because it allocates without end",
      code: "const all: unknown[] = []; for (;;) all.push({ ...all });",
      says: /ran out of memory/,
      nodeOptions: "--max-old-space-size=120",
    },
    {
      file: "crash-exit",
      name: "by process.exit() in a timer",
      code: "setTimeout(() => process.exit(4), 20); await new Promise(() => {})",
      says: /exit code 4/,
    },
  ]) {
    test(`${name}, says so under the cell and in a message, and the cells behind do not run`, async () => {
      // The kernel inherits what the extension host has.
      if (nodeOptions !== undefined) process.env.NODE_OPTIONS = nodeOptions;
      // A file of its own for each: VS Code may still hold the document of the test before.
      notebook = await TestNotebook.create(file, ["const kept = 1;", code, "'never'"]);
      await notebook.runAll();
      const { name: title, message, stack } = notebook.error(1);
      assert.equal(title, "KernelDied");
      assert.match(message, says);
      assert.match(stack, /variables are lost/);
      assert.match(stack, /No checkpoint was left/);
      assert.deepEqual(notebook.shown(2), []);
      await waitForNotification("Cell 2 was running");
      await waitForNotification("Show Kernel Log");
      if (nodeOptions !== undefined) await screenshot("crash-out-of-memory");
    });
  }

  test("offers the checkpoint that it left: one click restarts, inserts a cell that restores it, and runs it", async () => {
    notebook = await TestNotebook.create("crash-restore", [training, "process.abort()"]);
    await notebook.runAll();
    assert.match(notebook.error(1).stack, /Checkpoint: model \(fashion-cnn\), trained: head, saved/);
    await waitForNotification("Restart and Restore");
    await screenshot("crash-restore-offer");
    await clickInNotification("Restart and Restore");
    await waitUntil("an inserted cell", () => notebook.document.cellCount === 3, 60_000);
    const inserted = notebook.document
      .getCells()
      .find((cell) => cell.document.getText().includes("checkpoints.restore"));
    assert.ok(inserted);
    assert.match(inserted.document.getText(), /^const model = await checkpoints\.restore\("model"\);$/m);
    await waitUntil("its end", () => inserted.executionSummary?.success !== undefined, 60_000);
    assert.equal(inserted.executionSummary?.success, true, notebook.text(inserted.index));
    await commands.executeCommand("notifications.clearAll");
    await screenshot("crash-restored");
    assert.match(notebook.text(inserted.index), /head/);
  }).timeout(120_000);

  test("leaves a checkpoint that a command restores later", async () => {
    notebook = await TestNotebook.create("restore-later", [training]);
    await notebook.run(0);
    await commands.executeCommand("graft.restartKernel");
    notebook.select(0);
    await runFromPalette("Graft: Restore Checkpoint");
    await acceptQuickInput("fashion-cnn", "restore-checkpoint");
    await waitUntil(
      "an inserted cell that has run",
      () => notebook.document.cellCount === 2 && notebook.cell(1).executionSummary?.success === true,
      60_000,
    );
    assert.match(notebook.text(1), /head/);
  }).timeout(120_000);
});
