/** Writes checkpoint files so that a kill at any moment leaves a whole one: the file before it keeps a name of its own until the new one has its. */
import { type FileHandle, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { checkpointNames, stemOf } from "../../shared/checkpointHeader";
import { replaceFile } from "../data/atomicFile";
import { headerBytes, tensorBytes } from "../modelFile/safetensors";
import type { Checkpoint } from "./checkpoint";
import { checkpointHeaderText, hashOf, tensorsOf, withHash } from "./checkpointBytes";

/** What a kill in the midst of writing leaves. */
const leftover = /\.(\d+)-\d+\.tmp$/;

/** Returns the absolute path. Nobody else may write the same `stem` at the same time. */
export async function writeCheckpoint(folder: string, stem: string, checkpoint: Checkpoint): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await removeLeftovers(folder);
  const names = checkpointNames(stem);
  const [current, previous] = [join(folder, names.current), join(folder, names.previous)];
  await replaceFile(current, (file) => writeWhole(file, checkpoint), {
    mode: 0o600,
    // Killed between this and the rename, the one before is the newest; it is what was last reported as written.
    beforeRename: () => rename(current, previous).catch(ignoreMissing),
  });
  return current;
}

/** Hashes while it writes and puts the hash in last, so that no second copy of the weights is needed. */
async function writeWhole(handle: FileHandle, checkpoint: Checkpoint): Promise<void> {
  const tensors = tensorsOf(checkpoint);
  const header = checkpointHeaderText(checkpoint.about, tensors);
  const begin = headerBytes(header);
  await writeAt(handle, begin, 0);
  const hash = hashOf(header);
  let position = begin.length;
  for (const tensor of tensors.values()) {
    const bytes = tensorBytes(tensor);
    hash.update(bytes);
    await writeAt(handle, bytes, position);
    position += bytes.length;
  }
  await writeAt(handle, headerBytes(withHash(header, hash.digest("hex"))), 0);
}

async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Removes the oldest models beyond `limit`. */
export async function removeOldCheckpoints(folder: string, limit: number): Promise<void> {
  const stems = [...new Set((await readdir(folder)).map(stemOf).filter((stem) => stem !== undefined))];
  const aged = await Promise.all(
    stems.map(async (stem) => {
      const { current, previous } = checkpointNames(stem);
      const paths = [join(folder, current), join(folder, previous)];
      const times = await Promise.all(paths.map((path) => stat(path).then(({ mtimeMs }) => mtimeMs, ignoreMissing)));
      return { paths, changed: Math.max(...times.map((time) => time ?? 0)) };
    }),
  );
  const old = aged.sort((a, b) => b.changed - a.changed).slice(limit);
  await Promise.all(old.flatMap(({ paths }) => paths.map((path) => rm(path, { force: true }))));
}

/** Of writers that are no more. What a living one is writing stays, also one of another process. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const writer = leftover.exec(name)?.[1];
    if (writer !== undefined && Number(writer) !== process.pid && !isAlive(Number(writer))) {
      await rm(join(folder, name), { force: true });
    }
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
    throw error;
  }
}
