/**
 * Runs a host suite and prints what it does. `run.js browser|electron|packaged [--only TEXT]` writes its `SuiteResult` to the file
 * in `GRAFT_RESULT_FILE` and exits with 1 when anything failed.
 */
import { writeFile } from "node:fs/promises";
import { thisTarget, vsixOf } from "../../scripts/package/targets";
import { inProject } from "../../scripts/project";
import { runScript } from "../../scripts/runScript";
import type { SuiteResult } from "../../scripts/suiteResult";
import { hostVariables } from "./control";
import { runInBrowser } from "./runInBrowser";
import { runInElectron } from "./runInElectron";
import { runPackaged } from "./runPackaged";

const timeoutMs = 10 * 60_000;

async function main(): Promise<number> {
  const [where, ...rest] = process.argv.slice(2);
  const only = rest[rest.indexOf("--only") + 1];
  if (rest.includes("--only") && only !== undefined) process.env[hostVariables.only] = only;
  const result = await runIn(where);
  for (const { title, message } of result.failures) {
    process.stderr.write(`✗ ${title}\n  ${message.replaceAll("\n", "\n  ")}\n`);
  }
  const file = process.env.GRAFT_RESULT_FILE;
  if (file !== undefined) await writeFile(file, JSON.stringify(result));
  return result.failures.length > 0 ? 1 : 0;
}

function runIn(where: string | undefined): Promise<SuiteResult> {
  switch (where) {
    case "electron":
      return runInElectron(timeoutMs);
    case "packaged":
      return runPackaged(vsixOf(thisTarget()), timeoutMs);
    default:
      return runInBrowser({ extension: inProject(), suite: inProject("dist", "test", "host", "suite.js") }, timeoutMs);
  }
}

runScript(main);
