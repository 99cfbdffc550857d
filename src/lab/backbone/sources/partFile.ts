/**
 * A download as far as it has come, `NAME.VALIDATOR.PID.part` beside the file that it becomes. The validator (ETag or date) is what the server
 * needs to go on with the same content; the number of the process keeps two of them from writing into one file. What a
 * process left behind is taken over by renaming it, which only one can do.
 */
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { moveToPlace } from "../../data/atomicFile";

export interface PartFile {
  readonly path: string;
  readonly bytes: number;
  readonly validator: string | undefined;
}

/** Of a process on another machine that shares the folder, nothing else tells that it has ended. */
const abandonedAfterMs = 10 * 60_000;

/** The furthest download of `target` that nobody is working on, or a new one. */
export async function claimPart(target: string): Promise<PartFile> {
  await mkdir(dirname(target), { recursive: true });
  for (const part of await abandonedParts(target)) {
    const path = partPath(target, part.validator);
    try {
      await rename(part.path, path);
      return { ...part, path };
    } catch {
      // Another process was faster.
    }
  }
  return { path: partPath(target, undefined), bytes: 0, validator: undefined };
}

/** Under the name that goes with what the server sends now. */
export async function renamePart(target: string, part: PartFile, validator: string | undefined): Promise<PartFile> {
  const path = partPath(target, validator);
  if (path !== part.path) await rename(part.path, path).catch(() => undefined);
  return { path, bytes: part.bytes, validator };
}

/** The download is whole: it becomes the file, and what others left of it goes. */
export async function finishPart(target: string, part: PartFile): Promise<void> {
  await moveToPlace(part.path, target);
  for (const { path } of await abandonedParts(target)) await rm(path, { force: true });
}

function partPath(target: string, validator: string | undefined): string {
  const encoded = Buffer.from(validator ?? "").toString("base64url");
  // Names of files are limited; without a validator a checksum tells whether both halves belong together.
  return `${target}.${encoded.length > 100 ? "" : encoded}.${process.pid}.part`;
}

async function abandonedParts(target: string): Promise<PartFile[]> {
  const folder = dirname(target);
  const prefix = `${basename(target)}.`;
  const parts: PartFile[] = [];
  for (const name of await readdir(folder)) {
    const match = name.startsWith(prefix) ? /^([\w-]*)\.(\d+)\.part$/.exec(name.slice(prefix.length)) : null;
    if (match === null) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) continue;
    if (isRunning(Number(match[2])) && Date.now() - found.mtimeMs < abandonedAfterMs) continue;
    const validator = match[1] === "" ? undefined : Buffer.from(match[1]!, "base64url").toString();
    parts.push({ path, bytes: found.size, validator });
  }
  return parts.sort((a, b) => b.bytes - a.bytes);
}

/** This process works on a file once at a time, so its own parts are left ones. */
function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
