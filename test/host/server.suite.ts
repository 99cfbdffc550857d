import { strict as assert } from "node:assert";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { commands } from "vscode";
import { startJupyterServer, type JupyterServer } from "../kernel/jupyter/jupyterServer";
import { jupyterHome, setUpTimeoutMs, type JupyterHome } from "../kernel/jupyter/pythonPeers";
import { acceptQuickInput, runFromPalette, waitForNotification, waitForQuickInput } from "./palette";
import { TestNotebook, waitUntil } from "./testNotebook";
import { press, screenshot, typeText, waitInFrames } from "./workbenchPage";

const command = "Graft: Connect to Jupyter Server";

suite("a Jupyter Server", () => {
  let home: JupyterHome;
  let server: JupyterServer;
  let notebook: TestNotebook;

  suiteSetup(async function () {
    this.timeout(setUpTimeoutMs);
    process.env.GRAFT_DIST = join(__dirname, "..", "..");
    home = await jupyterHome();
    delete process.env.GRAFT_DIST;
    server = await startJupyterServer(home);
  });

  suiteTeardown(async function () {
    this.timeout(30_000);
    await server.end();
    home.dispose();
  });

  teardown(async () => {
    await commands.executeCommand("notifications.clearAll");
    await commands.executeCommand("graft.useLocalKernel");
    await notebook.close();
    await commands.executeCommand("graft.shutdownAll");
  });

  test("that is not there, or refuses the token, says so", async () => {
    notebook = await TestNotebook.create("server-wrong", ["1"]);
    const nobody = await unusedPort();
    await connectTo(`http://127.0.0.1:${nobody}/lab?token=x`);
    await waitForNotification(
      `Expected a Jupyter Server at http://127.0.0.1:${nobody}/, but found nobody listening there`,
    );
    await commands.executeCommand("notifications.clearAll");
    await connectTo(`${server.url}lab?token=wrong`);
    await waitForNotification("found a refusal (403)");
    await screenshot("server-wrong-token");
  });

  test("starts a kernel, and the notebook runs there: output, interrupt, restart", async () => {
    notebook = await TestNotebook.create("server", [
      "console.log(process.cwd()); let kept = 1;",
      "while (true) {}",
      "typeof kept",
    ]);
    await connectTo(`${server.url}lab?token=${server.token}`);
    await acceptQuickInput("Start Graft (TypeScript)", "server-kernels");
    await status(`on ${new URL(server.url).host}`);
    await notebook.run(0);
    assert.equal(notebook.text(0).trim(), home.folder);
    const running = notebook.run(1);
    await waitUntil("a running cell", () => notebook.cell(1).executionSummary?.executionOrder === 2);
    await screenshot("server-busy");
    await commands.executeCommand("notebook.cancelExecution");
    await running;
    assert.equal(notebook.error(1).name, "InterruptedError");
    await notebook.run(2);
    assert.match(notebook.text(2), /number/);
    await commands.executeCommand("graft.restartKernel");
    await notebook.run(2);
    assert.match(notebook.text(2), /undefined/);
    assert.equal(notebook.cell(2).executionSummary?.executionOrder, 1);
  }).timeout(120_000);

  test("keeps its kernel when the notebook goes back to this machine; another notebook takes it up", async () => {
    const [kernel] = await kernels();
    assert.ok(kernel, "the kernel of the test before is gone");
    notebook = await TestNotebook.create("server-second", ["1", "process.cwd()"]);
    await runFromPalette(command);
    await waitForQuickInput(server.url);
    await press("Enter");
    await waitForQuickInput(kernel.id.slice(0, 8));
    await typeText(kernel.id.slice(0, 8));
    await acceptQuickInput(kernel.id.slice(0, 8));
    await status(`on ${new URL(server.url).host}`);
    await notebook.run(1);
    assert.match(notebook.text(1), new RegExp(home.folder));
    await runFromPalette("Graft: Use Local Kernel");
    await status("not started");
    await notebook.run(1);
    assert.doesNotMatch(notebook.text(1), new RegExp(home.folder));
    assert.deepEqual(
      (await kernels()).map(({ id }) => id),
      [kernel.id],
    );
  }).timeout(120_000);

  async function connectTo(address: string): Promise<void> {
    await runFromPalette(command);
    await waitForQuickInput("a token in it is taken along");
    await typeText(address);
    await press("Enter");
  }

  async function kernels(): Promise<readonly { readonly id: string }[]> {
    return (await server.ask("GET", "api/kernels")) as readonly { readonly id: string }[];
  }
});

async function status(text: string): Promise<void> {
  const entry = `[...document.querySelectorAll(".statusbar-item")].some((item) => item.textContent.includes("Graft") && item.textContent.includes(${JSON.stringify(text)}))`;
  await waitInFrames(`"${text}" in the status bar`, entry, 60_000);
}

async function unusedPort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return port;
}
