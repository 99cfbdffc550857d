import type { Feeds } from "./runtime";

/** Flat arrays by name. */
export type Arrays = ReadonlyMap<string, Float32Array>;

/**
 * Arrays that a step makes anew from what they were, in two copies: it reads one and writes the other, then they change places,
 * so nothing is allocated or copied from step to step.
 */
export class PingPong {
  readonly #copies: readonly [Arrays, Arrays];
  readonly #feeds: readonly [Feeds, Feeds];
  readonly #fetches: readonly [Feeds, Feeds];
  #current: 0 | 1 = 0;

  /** @param initial Becomes one of the copies. @param feeds How a copy is read. @param fetches How it is written. */
  constructor(initial: Arrays, feeds: (arrays: Arrays) => Feeds, fetches: (arrays: Arrays) => Feeds) {
    const other = new Map([...initial].map(([name, data]) => [name, data.slice()]));
    this.#copies = [initial, other];
    this.#feeds = [feeds(initial), feeds(other)];
    this.#fetches = [fetches(initial), fetches(other)];
  }

  /** Which of the copies is current. */
  get side(): 0 | 1 {
    return this.#current;
  }

  get arrays(): Arrays {
    return this.#copies[this.#current];
  }

  get feeds(): Feeds {
    return this.#feeds[this.#current];
  }

  get nextFetches(): Feeds {
    return this.#fetches[this.#current === 0 ? 1 : 0];
  }

  /** After a step: what it wrote is current. A second time: back to before it. */
  turn(): void {
    this.#current = this.#current === 0 ? 1 : 0;
  }
}

/** Into arrays of the same names and lengths. */
export function copyArrays(from: Arrays, into: Arrays): void {
  for (const [name, data] of from) into.get(name)!.set(data);
}
