/**
 * What every run of the host suite needs, whichever VS Code it uses: a fresh workspace with a copy of the notebooks, a
 * fresh user folder, the control channel, and afterwards the certainty that the suite finished and that nothing lives on.
 */
import { cp, mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { inProject } from "../../scripts/project";
import { kernelsIn } from "../../scripts/runningKernels";
import type { SuiteResult } from "../../scripts/suiteResult";
import { hostVariables } from "./control";
import { startControlServer, type ControlServer } from "./controlServer";

export interface HostRun {
  readonly control: ControlServer;
  /** Holds everything of this run; removed at its end. */
  readonly folder: string;
  readonly workspace: string;
  readonly userDataFolder: string;
  /** For the process from which the extension host inherits. */
  readonly env: Readonly<Record<string, string>>;
  /** Settles with a sentence when this process is asked to end. */
  readonly interrupted: Promise<string>;
}

/** Seconds that a kernel may live after its window in these tests. */
const idleExitSeconds = 10;

const userSettings = {
  "graft.kernel.idleExitSeconds": idleExitSeconds,
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.disableAIFeatures": true,
  "extensions.ignoreRecommendations": true,
  "git.enabled": false,
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
};

/**
 * Prepares a run, lets `drive` open the window and wait until VS Code says that the suite has ended, and answers with
 * what the suite wrote. A suite that wrote nothing, and a kernel that lives on, count as failures.
 */
export async function runHostSuite(drive: (run: HostRun) => Promise<string | undefined>): Promise<SuiteResult> {
  const folder = await mkdtemp(join(tmpdir(), "graft-host-"));
  const runtimeFolder = join(folder, "runtime");
  const resultFile = join(folder, "result.json");
  const logFile = join(folder, "mocha.log");
  const run: HostRun = {
    control: await startControlServer(inProject(".test-output", "screenshots")),
    folder,
    workspace: join(folder, "notebooks"),
    userDataFolder: join(folder, "user"),
    env: {},
    interrupted: new Promise((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
        process.once(signal, () => resolve(`it was ended by ${signal}`));
      }
    }),
  };
  await cp(inProject("notebooks"), run.workspace, { recursive: true });
  await mkdir(join(run.userDataFolder, "User"), { recursive: true });
  await writeFile(join(run.userDataFolder, "User", "settings.json"), JSON.stringify(userSettings, undefined, 2));
  await writeFile(logFile, "");
  const printing = printGrowing(logFile);
  try {
    const trouble = await drive({
      ...run,
      env: {
        GRAFT_RUNTIME_FOLDER: runtimeFolder,
        GRAFT_FEATURES: join(folder, "features"),
        [hostVariables.control]: run.control.url,
        [hostVariables.result]: resultFile,
        [hostVariables.log]: logFile,
      },
    });
    await printing.stop();
    const result = await readResult(resultFile, trouble);
    return await withKernelCheck(result, runtimeFolder);
  } finally {
    await printing.stop();
    await run.control.dispose();
    await endKernels(runtimeFolder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** The result file decides: VS Code reports exit code 0 even when its extension host died. */
async function readResult(file: string, trouble: string | undefined): Promise<SuiteResult> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) {
    const message =
      trouble ?? "VS Code said that the tests ended, but the suite wrote no result: the extension host died";
    return { passed: 0, failures: [{ title: "the host suite runs to its end", message }] };
  }
  return JSON.parse(text) as SuiteResult;
}

async function withKernelCheck(result: SuiteResult, runtimeFolder: string): Promise<SuiteResult> {
  const title = "no kernel outlives the window for longer than its setting says";
  const deadline = Date.now() + (idleExitSeconds + 5) * 1_000;
  let living = await kernelsIn(runtimeFolder);
  while (living.length > 0 && Date.now() < deadline) {
    await delay(250);
    living = await kernelsIn(runtimeFolder);
  }
  if (living.length === 0) {
    return { ...result, passed: result.passed + 1 };
  }
  const message = `still running after ${idleExitSeconds + 5} s: ${living.join(", ")}`;
  return { ...result, failures: [...result.failures, { title, message }] };
}

async function endKernels(runtimeFolder: string): Promise<void> {
  for (const pid of await kernelsIn(runtimeFolder)) {
    process.kill(pid, "SIGKILL");
  }
}

/** Prints what is appended to a file until it is stopped. */
function printGrowing(file: string): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const work = (async () => {
    const handle = await open(file, "r");
    const buffer = Buffer.alloc(65_536);
    try {
      for (;;) {
        const last = stopping.signal.aborted;
        const { bytesRead } = await handle.read(buffer);
        process.stdout.write(buffer.subarray(0, bytesRead));
        if (bytesRead === 0 && last) return;
        if (bytesRead === 0) await delay(100);
      }
    } finally {
      await handle.close();
    }
  })();
  return {
    stop: () => {
      stopping.abort();
      return work;
    },
  };
}
