import { labHost } from "../../shared/labHost";

const INTERVAL_MS = 100;
let count = 0;

export interface Progress {
  /** `fraction` in [0, 1). */
  update(fraction: number, detail: string): void;
  end(detail: string): void;
}

/** Of a piece of it that goes from the fraction `from` to `to`; the end of the piece is not the end of the whole. */
export function partOf(whole: Progress, name: string, from: number, to: number): Progress {
  return {
    update: (fraction, detail) => whole.update(from + (to - from) * fraction, `${name}: ${detail}`),
    end: () => undefined,
  };
}

/** Progress of one piece of work, with the time that is left, at most ten times a second. `end` is called in any case. */
export class ProgressReport implements Progress {
  readonly #id: string;
  readonly #title: string;
  readonly #begunAt: number;
  readonly #started = performance.now();
  #last = -Infinity;

  /** `begunAt`: what was done before, in [0, 1); it does not count for the time that is left. */
  constructor(title: string, begunAt = 0) {
    this.#id = `lab-${++count}`;
    this.#title = title;
    this.#begunAt = begunAt;
  }

  update(fraction: number, detail: string): void {
    const now = performance.now();
    if (now - this.#last < INTERVAL_MS) return;
    this.#last = now;
    const gained = fraction - this.#begunAt;
    const begun = Math.min(fraction, 0.999);
    if (gained <= 0.02) {
      this.#send(begun, detail);
      return;
    }
    const secondsLeft = ((now - this.#started) / 1000 / gained) * (1 - fraction);
    this.#send(begun, `${detail}, ${timeLeft(secondsLeft)} left`, secondsLeft);
  }

  end(detail: string): void {
    this.#send(1, detail);
  }

  #send(fraction: number, detail: string, secondsLeft?: number): void {
    const update = { id: this.#id, title: this.#title, fraction, detail };
    labHost().progress(secondsLeft === undefined ? update : { ...update, secondsLeft });
  }
}

function timeLeft(exact: number): string {
  const seconds = Math.ceil(exact);
  return seconds < 100 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
