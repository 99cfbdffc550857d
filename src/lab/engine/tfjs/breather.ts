import { setImmediate as macrotask } from "node:timers/promises";

/** How long the event loop may wait while something computes on its thread. */
const LONGEST_MS = 50;

/** Lets timers, output and interrupts have their turn between pieces of work on the main thread. */
export class Breather {
  #since = performance.now();

  /** To be awaited after each piece; costs nothing until the time is up. */
  async breathe(): Promise<void> {
    if (performance.now() - this.#since < LONGEST_MS) return;
    await macrotask();
    this.#since = performance.now();
  }
}
