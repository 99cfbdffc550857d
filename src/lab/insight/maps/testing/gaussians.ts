import { Rng } from "../../../../shared/rng";
import type { Matrix } from "../matrix";

/** For tests: `groups` unit Gaussians, `distance` apart, row i in group i % groups. */
export function gaussians(rows: number, columns: number, groups: number, distance: number, seed = 1) {
  const rng = new Rng(seed);
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) data[i * columns + j] = rng.normal() + (j === i % groups ? distance : 0);
  }
  return { rows, columns, data } satisfies Matrix;
}
