/** Runs a program to its end. Whatever it started ends with it, also when time is up or the signal aborts. */
import { spawn, type ChildProcess } from "node:child_process";
import { GraftError } from "../shared/graftError";

export interface ProgramOptions {
  readonly cwd?: string;
  /** Added to this process's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs?: number;
  /** Where its output goes besides the result. Default `"quiet"`. */
  readonly show?: "live" | "quiet";
}

export interface ProgramResult {
  /** Undefined when a signal or the time limit ended it, or when it could not be started. */
  readonly code: number | undefined;
  readonly stdout: string;
  /** stdout and stderr as they came. */
  readonly output: string;
  /** Why there is no code: `"no such program"`, `"stopped after 60 s"`, `"ended by SIGKILL"`. */
  readonly trouble: string | undefined;
}

export async function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const child = spawn(command, [...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
    shell: process.platform === "win32",
  });
  const stdout: Buffer[] = [];
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout.push(chunk);
    output.push(chunk);
    if (options.show === "live") process.stdout.write(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    output.push(chunk);
    if (options.show === "live") process.stderr.write(chunk);
  });
  let trouble: string | undefined;
  const { timeoutMs } = options;
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          trouble = `stopped after ${timeoutMs / 1000} s`;
          killTree(child, "SIGKILL");
        }, timeoutMs);
  const endWithUs = () => killTree(child, "SIGTERM");
  process.once("exit", endWithUs);
  const code = await new Promise<number | undefined>((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      trouble ??= error.code === "ENOENT" ? "no such program" : error.message;
      resolve(undefined);
    });
    child.once("close", (exitCode, signal) => {
      if (signal !== null) trouble ??= `ended by ${signal}`;
      resolve(trouble === undefined ? (exitCode ?? undefined) : undefined);
    });
  });
  clearTimeout(timer);
  process.off("exit", endWithUs);
  return { code, stdout: String(Buffer.concat(stdout)), output: String(Buffer.concat(output)), trouble };
}

/** As `runProgram`, but anything other than exit code 0 is a `script/command-failed` with the end of the output. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  const result = await runProgram(command, args, options);
  if (result.code === 0) {
    return result;
  }
  const tail = result.output.trim().split("\n").slice(-15).join("\n");
  throw new GraftError({
    code: "script/command-failed",
    expected: `\`${command} ${args.join(" ")}\` to succeed`,
    found: `${result.trouble ?? `exit code ${result.code ?? "none"}`}${tail === "" ? "" : `, and this at the end of its output:\n${tail}\n`}`,
    remedy: "Mend what it complains about and run this again",
  });
}

/** Runs a program that shares this one's terminal, passes signals on to it, and answers with its exit code. */
export async function spawnAttached(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const child = spawn(command, [...args], { stdio: "inherit", env: { ...process.env, ...env } });
  // A terminal sends Ctrl+C to the child as well; only what is sent to this process alone has to be passed on.
  const onInterrupt = () => undefined;
  const onTerminate = () => void child.kill("SIGTERM");
  process.on("SIGINT", onInterrupt).on("SIGTERM", onTerminate).on("SIGHUP", onTerminate);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => resolve(code ?? 1));
    });
  } finally {
    process.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate).off("SIGHUP", onTerminate);
  }
}

/** Sends a signal to a process that was started with `detached`, and to everything below it. */
export function killTree(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) {
    return;
  }
  if (process.platform === "win32") {
    spawn("taskkill", ["/pid", String(child.pid), "/t", "/f"], { stdio: "ignore" });
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The whole group has ended already.
  }
}
