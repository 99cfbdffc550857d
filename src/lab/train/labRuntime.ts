import { totalmem } from "node:os";
import { labHost } from "../../shared/labHost";
import type { Engine } from "../engine/engine";
import type { FeatureStore } from "../features/featureStore";
import { MemoryFeatureStore } from "../features/memoryFeatureStore";

export interface LabRuntimeOptions {
  /** Default: features stay in memory. */
  readonly store?: FeatureStore;
  /** Features of a dataset that take more are read from the store's files while they are trained on. Default: a quarter of the memory. */
  readonly streamAboveBytes?: number;
  /** Images cross a trunk in chunks whose pixels and features take up to this, each. Default 20 MiB: 32 images of 224 x 224. */
  readonly chunkBytes?: number;
}

/** What models compute with: one engine and one feature store for all of them, so that models of one backbone share features. */
export class LabRuntime {
  readonly engine: Engine;
  readonly store: FeatureStore;
  readonly streamAboveBytes: number;
  readonly chunkBytes: number;
  /** How many images have crossed a frozen trunk: the proof that each does so once. */
  trunkPasses = 0;
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(engine: Engine, options: LabRuntimeOptions = {}) {
    this.engine = engine;
    this.store = options.store ?? new MemoryFeatureStore();
    this.streamAboveBytes = options.streamAboveBytes ?? memoryBytes() / 4;
    // Blocks of up to 32 MiB are used again by the C library; larger ones come from the system each time, page by page.
    this.chunkBytes = options.chunkBytes ?? 20 << 20;
  }

  get interruptFlag(): Int32Array<SharedArrayBuffer> {
    return labHost().interruptFlag;
  }

  get interrupted(): boolean {
    return Atomics.load(this.interruptFlag, 0) !== 0;
  }

  /** Work of the same key is done one after the other: two models that want the same features at once compute them once. */
  async oneAtATime<T>(key: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.#last.get(key) ?? Promise.resolve()).then(work, work);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}

/** Of the machine, or of the container where that has less. */
export function memoryBytes(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}
