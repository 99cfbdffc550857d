/**
 * `npm test`: the checks and all suites; `npm test -- NAME… [ARGUMENTS]` only those, where arguments that are no suite's name
 * go to the suites. The last line is always `N passed, N failed`.
 */
import { findChromium } from "./chromium";
import { tryNativeQuickly } from "../src/cli/native/nativeEngine";
import { messageOf } from "../src/cli/progress";
import { inProject } from "./project";
import { runScript } from "./runScript";
import type { SuiteResult } from "./suiteResult";
import { suites, type SuiteName } from "./testSuites";

const all: readonly SuiteName[] = ["check", "unit", "kernel", "notebooks", "host", "packaged"];

const help = `npm test [-- SUITE… [ARGUMENTS]]

  check      types, lint, format, unused code
  unit       library, extension logic, renderers
  kernel     the built kernel over its protocol
  notebooks  every tutorial from top to bottom, without a window
  host       the extension inside VS Code's server, in headless Chromium
  packaged   the packed extension in a clean VS Code: the tutorial from the walkthrough
  electron   the same suite inside the desktop VS Code, where it can be downloaded (not part of the default)

Without a name, all but electron. Other arguments go to the suites: npm test -- unit mnist, npm test -- host --only smoke.
Results and screenshots are in .test-output/.`;

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  if (args.includes("--help") || args.includes("-h")) {
    console.log(help);
    return 0;
  }
  const isSuite = (text: string): text is SuiteName => Object.hasOwn(suites, text);
  const named = args.filter(isSuite);
  const wanted = named.length === 0 ? all : named;
  const rest = args.filter((argument) => !isSuite(argument));
  if (named.length === 0) await tryNativeQuickly(inProject());
  const lines: string[] = [];
  let passed = 0;
  let failed = 0;
  for (const names of sideBySide(wanted)) {
    const results = await Promise.all(names.map((name) => runTimed(name, rest)));
    for (const { name, result, seconds } of results) {
      passed += result.passed;
      failed += result.failures.length;
      lines.push(`${name.padEnd(9)}  ${result.passed} passed, ${result.failures.length} failed  (${seconds} s)`);
      lines.push(...result.failures.map(({ title, message }) => `  ✗ ${title}: ${message.split("\n")[0] ?? ""}`));
    }
  }
  console.log(`\n${lines.join("\n")}\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** The checks need no clock: they run beside the first of the other suites and take what that one leaves of the processors. */
function sideBySide([first, second, ...others]: readonly SuiteName[]): SuiteName[][] {
  if (first === undefined) return [];
  if (first !== "check" || second === undefined)
    return [[first], ...sideBySide(second === undefined ? [] : [second, ...others])];
  return [[first, second], ...sideBySide(others)];
}

async function runTimed(
  name: SuiteName,
  rest: readonly string[],
): Promise<{ readonly name: SuiteName; readonly result: SuiteResult; readonly seconds: string }> {
  const started = performance.now();
  console.log(`\n══ ${name} ══`);
  const result = await runSuite(name, rest);
  return { name, result, seconds: ((performance.now() - started) / 1000).toFixed(0) };
}

/** A suite that cannot even start has failed; the others go on. */
async function runSuite(name: SuiteName, rest: readonly string[]): Promise<SuiteResult> {
  try {
    if (name === "unit" || name === "host") await findChromium();
    return await suites[name](rest);
  } catch (error) {
    console.error(messageOf(error));
    return { passed: 0, failures: [{ title: name, message: messageOf(error) }] };
  }
}

runScript(main);
