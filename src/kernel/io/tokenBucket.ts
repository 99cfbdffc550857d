/** A budget that can be spent at once and refills with time, up to where it began. */
export interface Budget {
  readonly burst: number;
  readonly perSecond: number;
}

export class TokenBucket {
  readonly #budget: Budget;
  readonly #now: () => number;
  #tokens: number;
  #refilledMs: number;

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(budget: Budget, now: () => number) {
    this.#budget = budget;
    this.#now = now;
    this.#tokens = budget.burst;
    this.#refilledMs = now();
  }

  /** What can be spent now; below 0 when the last purchase was larger than what was left. */
  get tokens(): number {
    const now = this.#now();
    this.#tokens = Math.min(
      this.#budget.burst,
      this.#tokens + ((now - this.#refilledMs) / 1000) * this.#budget.perSecond,
    );
    this.#refilledMs = now;
    return this.#tokens;
  }

  /** Spends the amount if anything is left, however large it is. */
  take(amount: number): boolean {
    const enough = this.tokens > 0;
    if (enough) {
      this.#tokens -= amount;
    }
    return enough;
  }

  /** Spends it in any case. */
  spend(amount: number): void {
    this.#tokens = this.tokens - amount;
  }
}
