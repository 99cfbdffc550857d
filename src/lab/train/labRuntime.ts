import { labHost } from "../../shared/labHost";
import type { Engine } from "../engine/engine";
import { type FeatureStore, MemoryFeatureStore } from "./featureStore";

/** What models compute with: one engine and one feature store for all of them, so that models of one backbone share features. */
export class LabRuntime {
  readonly engine: Engine;
  readonly store: FeatureStore;
  /** How many images have crossed a frozen trunk: the proof that each does so once. */
  trunkPasses = 0;

  constructor(engine: Engine, store: FeatureStore = new MemoryFeatureStore()) {
    this.engine = engine;
    this.store = store;
  }

  get interruptFlag(): Int32Array<SharedArrayBuffer> {
    return labHost().interruptFlag;
  }

  get interrupted(): boolean {
    return Atomics.load(this.interruptFlag, 0) !== 0;
  }
}
