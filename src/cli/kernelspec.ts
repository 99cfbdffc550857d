/**
 * Graft's kernel spec, which tells Jupyter how to start the kernel
 * (https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs): written as a whole or not at all.
 */
import { copyFile, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shippedFile } from "../lab/data/locations";
import { allocatorEnvironment } from "../protocol/allocator";
import { GraftError } from "../shared/graftError";

/** The name that notebooks and `jupyter` commands use. */
export const kernelspecName = "graft";

export interface KernelspecCommand {
  /** Absolute path of the Node that runs the kernel. */
  readonly node: string;
  /** Absolute path of the built `dist/kernel.js`. */
  readonly kernelFile: string;
}

export interface Kernelspec {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly language: string;
  readonly interrupt_mode: "message" | "signal";
  readonly env: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export function kernelspecOf({ node, kernelFile }: KernelspecCommand): Kernelspec {
  return {
    argv: [node, kernelFile, "--jupyter-connection-file", "{connection_file}"],
    display_name: "Graft (TypeScript)",
    language: "typescript",
    interrupt_mode: "message",
    env: allocatorEnvironment,
    metadata: { debugger: false },
  };
}

/** Writes the spec under Jupyter's `dataFolder`, in place of an older one, and answers with its folder. Throws `cli/cannot-install`. */
export async function installKernelspec(command: KernelspecCommand, dataFolder: string): Promise<string> {
  const folder = folderIn(dataFolder);
  // Not beside the other specs, where Jupyter would list it.
  const draft = join(dataFolder, `.graft-kernelspec-${process.pid}`);
  const old = `${draft}-old`;
  try {
    await mkdir(join(dataFolder, "kernels"), { recursive: true });
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft);
    await writeFile(join(draft, "kernel.json"), `${JSON.stringify(kernelspecOf(command), undefined, 1)}\n`);
    for (const logo of ["logo-32x32.png", "logo-64x64.png"]) {
      await copyFile(shippedFile("media", "kernelspec", logo), join(draft, logo));
    }
    await copyFile(shippedFile("media", "icon.svg"), join(draft, "logo-svg.svg"));
    if (await exists(folder)) {
      await rename(folder, old);
    }
    await rename(draft, folder);
    return folder;
  } catch (error) {
    if (!(await exists(folder)) && (await exists(old))) {
      await rename(old, folder);
    }
    throw cannotInstall(`to write the kernel spec ${folder}`, error);
  } finally {
    // Where not even this works, the error that is on its way tells why.
    await Promise.allSettled([draft, old].map((path) => rm(path, { recursive: true, force: true })));
  }
}

/** Removes the spec and answers with the folder that it was in. Throws `cli/no-kernelspec` and `cli/cannot-install`. */
export async function uninstallKernelspec(dataFolder: string): Promise<string> {
  const folder = folderIn(dataFolder);
  if (!(await exists(join(folder, "kernel.json")))) {
    throw new GraftError({
      code: "cli/no-kernelspec",
      expected: `Graft's kernel spec in ${folder}`,
      found: "none there",
      remedy: "Name the --prefix that it was installed with, or leave it as it is",
    });
  }
  try {
    await rm(folder, { recursive: true });
    return folder;
  } catch (error) {
    throw cannotInstall(`to remove the kernel spec ${folder}`, error);
  }
}

function folderIn(dataFolder: string): string {
  return join(dataFolder, "kernels", kernelspecName);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function cannotInstall(expected: string, error: unknown): GraftError {
  const { code, path, message } = error as NodeJS.ErrnoException;
  return new GraftError({
    code: "cli/cannot-install",
    expected,
    found: code === undefined ? message : `${code} at ${path ?? "some path"}`,
    remedy: "Choose a folder that you may write to, with --prefix or JUPYTER_DATA_DIR",
    cause: error,
  });
}
