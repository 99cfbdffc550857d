/**
 * Runs the host suite in VS Code's desktop version, downloaded by `@vscode/test-electron` (or named in `GRAFT_VSCODE`). The
 * window is reached through Chromium's debugging port, so the control channel offers what it offers in the browser.
 */
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { download, runTests } from "@vscode/test-electron";
import { chromium, type Browser, type Page } from "playwright-core";
import { messageOf, step } from "../../src/cli/progress";
import { inProject } from "../../scripts/project";
import type { SuiteResult } from "../../scripts/suiteResult";
import { cacheFolder } from "../../src/lab/data/locations";
import { GraftError } from "../../src/shared/graftError";
import { runHostSuite } from "./hostRun";
import { startDisplay } from "./virtualDisplay";

const WINDOW_TIMEOUT_MS = 60_000;

/** Throws `script/no-desktop-vscode` where VS Code cannot be downloaded, `script/no-display` where nothing can show it. */
export async function runInElectron(timeoutMs: number): Promise<SuiteResult> {
  const vscodeExecutablePath = process.env.GRAFT_VSCODE ?? (await step("downloading VS Code (once)", downloadVscode));
  const display = await startDisplay();
  try {
    return await runHostSuite(async (run) => {
      const port = await freePort();
      let browser: Browser | undefined;
      const attaching = connect(port).then(([opened, page]) => {
        browser = opened;
        run.control.attach(page);
      });
      const suite = runTests({
        vscodeExecutablePath,
        extensionDevelopmentPath: inProject(),
        extensionTestsPath: inProject("dist", "test", "host", "suite.js"),
        extensionTestsEnv: { ...run.env, ...display.env },
        launchArgs: [
          run.workspace,
          `--remote-debugging-port=${port}`,
          ...["--user-data-dir", run.userDataFolder, "--extensions-dir", join(run.folder, "extensions")],
          ...["--disable-workspace-trust", "--skip-welcome", "--skip-release-notes", "--disable-telemetry"],
          ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
        ],
      });
      const tooLate = delay(timeoutMs, `the suite did not end within ${timeoutMs / 1000} s`, { ref: false });
      try {
        const ended = suite.then(
          () => undefined,
          (error: unknown) => messageOf(error),
        );
        const lost = attaching.then(
          () => new Promise<never>(() => undefined),
          (error: unknown) => messageOf(error),
        );
        return await Promise.race([ended, lost, run.interrupted, tooLate]);
      } finally {
        await browser?.close();
      }
    });
  } finally {
    display.stop();
  }
}

async function downloadVscode(): Promise<string> {
  try {
    return await download({ version: "stable", cachePath: join(cacheFolder(), "vscode-desktop"), timeout: 30_000 });
  } catch (error) {
    throw new GraftError({
      code: "script/no-desktop-vscode",
      expected: "VS Code from update.code.visualstudio.com",
      found: messageOf(error),
      remedy:
        "Name an installed one in the environment variable GRAFT_VSCODE, or run npm run test:host, which needs none",
      cause: error,
    });
  }
}

/** The workbench appears some seconds after the debugging port. */
async function connect(port: number): Promise<[Browser, Page]> {
  const deadline = Date.now() + WINDOW_TIMEOUT_MS;
  let trouble = "no window";
  while (Date.now() < deadline) {
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`).catch((error: unknown) => {
      trouble = messageOf(error);
      return undefined;
    });
    const pages = browser?.contexts().flatMap((context) => context.pages()) ?? [];
    const page = pages.find((candidate) => candidate.url().includes("workbench"));
    if (browser !== undefined && page !== undefined) return [browser, page];
    await browser?.close();
    await delay(500);
  }
  throw new Error(`Expected VS Code's window at port ${port} within ${WINDOW_TIMEOUT_MS / 1000} s: ${trouble}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
