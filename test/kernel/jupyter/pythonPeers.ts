/**
 * The Python side of the outside suites: an interpreter that has Jupyter's packages, installed where they are missing, and a
 * Jupyter home of its own in which Graft's kernel is the only one installed. Nothing is ever skipped: what cannot be had is
 * an error that tells why.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, rmdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { cacheFolder } from "../../../src/lab/data/locations";

const run = promisify(execFile);

const modules = ["jupyter_kernel_test", "jupyter_server", "nbclient", "nbconvert", "nbformat"];
const debianPackages = ["python3-jupyter-kernel-test", "jupyter-server", "python3-nbclient", "python3-nbconvert"];
/** The versions of Debian 12, but for what these need to run on newer Pythons. */
const pipPackages = ["jupyter-kernel-test==0.4.5", "jupyter-server==1.24.0", "nbclient==0.7.2", "nbconvert==7.2.10"];

const minutes = 60_000;
/** Enough for downloading everything once. */
export const setUpTimeoutMs: number = 8 * minutes;

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A Jupyter home with Graft's kernel in it. */
export interface JupyterHome {
  /** For notebooks; removed by `dispose`. */
  readonly folder: string;
  /** Environment of all programs that belong to this home. */
  readonly env: NodeJS.ProcessEnv;
  readonly python: string;
  /** Runs Python to its end, in the home's folder. */
  run(args: readonly string[], timeoutMs?: number): Promise<Finished>;
  dispose(): void;
}

export async function jupyterHome(): Promise<JupyterHome> {
  const python = await findPython();
  const folder = mkdtempSync(join(tmpdir(), "graft-jupyter-"));
  const at = (name: string): string => join(folder, name);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    JUPYTER_DATA_DIR: at("data"),
    JUPYTER_RUNTIME_DIR: at("runtime"),
    JUPYTER_CONFIG_DIR: at("config"),
    JUPYTER_NO_CONFIG: "1",
    JUPYTER_ALLOW_INSECURE_WRITES: undefined,
    IPYTHONDIR: at("ipython"),
    PYTHONWARNINGS: "ignore",
    PYTHONDONTWRITEBYTECODE: "1",
  };
  const dispose = (): void => rmSync(folder, { recursive: true, force: true });
  const home: JupyterHome = {
    folder,
    env,
    python,
    run: (args, timeoutMs = 2 * minutes) => finish(python, args, { cwd: folder, env, timeoutMs }),
    dispose,
  };
  const dist = process.env.GRAFT_DIST ?? "dist";
  const installed = await finish(process.execPath, [join(dist, "cli.js"), "kernelspec", "install"], {
    cwd: folder,
    env,
    timeoutMs: minutes,
  });
  if (installed.code !== 0) {
    dispose();
    throw new Error(`graft kernelspec install failed: ${installed.stderr}`);
  }
  return home;
}

/** Ends with an exit code whatever happens; a program that has to be killed ends with -1. */
async function finish(
  program: string,
  args: readonly string[],
  { cwd, env, timeoutMs }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly timeoutMs: number },
): Promise<Finished> {
  try {
    const options = { cwd, env, timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: 64 * 1024 * 1024 } as const;
    return { code: 0, ...(await run(program, args, options)) };
  } catch (error) {
    const { code, stdout = "", stderr = "", message } = error as Partial<Finished> & Error;
    return { code: typeof code === "number" ? code : -1, stdout, stderr: `${stderr}\n${message}` };
  }
}

let found: Promise<string> | undefined;

/** An interpreter with all packages. Throws an error that says what was tried. */
function findPython(): Promise<string> {
  found ??= alone(search);
  return found;
}

async function search(folder: string): Promise<string> {
  const environment = join(folder, "jupyter-venv");
  const own = join(environment, "bin", "python");
  const system = ["/usr/bin/python3", "python3"];
  const tried: string[] = [];
  const here = await firstWithModules([...system, own]);
  if (here !== undefined) {
    return here;
  }
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    const install = ["install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", ...debianPackages];
    if ((await attempt("apt-get", install)) !== undefined) {
      await attempt("apt-get", ["update"]);
      tried.push(
        (await attempt("apt-get", install)) ?? "Debian's packages are installed, but Python does not find them",
      );
    }
    const debian = await firstWithModules(system);
    if (debian !== undefined) {
      return debian;
    }
  }
  tried.push(...(await makeEnvironment(environment)));
  const last = await firstWithModules([own]);
  if (last === undefined) {
    throw new Error(`Python with ${modules.join(", ")} is needed for these tests. Tried:\n${tried.join("\n")}`);
  }
  return last;
}

/** A virtual environment with the packages, in its place only when it is whole. Answers with what went wrong. */
async function makeEnvironment(environment: string): Promise<string[]> {
  const tried: string[] = [];
  for (const python of ["python3", "/usr/bin/python3"]) {
    const draft = `${environment}-${process.pid}`;
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...pipPackages];
    const trouble =
      (await attempt(python, ["-m", "venv", draft])) ?? (await attempt(join(draft, "bin", "python"), install));
    if (trouble === undefined) {
      rmSync(environment, { recursive: true, force: true });
      renameSync(draft, environment);
      return tried;
    }
    tried.push(trouble);
    rmSync(draft, { recursive: true, force: true });
  }
  return tried;
}

async function firstWithModules(candidates: readonly string[]): Promise<string | undefined> {
  for (const python of candidates) {
    if ((await attempt(python, ["-c", `import ${modules.join(", ")}`])) === undefined) {
      return python;
    }
  }
  return undefined;
}

/** Undefined when it worked, else what to tell. */
async function attempt(program: string, args: readonly string[]): Promise<string | undefined> {
  const { code, stderr } = await finish(program, args, { cwd: tmpdir(), env: process.env, timeoutMs: 6 * minutes });
  return code === 0 ? undefined : `${program} ${args.join(" ")}: ${stderr.trim().split("\n").slice(-4).join("\n")}`;
}

/** Test files run side by side; only one of them installs at a time. */
async function alone<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = cacheFolder();
  const lock = join(folder, "jupyter-venv.lock");
  mkdirSync(dirname(lock), { recursive: true });
  while (!tryLock(lock)) {
    await delay(200);
  }
  try {
    return await action(folder);
  } finally {
    rmdirSync(lock);
  }
}

function tryLock(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > 2 * setUpTimeoutMs) {
      rmSync(lock, { recursive: true, force: true }); // Whoever held it was killed.
    }
    return false;
  }
}
