/**
 * Where features wait that have crossed the frozen trunk. A row is found by what it was made from: the space (preprocessing,
 * the trunk's layers and weights, and so the cut) and the content of the image. Nothing is ever invalidated: a moved cut or a
 * changed weight is another space, in which there is nothing yet.
 */
export interface FeatureStore {
  /** The rows of these items, in their order; `undefined` where there is none. */
  read(space: string, items: readonly string[]): Promise<readonly (Float32Array | undefined)[]>;
  /** Keeps one row an item: `rows` is `[items.length, …]`, row after row. */
  write(space: string, items: readonly string[], rows: Float32Array): Promise<void>;
}

/** Features in memory, up to `limitBytes`; beyond it the space that was used longest ago is forgotten as a whole. */
export class MemoryFeatureStore implements FeatureStore {
  readonly #spaces = new Map<string, Map<string, Float32Array>>();
  readonly #limitBytes: number;

  constructor(limitBytes = 1 << 30) {
    this.#limitBytes = limitBytes;
  }

  get bytes(): number {
    let sum = 0;
    for (const rows of this.#spaces.values()) for (const row of rows.values()) sum += row.byteLength;
    return sum;
  }

  read(space: string, items: readonly string[]): Promise<readonly (Float32Array | undefined)[]> {
    const rows = this.#touch(space);
    return Promise.resolve(items.map((item) => rows.get(item)));
  }

  write(space: string, items: readonly string[], rows: Float32Array): Promise<void> {
    const kept = this.#touch(space);
    const width = rows.length / items.length;
    items.forEach((item, i) => kept.set(item, rows.subarray(i * width, (i + 1) * width)));
    for (const oldest of this.#spaces.keys()) {
      if (oldest === space || this.bytes <= this.#limitBytes) break;
      this.#spaces.delete(oldest);
    }
    return Promise.resolve();
  }

  /** A map keeps the order of insertion, so the space used last is the last one. */
  #touch(space: string): Map<string, Float32Array> {
    const rows = this.#spaces.get(space) ?? new Map<string, Float32Array>();
    this.#spaces.delete(space);
    this.#spaces.set(space, rows);
    return rows;
  }
}
