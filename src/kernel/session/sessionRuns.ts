/** The trainings of this kernel, for the session report. */
import { keptRuns } from "../../shared/runFile";
import type { RunDescription } from "../../shared/sessionState";

/** What begins and ends in quick succession is told once. */
const settleMs = 100;

export class SessionRuns {
  readonly #runs = new Map<string, RunDescription>();
  #timer: NodeJS.Timeout | undefined;

  /** The newest first. */
  get list(): readonly RunDescription[] {
    return [...this.#runs.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** As it is now; undefined: forgotten. Calls `tell` soon. */
  take(id: string, run: RunDescription | undefined, tell: () => void): void {
    if (run === undefined) this.#runs.delete(id);
    else this.#runs.set(id, run);
    for (const old of this.list.slice(keptRuns)) this.#runs.delete(old.id);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      tell();
    }, settleMs).unref();
  }
}
