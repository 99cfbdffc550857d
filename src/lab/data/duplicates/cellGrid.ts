/** Where a grid lies on an image, in pixels: (0, 0) is over the whole of it. */
export type Shift = readonly [down: number, right: number];

/** Images as the brightness of `side` x `side` cells, at several shifts. Beyond its edge an image goes on as the edge is. */
export class CellGrid {
  readonly #shape: readonly number[];
  readonly #side: number;
  readonly #shifts: readonly Shift[];
  readonly #rows: ReadonlyMap<number, Taps>;
  readonly #columns: ReadonlyMap<number, Taps>;

  /** `shape`: `[height, width, channels]`. `reach`: how far a cell sees from its centre, in cells; above 0.5 cells overlap. */
  constructor(shape: readonly number[], side: number, reach: number, shifts: readonly Shift[]) {
    const [height, width] = shape as [number, number];
    this.#shape = shape;
    this.#side = side;
    this.#shifts = shifts;
    this.#rows = new Map(shifts.map(([down]) => [down, tapsOf(height, side, reach, down)]));
    this.#columns = new Map(shifts.map(([, right]) => [right, tapsOf(width, side, reach, right)]));
  }

  /** For each shift `[side, side]`. */
  cells(image: Uint8Array): Float64Array[] {
    const [height, width] = this.#shape as [number, number];
    const gray = grayOf(image, height * width);
    const narrow = new Map([...this.#columns].map(([right, taps]) => [right, filtered(gray, height, width, 1, taps)]));
    return this.#shifts.map(([down, right]) =>
      filtered(narrow.get(right)!, 1, height, this.#side, this.#rows.get(down)!),
    );
  }
}

/** For each cell as many pixels, `[side, pixels]`. */
interface Taps {
  readonly pixels: number;
  readonly places: Int32Array;
  readonly weights: Float64Array;
}

function tapsOf(length: number, side: number, reach: number, shift: number): Taps {
  const extent = Math.max(1, (reach * length) / side);
  const pixels = Math.ceil(2 * extent) + 1;
  const places = new Int32Array(side * pixels);
  const weights = new Float64Array(side * pixels);
  for (let cell = 0; cell < side; cell++) {
    const centre = ((cell + 0.5) * length) / side + shift;
    const first = Math.floor(centre - extent);
    const own = weights.subarray(cell * pixels, (cell + 1) * pixels);
    for (let tap = 0; tap < pixels; tap++) {
      places[cell * pixels + tap] = Math.max(0, Math.min(length - 1, first + tap));
      own[tap] = Math.max(0, 1 - Math.abs(first + tap + 0.5 - centre) / extent);
    }
    const sum = own.reduce((total, weight) => total + weight, 0);
    for (let tap = 0; tap < pixels; tap++) own[tap]! /= sum;
  }
  return { pixels, places, weights };
}

/** `[outer, length, inner]` to `[outer, side, inner]`. */
function filtered(values: Float64Array, outer: number, length: number, inner: number, taps: Taps): Float64Array {
  const { pixels, places, weights } = taps;
  const side = places.length / pixels;
  const result = new Float64Array(outer * side * inner);
  for (let row = 0; row < outer; row++) {
    for (let cell = 0; cell < side; cell++) {
      const into = (row * side + cell) * inner;
      for (let tap = cell * pixels; tap < (cell + 1) * pixels; tap++) {
        const weight = weights[tap]!;
        const from = (row * length + places[tap]!) * inner;
        for (let i = 0; i < inner; i++) result[into + i]! += weight * values[from + i]!;
      }
    }
  }
  return result;
}

/** The mean of the channels. */
function grayOf(image: Uint8Array, pixels: number): Float64Array {
  const channels = image.length / pixels;
  const gray = new Float64Array(pixels);
  for (let pixel = 0, at = 0; pixel < pixels; pixel++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += image[at++]!;
    gray[pixel] = sum / channels;
  }
  return gray;
}
