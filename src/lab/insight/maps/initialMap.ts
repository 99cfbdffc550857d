import { Rng } from "../../../shared/rng";
import type { Matrix } from "./matrix";

/** Beside the spread of the points: keeps equal rows from staying on one spot. */
const JITTER = 0.01;

/** The first `dims` columns of the principal components, `[rows, dims]`, scaled so that the first has this standard deviation. */
export function initialMap(
  { rows, columns, data }: Matrix,
  dims: number,
  deviation: number,
  seed: number,
): Float64Array {
  const rng = new Rng(seed);
  let variance = 0;
  for (let i = 0; i < rows; i++) variance += data[i * columns]! ** 2 / rows;
  const scale = variance > 0 ? deviation / Math.sqrt(variance) : 0;
  return Float64Array.from({ length: rows * dims }, (_, k) => {
    const d = k % dims;
    const along = d < columns ? scale * data[((k - d) / dims) * columns + d]! : 0;
    return along + JITTER * deviation * rng.normal();
  });
}
