/**
 * What outlives a reload of the window in the middle of a run: the outcome of the tests so far, in a file that also tells the
 * next extension host that it is the second one. It then runs `reloaded.suite.ts` and nothing else.
 */
import { readFile, rename, writeFile } from "node:fs/promises";
import type { SuiteResult } from "../../scripts/suiteResult";
import { hostVariables } from "./control";
import { reloadPage } from "./workbenchPage";

/** Of all tests up to now, those of the window before included. */
export const outcome: { passed: number; failures: SuiteResult["failures"][number][] } = { passed: 0, failures: [] };

/** True in the window after a reload. */
export async function loadedAnew(): Promise<boolean> {
  const text = await readFile(handedOver(), "utf8").catch(() => undefined);
  if (text === undefined) {
    return false;
  }
  const before = JSON.parse(text) as SuiteResult;
  outcome.passed = before.passed;
  outcome.failures = [...before.failures];
  return true;
}

/** Ends this extension host. The test that calls it counts as passed: what it began is checked by the next window. */
export async function reloadWindow(): Promise<never> {
  await writeAtomically(handedOver(), JSON.stringify({ ...outcome, passed: outcome.passed + 1 } satisfies SuiteResult));
  void reloadPage();
  return new Promise<never>(() => undefined);
}

export async function writeResult(): Promise<void> {
  await writeAtomically(hostVariable("result"), JSON.stringify(outcome satisfies SuiteResult));
}

export function hostVariable(name: keyof typeof hostVariables): string {
  const value = process.env[hostVariables[name]];
  if (value === undefined)
    throw new Error(`Expected the environment variable ${hostVariables[name]}; run npm run test:host`);
  return value;
}

function handedOver(): string {
  return `${hostVariable("result")}.before-reload`;
}

async function writeAtomically(file: string, text: string): Promise<void> {
  await writeFile(`${file}.tmp`, text);
  await rename(`${file}.tmp`, file);
}
