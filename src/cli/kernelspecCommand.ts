/** `graft kernelspec`: makes Graft's kernel known to JupyterLab, Jupyter Server, `nbconvert` and all others of that family. */
import { execFile } from "node:child_process";
import { realpath } from "node:fs/promises";
import { promisify } from "node:util";
import { findNode } from "../protocol/findNode";
import { jupyterDataFolder, prefixDataFolder } from "./jupyterFolder";
import { installKernelspec, kernelspecName, uninstallKernelspec } from "./kernelspec";
import { kernelFile } from "./runCommand";

export interface KernelspecOptions {
  /** Default: this user's own folder. */
  readonly prefix?: string;
  /** A certain Node for the kernel. Default: see `findNode`. */
  readonly nodePath?: string;
}

/** Prints where the spec is and how to use it. Throws `cli/cannot-install`, `cli/no-kernel`, `kernel/no-node`. */
export async function installCommand(options: KernelspecOptions): Promise<number> {
  const node = await findNode(options.nodePath);
  const folder = await installKernelspec(
    { node: await programOf(node.command), kernelFile: await realpath(kernelFile()) },
    dataFolder(options),
  );
  process.stdout.write(`Installed kernel "${kernelspecName}" in ${folder}\n`);
  process.stdout.write(`Jupyter offers it as "Graft (TypeScript)"; it runs on Node ${node.version}.\n`);
  return 0;
}

/** Throws `cli/no-kernelspec` and `cli/cannot-install`. */
export async function uninstallCommand(options: KernelspecOptions): Promise<number> {
  const folder = await uninstallKernelspec(dataFolder(options));
  process.stdout.write(`Removed kernel "${kernelspecName}" from ${folder}\n`);
  return 0;
}

function dataFolder({ prefix }: KernelspecOptions): string {
  return prefix === undefined ? jupyterDataFolder() : prefixDataFolder(prefix);
}

/** A kernel spec outlives this terminal's PATH, so it names the program itself. */
async function programOf(node: string): Promise<string> {
  const { stdout } = await promisify(execFile)(node, ["-p", "process.execPath"]);
  return stdout.trim();
}
