/** Files that are there as a whole or not at all, also after a loss of power: written beside their place, brought to the disk, then renamed. */
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

let written = 0;

/** The name has the process that is at it, so that what a killed one left can be told. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid}-${++written}.tmp`;
}

/** Makes the folder. */
export async function writeFileAtomically(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await replaceFile(path, (file) => file.writeFile(content));
}

export interface ReplaceOptions {
  readonly mode?: number;
  /** Runs when the new file is on the disk under its temporary name. */
  readonly beforeRename?: () => Promise<void>;
}

/** The file is what `write` makes of an empty one. The folder has to be there. */
export async function replaceFile(
  path: string,
  write: (file: FileHandle) => Promise<void>,
  { mode = 0o666, beforeRename }: ReplaceOptions = {},
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await withFile(temporary, "wx", mode, async (file) => {
      await write(file);
      await file.sync();
    });
    await beforeRename?.();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Of a file or folder that somebody else has written beside its place. */
export async function moveToPlace(from: string, to: string): Promise<void> {
  await syncAll(from);
  await rename(from, to);
  await syncFolder(dirname(to));
}

async function syncAll(path: string): Promise<void> {
  // Windows flushes only what is open for writing.
  if (!(await stat(path)).isDirectory()) return withFile(path, "r+", undefined, (file) => file.sync());
  for (const name of await readdir(path)) await syncAll(join(path, name));
  await syncFolder(path);
}

/** So that new names outlive a loss of power, where the platform and the file system have that for folders. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  await withFile(folder, "r", undefined, (file) => file.sync()).catch((error: unknown) => {
    if (!["EINVAL", "ENOTSUP", "EPERM", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  });
}

async function withFile(
  path: string,
  flags: string,
  mode: number | undefined,
  action: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags, mode);
  try {
    await action(file);
  } finally {
    await file.close();
  }
}
