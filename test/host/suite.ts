/**
 * Entry of the host tests inside the extension host, the same for VS Code's desktop version and its server: runs every
 * `*.suite.ts` with Mocha and writes what came of it for the runner. A new suite gets a line in `loadSuites`.
 */
import { appendFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import Mocha from "mocha";
import type { SuiteResult } from "../../scripts/suiteResult";
import { hostVariables } from "./control";

async function loadSuites(): Promise<void> {
  await import("./smoke.suite");
  await import("./cells.suite");
  await import("./fineTune.suite");
  await import("./tutorial.suite");
}

/** Called by VS Code. Rejects when a test failed. */
export async function run(): Promise<void> {
  const log = variable(hostVariables.log);
  // In the extension host, the console belongs to VS Code.
  Mocha.reporters.Base.consoleLog = (...line: unknown[]) => appendFileSync(log, `${format(line)}\n`);
  const mocha = new Mocha({ ui: "tdd", reporter: "spec", color: false, timeout: 60_000, slow: 5_000 });
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  await loadSuites();
  const only = process.env[hostVariables.only];
  if (only !== undefined && only !== "") mocha.fgrep(only);
  const result: { passed: number; failures: SuiteResult["failures"][number][] } = { passed: 0, failures: [] };
  await new Promise<void>((resolve) => {
    mocha
      .run(() => resolve())
      .on("pass", () => result.passed++)
      .on("fail", (test: Mocha.Runnable, error: Error) => {
        result.failures.push({ title: test.fullTitle(), message: error.stack ?? error.message });
      });
  });
  await writeAtomically(variable(hostVariables.result), JSON.stringify(result satisfies SuiteResult));
  if (result.failures.length > 0) {
    throw new Error(`${result.failures.length} host tests failed`);
  }
}

async function writeAtomically(file: string, text: string): Promise<void> {
  await writeFile(`${file}.tmp`, text);
  await rename(`${file}.tmp`, file);
}

function format(line: readonly unknown[]): string {
  const [template = "", ...values] = line;
  let next = 0;
  const text = String(template).replaceAll(/%[sdoOj]/g, () => String(values[next++]));
  return [text, ...values.slice(next).map(String)].join(" ");
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`Expected the environment variable ${name}; run npm run test:host`);
  return value;
}
