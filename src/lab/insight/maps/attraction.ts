import type { Affinities } from "./affinities";

/** Fills `pull` for points `from` … `to - 1`: Σj p(ij) (yj - yi) / (1 + |yi - yj|²), the attraction by neighbours. */
export type Attraction = (points: Float64Array, from: number, to: number, pull: Float64Array) => void;

export function attraction({ starts, columns, values }: Affinities, dims: 2 | 3): Attraction {
  return dims === 2 ? inPlane : inSpace;

  function inPlane(points: Float64Array, from: number, to: number, pull: Float64Array): void {
    for (let i = from; i < to; i++) {
      const xi = points[2 * i]!;
      const yi = points[2 * i + 1]!;
      let x = 0;
      let y = 0;
      for (let entry = starts[i]!; entry < starts[i + 1]!; entry++) {
        const j = 2 * columns[entry]!;
        const dx = points[j]! - xi;
        const dy = points[j + 1]! - yi;
        const strength = values[entry]! / (1 + dx * dx + dy * dy);
        x += strength * dx;
        y += strength * dy;
      }
      pull[2 * i] = x;
      pull[2 * i + 1] = y;
    }
  }

  function inSpace(points: Float64Array, from: number, to: number, pull: Float64Array): void {
    for (let i = from; i < to; i++) {
      const xi = points[3 * i]!;
      const yi = points[3 * i + 1]!;
      const zi = points[3 * i + 2]!;
      let x = 0;
      let y = 0;
      let z = 0;
      for (let entry = starts[i]!; entry < starts[i + 1]!; entry++) {
        const j = 3 * columns[entry]!;
        const dx = points[j]! - xi;
        const dy = points[j + 1]! - yi;
        const dz = points[j + 2]! - zi;
        const strength = values[entry]! / (1 + dx * dx + dy * dy + dz * dz);
        x += strength * dx;
        y += strength * dy;
        z += strength * dz;
      }
      pull[3 * i] = x;
      pull[3 * i + 1] = y;
      pull[3 * i + 2] = z;
    }
  }
}
