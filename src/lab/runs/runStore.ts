/**
 * Where runs are kept: one small file each, beside the checkpoints of the notebook, so that later kernels have them. What is not in a file
 * (yet, or because the disk refuses it, or because this kernel has no folder) stays in memory. Keeping never waits and never fails.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { labHost } from "../../shared/labHost";
import { keptRuns, parseRunFile, runFileName, type RunFile, runFolderIn, runIdOf } from "../../shared/runFile";
import { removeLeftovers } from "../checkpoint/writeCheckpoint";
import { replaceFile } from "../data/atomicFile";

class RunStore {
  readonly #unwritten = new Map<string, RunFile>();
  #last: Promise<void> = Promise.resolve();
  readonly #warnedOf = new Set<string | undefined>();

  /** As it is now; an earlier state of it is replaced. */
  keep(file: RunFile): void {
    const { id } = file.run;
    this.#unwritten.set(id, file);
    for (const old of [...this.#unwritten.keys()].sort().slice(0, -keptRuns)) this.#unwritten.delete(old);
    const folder = currentFolder();
    if (folder === undefined) {
      labHost().ran(id, file.run);
    } else {
      this.#last = this.#last.then(() => this.#write(folder, file));
    }
  }

  /** In no order. */
  all(): RunFile[] {
    const folder = currentFolder();
    const written = folder === undefined ? [] : idsIn(folder).filter((id) => !this.#unwritten.has(id));
    return [...written.flatMap((id) => fileIn(folder!, id) ?? []), ...this.#unwritten.values()];
  }

  /** Whether this process trains it, or could not write it. */
  holds(id: string): boolean {
    return this.#unwritten.has(id);
  }

  /** Whether there was one. */
  delete(id: string): boolean {
    const folder = currentFolder();
    const had = this.#unwritten.delete(id) || (folder !== undefined && idsIn(folder).includes(id));
    if (had && folder !== undefined) {
      const path = join(folder, runFileName(id));
      rmSync(path, { force: true });
      // One that is being written comes to its place after this.
      this.#last = this.#last.then(() => rm(path, { force: true }).catch(() => undefined));
    }
    if (had) labHost().ran(id, undefined);
    return had;
  }

  /** Resolves when everything that was kept by now has been written, or refused. */
  settled(): Promise<void> {
    return this.#last;
  }

  /** Says once of a folder that something could not be kept there. */
  warn({ message }: Error): void {
    const folder = currentFolder();
    if (this.#warnedOf.has(folder)) return;
    this.#warnedOf.add(folder);
    console.warn(`Runs cannot be kept for later kernels: ${message}. This kernel keeps them, and training goes on.`);
  }

  async #write(folder: string, file: RunFile): Promise<void> {
    const { id, status } = file.run;
    if (this.#unwritten.get(id) !== file) return; // A later state is on its way, or it was deleted.
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await replaceFile(join(folder, runFileName(id)), (handle) => handle.writeFile(JSON.stringify(file)), {
        mode: 0o600,
      });
      if (status !== "running" && this.#unwritten.get(id) === file) this.#unwritten.delete(id);
      await removeOld(folder);
      await removeLeftovers(folder);
    } catch (error) {
      this.warn(error as Error);
    }
    labHost().ran(id, file.run);
  }
}

/** Of this process. */
export const runStore = new RunStore();

function currentFolder(): string | undefined {
  const { checkpointFolder } = labHost();
  return checkpointFolder === undefined ? undefined : runFolderIn(checkpointFolder);
}

function idsIn(folder: string): string[] {
  try {
    return readdirSync(folder).flatMap((name) => runIdOf(name) ?? []);
  } catch {
    return []; // Nothing has been kept here, or the disk does not tell.
  }
}

function fileIn(folder: string, id: string): RunFile | undefined {
  try {
    return parseRunFile(readFileSync(join(folder, runFileName(id)), "utf8"));
  } catch {
    return undefined; // Deleted meanwhile by a window.
  }
}

async function removeOld(folder: string): Promise<void> {
  const ids = (await readdir(folder)).flatMap((name) => runIdOf(name) ?? []).sort();
  await Promise.all(ids.slice(0, -keptRuns).map((id) => rm(join(folder, runFileName(id)), { force: true })));
}
