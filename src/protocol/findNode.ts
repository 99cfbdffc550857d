/** Finds the Node that runs the kernel. A real Node is preferred: in Electron's, tfjs-node cannot load. */
import { execFile } from "node:child_process";
import { readdir, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { GraftError } from "../shared/graftError";

export interface NodeRuntime {
  readonly command: string;
  /** To be merged into the environment of the kernel. */
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
  /** True when this is the Node inside VS Code, which cannot load tfjs-node. */
  readonly electron: boolean;
}

const oldest = [20, 19] as const;
/** `"20.19"`. */
export const oldestNode = oldest.join(".");
const run = promisify(execFile);

/**
 * Looks at `nodePath` when given, then at the Node that runs this code, then at `node` on PATH, then at what version managers have
 * installed, then at Electron's own.
 * Throws `kernel/no-node` when none of them is 20.19 or newer.
 */
export async function findNode(nodePath?: string): Promise<NodeRuntime> {
  const own = ownNode();
  if (nodePath !== undefined && nodePath !== "") {
    const named = nodePath === own.command ? own : await nodeAt(nodePath);
    if (named === undefined) {
      throw noNode(`nothing that runs at ${nodePath}`);
    }
    if (!isNewEnough(named.version)) {
      throw tooOld(named);
    }
    return named;
  }
  if (!own.electron && isNewEnough(own.version)) {
    return own;
  }
  const onPath = await nodeAt("node");
  if (onPath !== undefined && isNewEnough(onPath.version)) {
    return onPath;
  }
  const managed = (await listNodes()).find(({ version, electron }) => !electron && isNewEnough(version));
  if (managed !== undefined) {
    return managed;
  }
  if (isNewEnough(own.version)) {
    return own;
  }
  throw noNode(
    onPath === undefined
      ? `no node on PATH and ${own.version} here`
      : `${onPath.version} on PATH and ${own.version} here`,
  );
}

/**
 * Every Node that this machine is known to have, the newest first, also those that are too old: on PATH, of the version
 * managers (nvm, fnm, volta, asdf, mise), and VS Code's own at the end.
 */
export async function listNodes(env: NodeJS.ProcessEnv = process.env): Promise<readonly NodeRuntime[]> {
  const name = process.platform === "win32" ? "node.exe" : "node";
  const onPath = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const managed = await Promise.all(versionFolders(env).map(([folder, inside]) => childrenOf(folder, inside)));
  const candidates = [...onPath, ...managed.flat(), ...usualFolders(env)].map((folder) => join(folder, name));
  const real = await Promise.all(candidates.map((file) => realpath(file).catch(() => undefined)));
  // One Node is often reached by several names: the first one stays.
  const files = candidates.filter((_, index) => real[index] !== undefined && real.indexOf(real[index]) === index);
  const found = (await Promise.all(files.map((file) => nodeAt(file)))).filter((node) => node !== undefined);
  const own = ownNode();
  return [...found.sort((a, b) => compareVersions(b.version, a.version)), ...(own.electron ? [own] : [])];
}

export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

export function tooOld({ version, command }: Pick<NodeRuntime, "version" | "command">): GraftError {
  return noNode(`Node ${version} at ${command}`);
}

function ownNode(): NodeRuntime {
  const electron = process.versions.electron !== undefined;
  const env: NodeRuntime["env"] = electron ? { ELECTRON_RUN_AS_NODE: "1" } : {};
  return { command: process.execPath, env, version: process.versions.node, electron };
}

/** Undefined when it is not there or not a Node. */
async function nodeAt(command: string): Promise<NodeRuntime | undefined> {
  try {
    const { stdout } = await run(command, ["-p", "process.versions.node"], { timeout: 10_000 });
    const version = stdout.trim();
    return /^\d+\.\d+\.\d+/.test(version) ? { command, env: {}, version, electron: false } : undefined;
  } catch {
    return undefined; // The next candidate is tried.
  }
}

/** Folders with a subfolder for each version, and where in that the executable lies. */
function versionFolders(env: NodeJS.ProcessEnv): readonly (readonly [folder: string, inside: string])[] {
  const home = homedir();
  const share = env.XDG_DATA_HOME ?? join(home, ".local", "share");
  if (process.platform === "win32") {
    const { APPDATA = join(home, "AppData", "Roaming"), LOCALAPPDATA = join(home, "AppData", "Local") } = env;
    return [
      [env.NVM_HOME ?? join(APPDATA, "nvm"), ""],
      [join(env.FNM_DIR ?? join(APPDATA, "fnm"), "node-versions"), "installation"],
      [join(env.VOLTA_HOME ?? join(LOCALAPPDATA, "Volta"), "tools", "image", "node"), ""],
    ];
  }
  return [
    [join(env.NVM_DIR ?? join(home, ".nvm"), "versions", "node"), "bin"],
    [join(env.FNM_DIR ?? join(share, "fnm"), "node-versions"), join("installation", "bin")],
    [join(env.VOLTA_HOME ?? join(home, ".volta"), "tools", "image", "node"), "bin"],
    [join(env.ASDF_DATA_DIR ?? join(home, ".asdf"), "installs", "nodejs"), "bin"],
    [join(env.MISE_DATA_DIR ?? join(share, "mise"), "installs", "node"), "bin"],
  ];
}

/** Not always on the PATH of programs that were started from a desktop. */
function usualFolders(env: NodeJS.ProcessEnv): readonly string[] {
  return process.platform === "win32"
    ? [join(env.ProgramFiles ?? "C:\\Program Files", "nodejs")]
    : ["/opt/homebrew/bin", "/usr/local/bin", "/usr/bin"];
}

async function childrenOf(folder: string, inside: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []); // That version manager is not installed.
  return names.map((name) => join(folder, name, inside));
}

function compareVersions(a: string, b: string): number {
  const [one, two] = [a, b].map((version) => version.split(".").map(Number));
  for (const index of [0, 1, 2]) {
    const difference = (one?.[index] ?? 0) - (two?.[index] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

function noNode(found: string): GraftError {
  return new GraftError({
    code: "kernel/no-node",
    expected: `Node ${oldestNode} or newer to run the kernel`,
    found,
    remedy: "Install a newer Node, or name one with the setting graft.nodePath or the option --node",
  });
}
