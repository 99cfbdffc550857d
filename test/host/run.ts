/**
 * Runs the host suite and prints what it does. `run.js browser|electron [--only TEXT]` writes its `SuiteResult` to the file
 * in `GRAFT_RESULT_FILE` and exits with 1 when anything failed.
 */
import { writeFile } from "node:fs/promises";
import { runScript } from "../../scripts/progress";
import { hostVariables } from "./control";
import { runInBrowser } from "./runInBrowser";
import { runInElectron } from "./runInElectron";

const timeoutMs = 10 * 60_000;

async function main(): Promise<number> {
  const [where, ...rest] = process.argv.slice(2);
  const only = rest[rest.indexOf("--only") + 1];
  if (rest.includes("--only") && only !== undefined) process.env[hostVariables.only] = only;
  const result = await (where === "electron" ? runInElectron(timeoutMs) : runInBrowser(timeoutMs));
  for (const { title, message } of result.failures) {
    process.stderr.write(`✗ ${title}\n  ${message.replaceAll("\n", "\n  ")}\n`);
  }
  const file = process.env.GRAFT_RESULT_FILE;
  if (file !== undefined) await writeFile(file, JSON.stringify(result));
  return result.failures.length > 0 ? 1 : 0;
}

runScript(main);
