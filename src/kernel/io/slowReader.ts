/**
 * Decides when a client that does not read what it is sent has to go, so that what waits for it does not fill the memory. It
 * can come back and have its executions replayed.
 */
const tolerableBytes = 32 * 1024 * 1024;
/** More than the largest message that clients themselves may send is likely to cause, such as the echo of its code. */
const unbearableBytes = 256 * 1024 * 1024;
/** How long more than what is tolerable may wait without becoming less. */
const patienceMs = 10_000;

export class SlowReader {
  readonly #now: () => number;
  #sinceMs = 0;
  #leastBytes = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** `bytes`: what waits for the client after each message to it. */
  isTooSlow(bytes: number): boolean {
    if (bytes <= tolerableBytes) {
      this.#leastBytes = 0;
      return false;
    }
    if (this.#leastBytes === 0 || bytes < this.#leastBytes) {
      this.#leastBytes = bytes;
      this.#sinceMs = this.#now();
    }
    return bytes > unbearableBytes || this.#now() - this.#sinceMs > patienceMs;
  }
}
