/**
 * Runs the tests of the packed extension: a VS Code that has installed the `.vsix`, on a workspace with nothing of Graft in
 * it. What is under development there is an empty extension: without one, VS Code runs no tests.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inProject } from "../../scripts/project";
import type { SuiteResult } from "../../scripts/suiteResult";
import { runInBrowser } from "./runInBrowser";

const emptyExtension = { name: "empty", publisher: "nobody", version: "0.0.1", engines: { vscode: "*" } };

export async function runPackaged(vsix: string, timeoutMs: number): Promise<SuiteResult> {
  const extension = await mkdtemp(join(tmpdir(), "graft-empty-extension-"));
  try {
    await mkdir(extension, { recursive: true });
    await writeFile(join(extension, "package.json"), JSON.stringify(emptyExtension));
    const suite = inProject("dist", "test", "host", "packagedSuite.js");
    return await runInBrowser({ extension, suite, install: [vsix] }, timeoutMs);
  } finally {
    await rm(extension, { recursive: true, force: true });
  }
}
