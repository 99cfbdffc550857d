/**
 * Starts a kernel process and waits until it can be reached. The kernel outlives its launcher: it is detached and its
 * stdio goes to a log file. Whoever launched it ends it (`KernelClient.shutdown`) or lets it end itself when idle.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { GraftError } from "../shared/graftError";
import { allocatorEnvironment } from "./allocator";
import { findNode, type NodeRuntime } from "./findNode";
import { readConnectionFile, type ConnectionFile } from "./kernelAddress";
import { makePrivateFolder } from "./privateFolder";

export type TypeErrorMode = "stop" | "warn" | "off";

export interface LaunchOptions {
  /** The built `dist/kernel.js`. */
  readonly kernelFile: string;
  /** Working directory of the cells. */
  readonly notebookFolder: string;
  /** Where connection and log files go. Default: a private folder under XDG_RUNTIME_DIR or the temporary folder. */
  readonly runtimeFolder?: string;
  /** A certain Node. Default: see `findNode`. */
  readonly nodePath?: string;
  /** Default `"warn"`. */
  readonly typeErrors?: TypeErrorMode;
  /** Seconds without any client after which the kernel ends itself. Default 600. */
  readonly idleExitSeconds?: number;
  /** Where models are saved while they train. Default: nowhere. */
  readonly checkpointFolder?: string;
  /** Default 20 000. */
  readonly startTimeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Told which Node runs the kernel. */
  readonly onNode?: (node: NodeRuntime) => void;
}

export interface LaunchedKernel {
  readonly address: ConnectionFile;
  readonly connectionFile: string;
  readonly logFile: string;
  /** Settles when the process has ended, with the exit code or the name of the signal. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** Ends the process at once. Only for a kernel that does not answer to `KernelClient.shutdown`. */
  kill(): void;
}

/** Throws `kernel/no-node`, `kernel/runtime-folder`, `kernel/did-not-start` (with the log's last lines) or the signal's reason. */
export async function launchKernel(options: LaunchOptions): Promise<LaunchedKernel> {
  const node = await findNode(options.nodePath);
  options.onNode?.(node);
  const folder = options.runtimeFolder ?? defaultRuntimeFolder();
  makePrivateFolder(folder);
  const name = `kernel-${randomUUID()}`;
  const connectionFile = join(folder, `${name}.json`);
  const logFile = join(folder, `${name}.log`);
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(
    node.command,
    [
      options.kernelFile,
      ...["--connection-file", connectionFile],
      ...["--notebook-folder", options.notebookFolder],
      ...["--type-errors", options.typeErrors ?? "warn"],
      ...["--idle-exit", String(options.idleExitSeconds ?? 600)],
      ...(options.checkpointFolder === undefined ? [] : ["--checkpoint-folder", options.checkpointFolder]),
    ],
    {
      cwd: existsSync(options.notebookFolder) ? options.notebookFolder : undefined,
      detached: true,
      stdio: ["ignore", log, log],
      windowsHide: true,
      env: { ...allocatorEnvironment, ...process.env, ...node.env, ...options.env },
    },
  );
  closeSync(log);
  child.unref();
  const exited = exitOf(child);
  const address = await waitUntilReady(connectionFile, exited, options).catch((error: unknown) => {
    child.kill("SIGKILL");
    throw error instanceof StartFailure ? didNotStart(error, logFile) : error;
  });
  return { address, connectionFile, logFile, exited, kill: () => void child.kill("SIGKILL") };
}

/** A folder that only this user can read: `$GRAFT_RUNTIME_FOLDER`, else one under `$XDG_RUNTIME_DIR` or the temporary folder. */
export function defaultRuntimeFolder(): string {
  const { GRAFT_RUNTIME_FOLDER: named } = process.env;
  if (named !== undefined && named !== "") {
    return named;
  }
  const user = process.getuid?.() ?? process.env.USERNAME ?? "user";
  return join(process.env.XDG_RUNTIME_DIR ?? tmpdir(), `graft-${user}`);
}

/** Removes what a kernel that has ended left in the runtime folder. */
export async function removeRuntimeFiles(kernel: Pick<LaunchedKernel, "connectionFile" | "logFile">): Promise<void> {
  await Promise.all([kernel.connectionFile, kernel.logFile].map((file) => rm(file, { force: true })));
}

class StartFailure extends Error {}

function exitOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve) => {
    child.once("error", () => resolve(-1));
    child.once("exit", (code, signal) => resolve(signal ?? code ?? -1));
  });
}

async function waitUntilReady(
  file: string,
  exited: Promise<number | NodeJS.Signals>,
  { startTimeoutMs = 20_000, signal }: LaunchOptions,
): Promise<ConnectionFile> {
  let ended: number | NodeJS.Signals | undefined;
  void exited.then((result) => (ended = result));
  const deadline = Date.now() + startTimeoutMs;
  // The file appears by an atomic rename, so it is whole as soon as it is there.
  while (!existsSync(file)) {
    signal?.throwIfAborted();
    if (ended !== undefined) {
      throw new StartFailure(`it ended with ${String(ended)}`);
    }
    if (Date.now() > deadline) {
      throw new StartFailure(`nothing after ${startTimeoutMs / 1000} s`);
    }
    await delay(5);
  }
  return readConnectionFile(file);
}

function didNotStart(failure: StartFailure, logFile: string): GraftError {
  const tail = readFileSync(logFile, "utf8").trim().split("\n").slice(-12).join("\n");
  return new GraftError({
    code: "kernel/did-not-start",
    expected: "the kernel to start",
    found: `${failure.message}${tail === "" ? "" : `, with this at the end of its log:\n${tail}\n`}`,
    remedy: `Look at ${logFile}`,
  });
}
