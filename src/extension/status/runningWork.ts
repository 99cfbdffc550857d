/** The long work of a session, as the status bar tells it. What does not say how long it will take is asked by its pace. */
import type { ProgressUpdate } from "../../shared/labHost";

export interface WorkNow {
  readonly title: string;
  /** In [0, 1]. */
  readonly fraction: number;
  /** Undefined at the beginning, while nothing can be said. */
  readonly secondsLeft: number | undefined;
}

/** Before so much is done its pace says nothing. */
const leastFraction = 0.02;

export class RunningWork {
  readonly #works = new Map<string, { readonly startedMs: number; readonly from: number; now: WorkNow }>();

  /** What began last: of work within work, the inner one. */
  get now(): WorkNow | undefined {
    return [...this.#works.values()].at(-1)?.now;
  }

  take({ id, title, fraction, secondsLeft }: ProgressUpdate, nowMs: number): void {
    if (fraction >= 1) {
      this.#works.delete(id);
      return;
    }
    const { startedMs, from } = this.#works.get(id) ?? { startedMs: nowMs, from: fraction };
    const gained = fraction - from;
    const byPace = gained > leastFraction ? ((nowMs - startedMs) / 1000 / gained) * (1 - fraction) : undefined;
    this.#works.set(id, { startedMs, from, now: { title, fraction, secondsLeft: secondsLeft ?? byPace } });
  }

  /** A cell that failed or was interrupted sends no last update. */
  end(): void {
    this.#works.clear();
  }
}
