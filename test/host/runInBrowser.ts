/** Runs a host suite in VS Code's server, with the workbench in headless Chromium. */
import { basename, join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { chromiumFlags, findChromium } from "../../scripts/chromium";
import { step } from "../../src/cli/progress";
import type { SuiteResult } from "../../scripts/suiteResult";
import {
  installExtension,
  installVscodeServer,
  remoteUri,
  startVscodeServer,
  workbenchUrl,
} from "../../scripts/vscodeServer";
import { hostVariables } from "./control";
import { runHostSuite, type HostRun } from "./hostRun";

/** Everything has to work without the internet, so nothing but this machine can be reached. */
const flags = [...chromiumFlags, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];

/** What a window is opened on. */
export interface HostSubject {
  /** The extension under development. */
  readonly extension: string;
  /** Entry of the suite. */
  readonly suite: string;
  /** Extensions to install first, as `.vsix` files. */
  readonly install?: readonly string[];
}

export async function runInBrowser(subject: HostSubject, timeoutMs: number): Promise<SuiteResult> {
  const install = await installVscodeServer();
  const executablePath = await findChromium();
  return runHostSuite(async (run) => {
    const extensionsFolder = join(run.folder, "extensions");
    for (const vsix of subject.install ?? []) {
      await step(`installing ${basename(vsix)}`, () => installExtension(install, vsix, extensionsFolder));
    }
    let tellDeath: (reason: string) => void = () => undefined;
    const died = new Promise<string>((resolve) => (tellDeath = resolve));
    let exits = 0;
    const server = await startVscodeServer({
      install,
      port: 0,
      serverDataFolder: join(run.folder, "server"),
      userDataFolder: run.userDataFolder,
      extensionsFolder,
      testDriver: true,
      env: { ...run.env, [hostVariables.extensions]: extensionsFolder },
      onLog: (line) => {
        if (process.env.GRAFT_HOST_VERBOSE === "1") process.stderr.write(`  server: ${line}\n`);
        if (line.includes("Extension Host Process exited") && ++exits > run.control.reloads) tellDeath(line);
      },
    });
    let browser: Browser | undefined;
    try {
      browser = await step("opening the workbench in Chromium", () =>
        // Signals are ours: everything is put away before this process ends.
        chromium.launch({
          executablePath,
          args: flags,
          handleSIGINT: false,
          handleSIGTERM: false,
          handleSIGHUP: false,
        }),
      );
      const page = await openPage(browser);
      const ended = await openWorkbench(page, server.port, run, subject);
      const lost = Promise.race([died, run.interrupted, server.ended.then(() => "VS Code's server ended")]);
      return await firstOf(ended.done, lost, timeoutMs);
    } finally {
      await browser?.close();
      await server.stop();
    }
  });
}

async function openPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: "light" });
  const page = await context.newPage();
  // Leaving a page with unsaved changes asks, which a reload on purpose is not to wait for.
  page.on("dialog", (dialog) => void dialog.accept());
  if (process.env.GRAFT_HOST_VERBOSE === "1") {
    page.on("console", (message) => process.stderr.write(`  page: ${message.text()}\n`));
  }
  return page;
}

/** The answer's promise settles when VS Code says that the suite has ended, or when the page is lost. */
async function openWorkbench(
  page: Page,
  port: number,
  run: HostRun,
  { extension, suite }: HostSubject,
): Promise<{ done: Promise<string | undefined> }> {
  let finish: (trouble: string | undefined) => void = () => undefined;
  const done = new Promise<string | undefined>((resolve) => (finish = resolve));
  await page.exposeFunction("codeAutomationExit", () => finish(undefined));
  await page.exposeFunction("codeAutomationLog", () => undefined);
  page.on("crash", () => finish("the page crashed"));
  run.control.attach(page);
  const payload = [
    ["extensionDevelopmentPath", remoteUri(port, extension)],
    ["extensionTestsPath", remoteUri(port, suite)],
    ["skipWelcome", "true"],
  ] as const;
  await page.goto(workbenchUrl(port, run.workspace, payload), { waitUntil: "domcontentloaded" });
  return { done };
}

async function firstOf(
  done: Promise<string | undefined>,
  lost: Promise<string>,
  timeoutMs: number,
): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`the suite did not end within ${timeoutMs / 1000} s`), timeoutMs);
  });
  try {
    return await Promise.race([done, lost, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
