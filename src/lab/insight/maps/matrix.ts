/** Rows of features, one an example: `data` is row-major, `[rows, columns]`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array | Float32Array;
}

/** Copies rows `from` … `to - 1` out of memory that other threads share. */
export function ownRows({ columns, data }: Matrix, from: number, to: number): Float32Array | Float64Array {
  const rows = data.subarray(from * columns, to * columns);
  const own = rows instanceof Float32Array ? new Float32Array(rows.length) : new Float64Array(rows.length);
  // `set` copies the bytes; a constructor that is given shared memory goes from number to number.
  own.set(rows);
  return own;
}
