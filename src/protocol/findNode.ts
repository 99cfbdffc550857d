/** Finds the Node that runs the kernel. A real Node is preferred: in Electron's, tfjs-node cannot load. */
import { execFile } from "node:child_process";
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
const run = promisify(execFile);

/**
 * Looks at `nodePath` when given, then at the Node that runs this code, then at `node` on PATH, then at Electron's own.
 * Throws `kernel/no-node` when none of them is 20.19 or newer.
 */
export async function findNode(nodePath?: string): Promise<NodeRuntime> {
  if (nodePath !== undefined && nodePath !== "") {
    const version = await versionOf(nodePath);
    if (version !== undefined && isNewEnough(version)) {
      return { command: nodePath, env: {}, version, electron: false };
    }
    throw noNode(version === undefined ? `nothing that runs at ${nodePath}` : `Node ${version} at ${nodePath}`);
  }
  const own = process.versions.node;
  const inElectron = process.versions.electron !== undefined;
  if (!inElectron && isNewEnough(own)) {
    return { command: process.execPath, env: {}, version: own, electron: false };
  }
  const onPath = await versionOf("node");
  if (onPath !== undefined && isNewEnough(onPath)) {
    return { command: "node", env: {}, version: onPath, electron: false };
  }
  if (inElectron && isNewEnough(own)) {
    return { command: process.execPath, env: { ELECTRON_RUN_AS_NODE: "1" }, version: own, electron: true };
  }
  throw noNode(onPath === undefined ? `no node on PATH and ${own} here` : `${onPath} on PATH and ${own} here`);
}

async function versionOf(command: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(command, ["-p", "process.versions.node"], { timeout: 10_000 });
    return stdout.trim();
  } catch {
    return undefined; // Not there or not a Node: the next candidate is tried.
  }
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

function noNode(found: string): GraftError {
  return new GraftError({
    code: "kernel/no-node",
    expected: `Node ${oldest.join(".")} or newer to run the kernel`,
    found,
    remedy: "Install a newer Node, or name one with the setting graft.nodePath or the option --node",
  });
}
