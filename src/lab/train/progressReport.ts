import { labHost } from "../../shared/labHost";

const INTERVAL_MS = 100;
let count = 0;

/** Progress of one piece of work, with the time that is left, at most ten times a second. `end` is called in any case. */
export class ProgressReport {
  readonly #id: string;
  readonly #title: string;
  readonly #started = performance.now();
  #last = -Infinity;

  constructor(title: string) {
    this.#id = `lab-${++count}`;
    this.#title = title;
  }

  /** `fraction` in [0, 1). */
  update(fraction: number, detail: string): void {
    const now = performance.now();
    if (now - this.#last < INTERVAL_MS) return;
    this.#last = now;
    const left = fraction > 0.02 ? `, ${timeLeft(((now - this.#started) / fraction) * (1 - fraction))} left` : "";
    this.#send(Math.min(fraction, 0.999), detail + left);
  }

  end(detail: string): void {
    this.#send(1, detail);
  }

  #send(fraction: number, detail: string): void {
    labHost().progress({ id: this.#id, title: this.#title, fraction, detail });
  }
}

function timeLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 100 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
