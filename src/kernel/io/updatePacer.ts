/**
 * Updates of a display that follow each other faster than anybody can see are not all sent: about thirty a second, and the
 * last one always. A display can be updated from several cells, so there is one pacer for all of them.
 */
import type { Outgoing } from "./outbox";
import { TokenBucket, type Budget } from "./tokenBucket";

const intervalMs = 33;

/** Characters of all updates together; beyond, they are sent less often. */
const characters: Budget = { burst: 32 * 1024 * 1024, perSecond: 4 * 1024 * 1024 };

/** So many displays are remembered at most. */
const remembered = 1000;

export class UpdatePacer {
  readonly #send: (update: Outgoing) => void;
  readonly #now: () => number;
  readonly #sentMs = new Map<string, number>();
  readonly #waiting = new Map<string, Outgoing>();
  readonly #budget: TokenBucket;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (update: Outgoing) => void, now: () => number = () => performance.now()) {
    this.#send = send;
    this.#now = now;
    this.#budget = new TokenBucket(characters, now);
  }

  offer(id: string, update: Outgoing): void {
    if (this.#isDue(id)) {
      this.#waiting.delete(id);
      this.#sendNow(id, update);
      return;
    }
    this.#waiting.set(id, update);
    if (this.#waiting.size > remembered) {
      this.flush();
    }
    this.#timer ??= setTimeout(() => this.#sendDue(), intervalMs);
  }

  /** How many displays have an update that waits. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Sends those that wait: all, or those of one request. */
  flush(parent?: string): void {
    for (const [id, update] of this.#waiting) {
      if (parent === undefined || update.parent === parent) {
        this.flushDisplay(id);
      }
    }
  }

  flushDisplay(id: string): void {
    const update = this.#waiting.get(id);
    if (update !== undefined) {
      this.#waiting.delete(id);
      this.#sendNow(id, update);
    }
  }

  #isDue(id: string): boolean {
    return this.#now() - (this.#sentMs.get(id) ?? -Infinity) >= intervalMs && this.#budget.tokens > 0;
  }

  #sendNow(id: string, update: Outgoing): void {
    this.#sentMs.delete(id);
    this.#sentMs.set(id, this.#now());
    if (this.#sentMs.size > remembered) {
      this.#sentMs.delete(this.#sentMs.keys().next().value!);
    }
    this.#budget.spend(update.content.length);
    this.#send(update);
  }

  #sendDue(): void {
    this.#timer = undefined;
    for (const id of this.#waiting.keys()) {
      if (this.#isDue(id)) {
        this.flushDisplay(id);
      }
    }
    if (this.#waiting.size > 0) {
      this.#timer = setTimeout(() => this.#sendDue(), intervalMs);
    }
  }
}
