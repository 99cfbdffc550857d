import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  listedRuns,
  parseRunFile,
  type RunFile,
  runFileName,
  runFolderIn,
  runIdOf,
  settledRun,
} from "../shared/runFile";
import type { RunDescription } from "../shared/sessionState";
import { isAlive } from "./kernelAddress";

/** The runs of a notebook as its kernels of this machine have left them. Of a file that has not changed nothing is read again. */
export class RunReader {
  readonly #folder: string;
  readonly #known = new Map<string, { readonly changedMs: number; readonly file: RunFile | undefined }>();

  constructor(checkpointFolder: string) {
    this.#folder = runFolderIn(checkpointFolder);
  }

  /**
   * The newest first. A folder that does not exist has none.
   *
   * @param attached A kernel runs; without one, nothing trains.
   */
  async read(attached: boolean): Promise<readonly RunDescription[]> {
    const ids = (await readdir(this.#folder).catch(() => [])).flatMap((name) => runIdOf(name) ?? []);
    for (const id of this.#known.keys()) if (!ids.includes(id)) this.#known.delete(id);
    const files = (await Promise.all(ids.map((id) => this.#file(id)))).filter((file) => file !== undefined);
    const runs = files.map((file) => settledRun(file, (pid) => attached && isAlive(pid)));
    const there = new Set<string>();
    for (const checkpoint of new Set(runs.flatMap((run) => run.checkpoint ?? []))) {
      if (await stat(checkpoint).catch(() => undefined)) there.add(checkpoint);
    }
    return listedRuns(runs, (checkpoint) => there.has(checkpoint));
  }

  /** Absolute path of the file of a run. */
  fileOf(id: string): string {
    return join(this.#folder, runFileName(id));
  }

  async #file(id: string): Promise<RunFile | undefined> {
    const path = this.fileOf(id);
    try {
      const { mtimeMs } = await stat(path);
      const known = this.#known.get(id);
      if (known?.changedMs === mtimeMs) return known.file;
      const file = parseRunFile(await readFile(path, "utf8"));
      // Lists need nothing of its curves.
      this.#known.set(id, { changedMs: mtimeMs, file: file && { ...file, history: [] } });
      return file;
    } catch {
      return undefined; // Deleted since the folder was read; the next list knows.
    }
  }
}
