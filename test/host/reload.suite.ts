import { workspace } from "vscode";
import { crashed, ended, keepKernelsFor, running } from "./reloadScenario";
import { reloadWindow } from "./reloadWindow";
import { TestNotebook, waitUntil } from "./testNotebook";
import { waitUntilStored } from "./workbenchPage";

suite("a window that is reloaded", () => {
  test("leaves its cells to the kernels and goes", async () => {
    await keepKernelsFor(120);
    const doomed = await TestNotebook.create(crashed.name, crashed.cells);
    void doomed.run(0);
    await waitUntil("a running cell", () => doomed.cell(0).executionSummary?.executionOrder === 1);
    const short = await TestNotebook.create(ended.name, ended.cells);
    void short.run(0);
    await waitUntil("the first line", () => short.text(0).includes("before"));
    const long = await TestNotebook.create(running.name, running.cells);
    void long.runAll();
    await waitUntil("some lines", () => long.text(0).includes("line 20\n"));
    await workspace.saveAll();
    await waitUntilStored(`${running.name}.ipynb`);
    await reloadWindow();
  });
});
