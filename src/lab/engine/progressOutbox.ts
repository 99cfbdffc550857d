import type { Progress } from "./trainerMessages";

/** Gathers progress into at most about 30 messages a second. Nothing is lost and the order stays. */
export class ProgressOutbox {
  readonly #send: (progress: readonly Progress[]) => void;
  readonly #intervalMs: number;
  #waiting: Progress[] = [];
  #sentAt = -Infinity;

  constructor(send: (progress: readonly Progress[]) => void, intervalMs = 33) {
    this.#send = send;
    this.#intervalMs = intervalMs;
  }

  add(progress: Progress): void {
    this.#waiting.push(progress);
    if (performance.now() - this.#sentAt >= this.#intervalMs) this.flush();
  }

  flush(): void {
    if (this.#waiting.length === 0) return;
    this.#send(this.#waiting);
    this.#waiting = [];
    this.#sentAt = performance.now();
  }
}
