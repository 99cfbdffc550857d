/**
 * Checks of cells wait until no other cell has begun for a moment: they would take the processor from the cells that are run
 * one after the other. A cell that goes on for long does not hold them up.
 */
import { setTimeout as delay } from "node:timers/promises";

/** Longer than the gap between cells that are run all together, too short for a person to notice. */
const quietMs = 100;

/** Cells may follow each other for minutes. */
const mostMs = 1000;

export class QuietMoment {
  #latest = 0;

  /** Called when a cell begins; resolves when its check may. */
  async afterThis(): Promise<void> {
    this.#latest = performance.now();
    const deadline = this.#latest + mostMs;
    for (;;) {
      const left = Math.min(this.#latest + quietMs, deadline) - performance.now();
      if (left <= 0) {
        return;
      }
      await delay(left);
    }
  }
}
