/** Mocha inside the extension host: runs the suites that `load` imports and writes what came of them for the runner. */
import { appendFileSync } from "node:fs";
import Mocha from "mocha";
import { hostVariable, outcome, writeResult } from "./reloadWindow";
import { screenshot } from "./workbenchPage";

/** `only`: runs only tests whose title contains it. Rejects when a test failed. */
export async function runMocha(load: () => Promise<void>, only = ""): Promise<void> {
  const log = hostVariable("log");
  // In the extension host, the console belongs to VS Code.
  Mocha.reporters.Base.consoleLog = (...line: unknown[]) => appendFileSync(log, `${format(line)}\n`);
  const mocha = new Mocha({ ui: "tdd", reporter: "spec", color: false, timeout: 60_000, slow: 5_000 });
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  await load();
  // What the window looked like when a test failed often says why.
  mocha.suite.afterEach(async function () {
    if (this.currentTest?.state === "failed") {
      await screenshot(`failed-${this.currentTest.fullTitle().replaceAll(/\W+/g, "-").slice(0, 80)}`);
    }
  });
  if (only !== "") mocha.fgrep(only);
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
