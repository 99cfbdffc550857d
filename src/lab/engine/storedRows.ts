/** Rows that lie in files of a feature store. Plain data, so that they cross to the trainer thread. */
export interface StoredRows {
  /** `[n, …shape of one row]`. */
  readonly shape: readonly number[];
  readonly dtype: "float32" | "float16";
  readonly files: readonly string[];
  /** For each row, the index into `files`, and where its bytes begin there. */
  readonly file: Uint16Array;
  readonly offset: Float64Array;
}
