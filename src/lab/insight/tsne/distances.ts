import type { Matrix } from "./matrix";

/** Squared Euclidean distances between all rows, `[rows, rows]`. */
export function squaredDistances({ rows, columns, data }: Matrix): Float64Array {
  const distances = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    const a = i * columns;
    for (let j = i + 1; j < rows; j++) {
      const b = j * columns;
      let sum = 0;
      for (let c = 0; c < columns; c++) {
        const difference = data[a + c]! - data[b + c]!;
        sum += difference * difference;
      }
      distances[i * rows + j] = sum;
      distances[j * rows + i] = sum;
    }
  }
  return distances;
}
