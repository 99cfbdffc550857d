/** Signatures of messages that were accepted, so that a recorded message cannot be played again. Forgets the oldest. */
export class SeenSignatures {
  readonly #limit: number;
  readonly #seen = new Set<string>();

  /** `limit`: how many are remembered; Jupyter's own clients remember as many. */
  constructor(limit = 65_536) {
    this.#limit = limit;
  }

  /** Remembers the signature; false when it was there already. */
  add(signature: string): boolean {
    if (this.#seen.has(signature)) {
      return false;
    }
    this.#seen.add(signature);
    if (this.#seen.size > this.#limit) {
      // A set keeps the order of insertion.
      const [oldest] = this.#seen;
      this.#seen.delete(oldest!);
    }
    return true;
  }
}
