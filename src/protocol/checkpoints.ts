import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type CheckpointFile, describeCheckpoints, stemOf } from "../shared/checkpointHeader";
import type { CheckpointDescription } from "../shared/sessionState";

/** A header holds the history of a training, not its weights; more than this is no header. */
const longestHeader = 256 * 2 ** 20;

/**
 * The checkpoints in a folder that can be read, the newest first, one a model. Reads headers only: that the weights are whole is checked
 * when they are restored. A folder that does not exist has none.
 */
export async function readCheckpointDescriptions(folder: string): Promise<CheckpointDescription[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return [];
    }
    throw error;
  });
  const checkpoints = names.filter((name) => stemOf(name) !== undefined).sort();
  const files = await Promise.all(checkpoints.map((name) => readHeader(folder, name)));
  return describeCheckpoints(files.filter((file) => file !== undefined));
}

/** Undefined when the file is too short to have a header, or has just been replaced. */
async function readHeader(folder: string, name: string): Promise<CheckpointFile | undefined> {
  const file = join(folder, name);
  let handle: FileHandle | undefined;
  try {
    handle = await open(file);
    const { size } = await handle.stat();
    const lengthBytes = Buffer.alloc(8);
    await handle.read(lengthBytes, 0, 8, 0);
    const length = Number(lengthBytes.readBigUInt64LE());
    if (length > Math.min(size - 8, longestHeader)) {
      return undefined;
    }
    const header = Buffer.alloc(length);
    await handle.read(header, 0, length, 8);
    return { file, name, header: header.toString("utf8"), dataBytes: size - 8 - length };
  } catch {
    return undefined; // Renamed or removed by its kernel since the folder was read; the next list has it.
  } finally {
    await handle?.close();
  }
}
