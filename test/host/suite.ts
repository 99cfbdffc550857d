/**
 * Entry of the host tests inside the extension host, the same for VS Code's desktop version and its server: runs every
 * `*.suite.ts` with Mocha and writes what came of it for the runner. A new suite gets a line in `loadSuites`.
 */
import { appendFileSync } from "node:fs";
import Mocha from "mocha";
import { hostVariables } from "./control";
import { hostVariable, loadedAnew, outcome, writeResult } from "./reloadWindow";
import { screenshot } from "./workbenchPage";

async function loadSuites(): Promise<void> {
  if (await loadedAnew()) {
    await import("./reloaded.suite");
    return;
  }
  await import("./smoke.suite");
  await import("./cells.suite");
  await import("./kernel.suite");
  await import("./crash.suite");
  await import("./input.suite");
  await import("./server.suite");
  await import("./language.suite");
  await import("./stale.suite");
  await import("./views.suite");
  await import("./fineTune.suite");
  await import("./tutorial.suite");
  // The last one: its last test loads the window anew.
  await import("./reload.suite");
}

/** Called by VS Code. Rejects when a test failed. */
export async function run(): Promise<void> {
  const log = hostVariable("log");
  // In the extension host, the console belongs to VS Code.
  Mocha.reporters.Base.consoleLog = (...line: unknown[]) => appendFileSync(log, `${format(line)}\n`);
  const mocha = new Mocha({ ui: "tdd", reporter: "spec", color: false, timeout: 60_000, slow: 5_000 });
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  await loadSuites();
  // What the window looked like when a test failed often says why.
  mocha.suite.afterEach(async function () {
    if (this.currentTest?.state === "failed") {
      await screenshot(`failed-${this.currentTest.fullTitle().replaceAll(/\W+/g, "-").slice(0, 80)}`);
    }
  });
  const only = process.env[hostVariables.only];
  // The tests behind a reload belong together, and to the one before it.
  if (only !== undefined && only !== "" && !(await loadedAnew())) mocha.fgrep(only);
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on("pass", () => outcome.passed++)
      .on("fail", (test: Mocha.Runnable, error: Error) => {
        outcome.failures.push({ title: test.fullTitle(), message: error.stack ?? error.message });
      });
  });
  await writeResult();
  if (outcome.failures.length > 0) {
    throw new Error(`${outcome.failures.length} host tests failed`);
  }
}

function format(line: readonly unknown[]): string {
  const [template = "", ...values] = line;
  let next = 0;
  const text = String(template).replaceAll(/%[sdoOj]/g, () => String(values[next++]));
  return [text, ...values.slice(next).map(String)].join(" ");
}
