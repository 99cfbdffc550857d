/**
 * The header of a checkpoint: a safetensors file (8 bytes little-endian length, JSON, raw float32 data) whose `__metadata__`
 * has two texts. `graft` is JSON that says what the weights belong to; `sha256` is the hash of header and data, taken with 64
 * zeros in its own place. The lab writes and reads whole files; the extension reads headers to offer a restore.
 */
import { GraftError } from "./graftError";
import { dataLength, METADATA_KEY, type StoredTensor, storedTensors } from "./safetensors";
import type { CheckpointDescription } from "./sessionState";

/** Of the JSON under `graft`. Readers refuse a higher one. */
export const CHECKPOINT_VERSION = 1;
const suffix = ".safetensors";
const previousSuffix = ".previous.safetensors";

/** What every version has; the lab keeps more beside it. */
export interface CheckpointAbout extends Omit<CheckpointDescription, "file"> {
  readonly version: number;
}

export interface CheckpointHeader {
  readonly about: CheckpointAbout;
  readonly tensors: readonly StoredTensor[];
  /** Hexadecimal. */
  readonly sha256: string;
}

/** The file of a model, and the one before it that is kept until the next is whole. */
export function checkpointNames(stem: string): { readonly current: string; readonly previous: string } {
  return { current: stem + suffix, previous: stem + previousSuffix };
}

/** Undefined for other files. */
export function stemOf(name: string): string | undefined {
  const ending = [previousSuffix, suffix].find((candidate) => name.endsWith(candidate));
  return ending === undefined ? undefined : name.slice(0, -ending.length);
}

/**
 * `file` is for messages; `dataBytes` is what the file has behind its header.
 *
 * @throws GraftError `checkpoint/not-a-checkpoint`, `checkpoint/truncated`, `checkpoint/newer-version`.
 */
export function parseCheckpointHeader(file: string, text: string, dataBytes: number): CheckpointHeader {
  const header = objectOf(text);
  const metadata = header?.[METADATA_KEY] as { readonly graft?: unknown; readonly sha256?: unknown } | undefined;
  const about = typeof metadata?.graft === "string" ? objectOf(metadata.graft) : undefined;
  if (header === undefined || about === undefined || typeof metadata?.sha256 !== "string") {
    throw notACheckpoint(file, "none of Graft's metadata in it");
  }
  if (typeof about.version !== "number" || about.version > CHECKPOINT_VERSION) {
    throw new GraftError({
      code: "checkpoint/newer-version",
      expected: `a checkpoint of version ${CHECKPOINT_VERSION} in ${file}`,
      found: `version ${String(about.version)}`,
      remedy: "Update Graft, or restore it with the Graft that wrote it",
    });
  }
  const tensors = storedTensors(header, (found) => notACheckpoint(file, found));
  const length = dataLength(tensors);
  if (length !== dataBytes) {
    throw truncated(file, `${length} bytes of weights`, `${dataBytes}`);
  }
  return { about: about as unknown as CheckpointAbout, tensors, sha256: metadata.sha256 };
}

export function notACheckpoint(file: string, found: string): GraftError {
  return new GraftError({
    code: "checkpoint/not-a-checkpoint",
    expected: `a checkpoint of Graft in ${file}`,
    found,
    remedy: "Choose one of checkpoints.list()",
  });
}

export function truncated(file: string, expected: string, found: string): GraftError {
  return new GraftError({
    code: "checkpoint/truncated",
    expected: `${expected} in ${file}`,
    found,
    remedy: "Restore another one of checkpoints.list(); this file was cut off",
  });
}

/** A file of the checkpoint folder, as far as a list needs it. */
export interface CheckpointFile {
  /** Absolute path. */
  readonly file: string;
  /** The last part of the path. */
  readonly name: string;
  readonly header: string;
  readonly dataBytes: number;
}

/** One description a model, the newest first: of its file, or of the one before when that is not readable. */
export function describeCheckpoints(files: readonly CheckpointFile[]): CheckpointDescription[] {
  const newest = new Map<string, CheckpointDescription>();
  for (const { file, name, header, dataBytes } of files) {
    const stem = stemOf(name);
    if (stem === undefined || (newest.has(stem) && name === checkpointNames(stem).previous)) {
      continue;
    }
    try {
      newest.set(stem, descriptionOf(file, parseCheckpointHeader(file, header, dataBytes).about));
    } catch (error) {
      if (!(error instanceof GraftError)) {
        throw error;
      }
      // Not readable: the one before it, if there is one, stands for the model.
    }
  }
  return [...newest.values()].sort((a, b) => (a.savedAt < b.savedAt ? 1 : -1));
}

export function descriptionOf(file: string, about: CheckpointAbout): CheckpointDescription {
  const { variable, backbone, reached, savedAt } = about;
  return { file, ...(variable === undefined ? {} : { variable }), backbone, reached, savedAt };
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // Whoever asked says which file it was.
  }
}
