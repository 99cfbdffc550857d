/** Reads what vitest's JSON reporter wrote. */
import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import type { SuiteResult, TestFailure } from "./suiteResult";

interface VitestReport {
  readonly numPassedTests: number;
  readonly testResults: readonly VitestFile[];
}

interface VitestFile {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly VitestTest[];
}

interface VitestTest {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages: readonly string[] | null;
}

/** Undefined when there is no whole report. A file that could not even be loaded is one failure. */
export async function readVitestReport(file: string): Promise<SuiteResult | undefined> {
  let report: VitestReport;
  try {
    report = JSON.parse(await readFile(file, "utf8")) as VitestReport;
  } catch {
    return undefined; // vitest died before or while it wrote: the caller counts that as a failure.
  }
  return { passed: report.numPassedTests, failures: report.testResults.flatMap(failuresOf) };
}

function failuresOf({ name, status, message, assertionResults }: VitestFile): TestFailure[] {
  const file = relative(process.cwd(), name);
  const failed = assertionResults.filter((test) => test.status === "failed");
  if (failed.length === 0 && status === "failed") {
    return [{ title: file, message }];
  }
  return failed.map(({ fullName, failureMessages }) => ({
    title: `${file}: ${fullName}`,
    message: failureMessages?.join("\n") ?? "",
  }));
}
