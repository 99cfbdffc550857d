/** The kernels that Graft is measured against. What is missing is installed where it can be, or named as left out. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { pythonCells, typescriptCells, type Contender } from "./benchKernel";
import { startZeroMqKernel } from "./zeroMqKernel";

const run = promisify(execFile);

/** `cacheFolder`: where packages of the peers go. `say` is told what is being installed. */
export async function findPeers(cacheFolder: string, say: (text: string) => void): Promise<Contender[]> {
  mkdirSync(cacheFolder, { recursive: true });
  return [await ipykernel(cacheFolder, say), await deno(cacheFolder, say)];
}

async function ipykernel(cacheFolder: string, say: (text: string) => void): Promise<Contender> {
  const name = "ipykernel";
  const venv = join(cacheFolder, "ipykernel");
  const venvPython = join(venv, "bin", "python");
  const candidates = ["python3", "/usr/bin/python3", venvPython];
  let python = await firstWith(candidates, ["-c", "import ipykernel"]);
  if (python === undefined && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    say("installing Debian's python3-ipykernel");
    await attempt("apt-get", ["install", "-y", "--no-install-recommends", "python3-ipykernel"]);
    python = await firstWith(candidates, ["-c", "import ipykernel"]);
  }
  if (python === undefined) {
    say("installing ipykernel with pip");
    await attempt("python3", ["-m", "venv", venv]);
    await attempt(venvPython, ["-m", "pip", "install", "--quiet", "ipykernel"]);
    python = await firstWith([venvPython], ["-c", "import ipykernel"]);
  }
  if (python === undefined) {
    return { name, missing: "neither Debian nor pip could install it" };
  }
  const command = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"];
  const version = await output(python, ["-c", "import ipykernel; print(ipykernel.__version__)"]);
  return { name: `${name} ${version}`, start: () => startZeroMqKernel(command), cells: pythonCells };
}

async function deno(cacheFolder: string, say: (text: string) => void): Promise<Contender> {
  const name = "deno";
  const folder = join(cacheFolder, "deno");
  const own = join(folder, "node_modules", ".bin", "deno");
  let command = await firstWith(["deno", own], ["--version"]);
  if (command === undefined) {
    say("installing npm's deno");
    mkdirSync(folder, { recursive: true });
    await attempt("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", "deno"]);
    command = await firstWith([own], ["--version"]);
  }
  if (command === undefined) {
    return { name, missing: "npm could not install it" };
  }
  const start = [await nativeDeno(command), "jupyter", "--kernel", "--conn", "{connection_file}"];
  const version = await output(command, ["eval", "console.log(Deno.version.deno)"]);
  return {
    name: `${name} jupyter ${version}`,
    start: () => startZeroMqKernel(start, { DENO_NO_UPDATE_CHECK: "1" }),
    cells: typescriptCells,
  };
}

/** npm's `deno` is a Node script that starts the real program, whose start would be counted twice. */
async function nativeDeno(command: string): Promise<string> {
  const path = await output(command, ["eval", "console.log(Deno.execPath())"]);
  return path === "" ? command : path; // An older deno that does not tell: the script works too.
}

/** What the command prints; nothing when it fails. */
async function output(command: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(command, args);
    return stdout.trim();
  } catch {
    return "";
  }
}

/** The first of the commands that ends well with these arguments. */
export async function firstWith(commands: readonly string[], args: readonly string[]): Promise<string | undefined> {
  for (const command of commands) {
    if (await attempt(command, args)) {
      return command;
    }
  }
  return undefined;
}

/** True when the command ran and ended well. */
export async function attempt(command: string, args: readonly string[], timeout = 300_000): Promise<boolean> {
  try {
    await run(command, args, { timeout, maxBuffer: 64 * 1024 * 1024 });
    return true;
  } catch {
    return false; // The caller goes on to the next way.
  }
}
