/**
 * Where features wait that have crossed the frozen trunk. A row is found by what it was made from: the space (preprocessing,
 * the trunk's layers and weights, and so the cut) and the content of the item. Nothing is ever invalidated: a moved cut or a
 * changed weight is another space, in which there is nothing yet.
 */
import type { StoredRows } from "../engine/storedRows";

export interface FeatureStore {
  /**
   * The space named `key` (SHA-256 in hex of everything that decides what a feature is, apart from the item), whose rows have
   * `width` numbers each. Whoever opens releases. Never fails for what is wrong with a disk: then rows are kept in memory.
   */
  open(key: string, width: number): Promise<FeatureSpace>;
  /** What is stored now. @throws what the disk refuses. */
  use(): Promise<FeatureUse>;
  /** Forgets everything that nobody uses at the moment; answers what is gone. @throws what the disk refuses. */
  clear(): Promise<FeatureUse>;
}

/** Room that stored features take. */
export interface FeatureUse {
  readonly bytes: number;
  /** Sets of features: one for each trunk with its preprocessing. */
  readonly spaces: number;
}

/** Items are named by the SHA-256 of their content, in base64url, see `Dataset.itemHash`. */
export interface FeatureSpace {
  /** Copies the rows of `items` into `into`, `[items.length, width]`; answers the positions of those that have none here. */
  read(items: readonly string[], into: Float32Array): Promise<number[]>;
  /** Keeps one row an item. Answers the rows as they will be read: `rows` itself, or rounded ones. Never fails, see `open`. */
  append(items: readonly string[], rows: Float32Array): Promise<Float32Array>;
  /**
   * The positions of those items that have no sound row in a file. Undefined when rows of this space cannot be read from
   * files, because there are none or they may not grow by so much.
   */
  unstored(items: readonly string[]): Promise<number[] | undefined>;
  /** The rows as they lie in files, `[items.length, …shape]`. Undefined when one of them lies in no file. */
  stored(items: readonly string[], shape: readonly number[]): StoredRows | undefined;
  release(): Promise<void>;
}
