import type { FeatureSpace, FeatureStore, FeatureUse } from "./featureStore";

type Rows = Map<string, Float32Array>;

/** Features in memory, up to `limitBytes`; beyond it the space that was used longest ago is forgotten as a whole. */
export class MemoryFeatureStore implements FeatureStore {
  readonly #spaces = new Map<string, Rows>();
  readonly #limitBytes: number;
  #bytes = 0;

  constructor(limitBytes = 1 << 30) {
    this.#limitBytes = limitBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  open(key: string, width: number): Promise<FeatureSpace> {
    this.#touch(key);
    return Promise.resolve({
      read: (items: readonly string[], into: Float32Array) => Promise.resolve(this.#read(key, width, items, into)),
      append: (items: readonly string[], rows: Float32Array) => {
        this.#append(key, width, items, rows);
        return Promise.resolve(rows);
      },
      unstored: () => Promise.resolve(undefined),
      stored: () => undefined,
      release: () => Promise.resolve(),
    });
  }

  use(): Promise<FeatureUse> {
    const spaces = [...this.#spaces.values()].filter(({ size }) => size > 0).length;
    return Promise.resolve({ bytes: this.#bytes, spaces });
  }

  async clear(): Promise<FeatureUse> {
    const before = await this.use();
    this.#spaces.clear();
    this.#bytes = 0;
    return before;
  }

  #read(key: string, width: number, items: readonly string[], into: Float32Array): number[] {
    const rows = this.#touch(key);
    const missing: number[] = [];
    items.forEach((item, i) => {
      const row = rows.get(item);
      if (row === undefined) missing.push(i);
      else into.set(row, i * width);
    });
    return missing;
  }

  #append(key: string, width: number, items: readonly string[], rows: Float32Array): void {
    const kept = this.#touch(key);
    items.forEach((item, i) => {
      this.#bytes += (kept.has(item) ? 0 : 1) * width * 4;
      kept.set(item, rows.subarray(i * width, (i + 1) * width));
    });
    for (const [oldest, forgotten] of this.#spaces) {
      if (oldest === key || this.#bytes <= this.#limitBytes) break;
      for (const row of forgotten.values()) this.#bytes -= row.byteLength;
      this.#spaces.delete(oldest);
    }
  }

  /** A map keeps the order of insertion, so the space used last is the last one. */
  #touch(key: string): Rows {
    const rows = this.#spaces.get(key) ?? new Map<string, Float32Array>();
    this.#spaces.delete(key);
    this.#spaces.set(key, rows);
    return rows;
  }
}
