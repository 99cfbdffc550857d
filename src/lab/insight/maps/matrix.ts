/** Rows of features, one an example: `data` is row-major, `[rows, columns]`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array | Float32Array;
}

/** Copies rows `from` … `to - 1` out of memory that other threads share. */
export function ownRows({ columns, data }: Matrix, from: number, to: number): Float32Array | Float64Array {
  const rows = data.subarray(from * columns, to * columns);
  return rows instanceof Float32Array ? new Float32Array(rows) : new Float64Array(rows);
}
