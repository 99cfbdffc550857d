/**
 * The suites of `npm test`, each as a function that runs it with its output shown and answers with what it came to. A suite
 * that died, or that left no result, has failed.
 */
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../src/cli/progress";
import { inProject } from "./project";
import { runProgram } from "../src/cli/runProgram";
import type { SuiteResult, TestFailure } from "./suiteResult";
import { numberProblems, readBands } from "./keyNumbers";
import { tutorialProblems } from "./tutorialProblems";
import { runTutorial, tutorialFiles, tutorialName, twoAtATime } from "./tutorials";
import { readVitestReport } from "./vitestReport";

const outputFolder = inProject(".test-output");
const minutes = 60_000;

export type SuiteName = "check" | "unit" | "kernel" | "notebooks" | "host" | "packaged" | "electron";

export const suites: Readonly<Record<SuiteName, (rest: readonly string[]) => Promise<SuiteResult>>> = {
  check: checks,
  // Half of these wait for a browser or another process; with two cores Vitest would run one file at a time.
  unit: (rest) => vitest("unit", ["unit", "extension"], ["--maxWorkers=2", ...rest]),
  // One at a time: some of these hold a kernel to its seconds, others take all memory or both cores from it.
  kernel: (rest) => vitest("kernel", ["kernel"], rest),
  notebooks: tutorials,
  host: (rest) => host("browser", rest),
  packaged,
  electron: (rest) => host("electron", rest),
};

/** Each of the checks counts as one test. They run beside each other. */
async function checks(): Promise<SuiteResult> {
  const names = ["check:types", "check:lint", "check:format", "check:unused"];
  const results = await Promise.all(
    names.map(async (name): Promise<TestFailure | undefined> => {
      const result = await runProgram("npm", ["run", "--silent", name], { timeoutMs: 8 * minutes });
      if (result.code === 0) {
        console.log(`  ✓ ${name}`);
        return undefined;
      }
      console.log(result.output);
      return { title: name, message: result.trouble ?? `exit code ${result.code ?? "none"}` };
    }),
  );
  const failures = results.filter((failure) => failure !== undefined);
  return { passed: names.length - failures.length, failures };
}

async function vitest(name: string, projects: readonly string[], rest: readonly string[]): Promise<SuiteResult> {
  const file = await freshResultFile(name);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const chosen = projects.flatMap((project) => ["--project", project]);
  const program = inProject("node_modules", "vitest", "vitest.mjs");
  const result = await runProgram(process.execPath, [program, "run", ...chosen, ...reporters, ...rest], {
    show: "live",
    timeoutMs: 10 * minutes,
  });
  return judge(name, result, await readVitestReport(file));
}

/** Packs the extension and runs the tutorial in a VS Code that has installed it. */
async function packaged(rest: readonly string[]): Promise<SuiteResult> {
  const pack = await runProgram(process.execPath, [inProject("dist", "scripts", "package.js")], { show: "live" });
  return pack.code === 0
    ? host("packaged", rest)
    : {
        passed: 0,
        failures: [{ title: "npm run package", message: pack.trouble ?? `exit code ${pack.code ?? "none"}` }],
      };
}

async function host(where: "browser" | "packaged" | "electron", rest: readonly string[]): Promise<SuiteResult> {
  const file = await freshResultFile(where);
  const program = inProject("dist", "test", "host", "run.js");
  const result = await runProgram(process.execPath, ["--enable-source-maps", program, where, ...rest], {
    show: "live",
    timeoutMs: 12 * minutes,
    env: { GRAFT_RESULT_FILE: file },
  });
  const text = await readFile(file, "utf8").catch(() => undefined);
  return judge(`host (${where})`, result, text === undefined ? undefined : (JSON.parse(text) as SuiteResult));
}

/** Every tutorial from top to bottom through `graft run`, each as one test. */
async function tutorials(rest: readonly string[]): Promise<SuiteResult> {
  const folder = join(outputFolder, "notebooks");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const files = await tutorialFiles(rest);
  const bands = await readBands();
  const failures: TestFailure[] = [];
  await twoAtATime(files, async (file) => {
    const started = performance.now();
    const problems = await runTutorial(file, { output: join(folder, file) }).then(
      (executed) => [...tutorialProblems(executed), ...numberProblems(executed, bands[tutorialName(file)])],
      (error: unknown) => [messageOf(error)],
    );
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(`  ${problems.length === 0 ? "✓" : "✗"} ${file} (${seconds} s)`);
    if (problems.length > 0) failures.push({ title: file, message: problems.join("\n") });
  });
  if (files.length === 0) failures.push({ title: "tutorials", message: "there are no notebooks to run" });
  return { passed: files.length - failures.filter(({ title }) => files.includes(title)).length, failures };
}

async function freshResultFile(name: string): Promise<string> {
  await mkdir(outputFolder, { recursive: true });
  const file = join(outputFolder, `${name}.json`);
  await rm(file, { force: true });
  return file;
}

/** Exit code and result have to agree; a green result of a process that failed is not green. */
function judge(
  title: string,
  { code, trouble }: { readonly code: number | undefined; readonly trouble: string | undefined },
  result: SuiteResult | undefined,
): SuiteResult {
  const ending = trouble ?? `exit code ${code ?? "none"}`;
  if (result === undefined) {
    return { passed: 0, failures: [{ title, message: `it left no result (${ending})` }] };
  }
  if (code !== 0 && result.failures.length === 0) {
    return { ...result, failures: [{ title, message: `all its tests passed, but it ended with ${ending}` }] };
  }
  if (result.passed + result.failures.length === 0) {
    return { ...result, failures: [{ title, message: "it ran no test" }] };
  }
  return result;
}
