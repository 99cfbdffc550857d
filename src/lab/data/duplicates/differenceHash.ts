/**
 * Perceptual hashes by differences (dHash, Krawetz 2013) as sets of bits: in which direction the brightness changes between neighbouring cells
 * of a coarse grid. An image that was encoded again or made brighter keeps nearly all of its bits.
 */
import { CellGrid, type Shift } from "./cellGrid";

const side = 12;
const reach = 1.5;
/** A change counts from this part of the standard deviation of the cells on, and from one step of a byte on: flat areas have no direction. */
const leastChange = 0.3;
const leastStep = 1;

/** Rising and falling, to the right and downwards, and one for an image without any change. */
const bits = 4 * side * (side - 1) + 1;
export const hashWords = Math.ceil(bits / 32);

export class DifferenceHasher {
  readonly #grid: CellGrid;

  /** `shape`: `[height, width, channels]`. */
  constructor(shape: readonly number[], shifts: readonly Shift[]) {
    this.#grid = new CellGrid(shape, side, reach, shifts);
  }

  /** `[shifts, hashWords]`; no hash is 0. */
  hashes(image: Uint8Array): Uint32Array {
    const grids = this.#grid.cells(image);
    const hashes = new Uint32Array(grids.length * hashWords);
    grids.forEach((cells, i) => setBits(cells, hashes.subarray(i * hashWords, (i + 1) * hashWords)));
    return hashes;
  }
}

function setBits(cells: Float64Array, hash: Uint32Array): void {
  const mean = cells.reduce((total, cell) => total + cell, 0) / cells.length;
  const variance = cells.reduce((total, cell) => total + (cell - mean) ** 2, 0) / cells.length;
  const least = Math.max(leastStep, leastChange * Math.sqrt(variance));
  let index = 0;
  let isFlat = true;
  const set = (on: boolean) => {
    const place = index++;
    if (!on) return;
    hash[place >>> 5]! |= 1 << (place & 31);
    isFlat = false;
  };
  for (const step of [1, side]) {
    for (let cell = 0; cell < cells.length - step; cell++) {
      if (step === 1 && cell % side === side - 1) continue;
      const change = cells[cell + step]! - cells[cell]!;
      set(change > least);
      set(change < -least);
    }
  }
  set(isFlat);
}
