import type { Dataset } from "../dataset";
import { BitSetSearch } from "./bitSets";
import { CellGrid, type Shift } from "./cellGrid";
import { DifferenceHasher, hashWords } from "./differenceHash";

/** Images whose hashes have less in common are not compared any further. */
const leastHash = 0.8;
/** Of the small images that are compared. */
const side = 32;
const pixels = side * side;

/** The image as it is, and by a pixel in each direction. */
const shifts: readonly Shift[] = [0, 1, -1].flatMap((down) => [0, 1, -1].map((right): Shift => [down, right]));

/**
 * Images that correlate with another one, at one of nine shifts. Which ones to compare is said by their difference hashes: that makes it quick.
 * Which are the same is said by their pixels: thin strokes have equal hashes by chance.
 */
export class ImageSearch {
  readonly #others: Dataset;
  readonly #threshold: number;
  readonly #search: BitSetSearch;
  readonly #grid: CellGrid;
  /** Of those that were compared so far. */
  readonly #small = new Map<number, SmallImage>();

  /** `threshold`: the least correlation. */
  constructor(others: Dataset, threshold: number, onRead: (done: number) => void) {
    const hasher = new DifferenceHasher(others.imageShape, [[0, 0]]);
    const bits = new Uint32Array(others.size * hashWords);
    for (let i = 0; i < others.size; i++) {
      bits.set(hasher.hashes(others.image(i)), i * hashWords);
      onRead(i);
    }
    this.#others = others;
    this.#threshold = threshold;
    this.#search = new BitSetSearch({ words: hashWords, bits }, leastHash);
    this.#grid = new CellGrid(others.imageShape, side, 1, [[0, 0]]);
  }

  /** Finds by images of `[height, width, channels]`; the same one may be found at several shifts. */
  by(shape: readonly number[]): (image: Uint8Array, onFound: (index: number, similarity: number) => void) => void {
    const hasher = new DifferenceHasher(shape, shifts);
    const grid = new CellGrid(shape, side, 1, shifts);
    return (image, onFound) => {
      const hashes = hasher.hashes(image);
      let small: SmallImage[] | undefined;
      shifts.forEach((_, shift) => {
        this.#search.find(hashes.subarray(shift * hashWords, (shift + 1) * hashWords), (index) => {
          small ??= grid.cells(image).map(smallImage);
          const similarity = correlation(small[shift]!, this.#smallOther(index));
          if (similarity >= this.#threshold) onFound(index, similarity);
        });
      });
    };
  }

  #smallOther(index: number): SmallImage {
    const known = this.#small.get(index) ?? smallImage(this.#grid.cells(this.#others.image(index))[0]!);
    this.#small.set(index, known);
    return known;
  }
}

interface SmallImage {
  /** `[side, side]`; bytes, as there may be very many. */
  readonly data: Uint8ClampedArray;
  readonly mean: number;
  readonly deviation: number;
}

function smallImage(cells: Float64Array): SmallImage {
  const data = Uint8ClampedArray.from(cells);
  const mean = data.reduce((sum, byte) => sum + byte, 0) / pixels;
  const variance = data.reduce((sum, byte) => sum + (byte - mean) ** 2, 0) / pixels;
  return { data, mean, deviation: Math.sqrt(variance) };
}

/** Pearson's, so that brightness and contrast do not count; below 0 as 0. Two flat images are the same. */
function correlation(a: SmallImage, b: SmallImage): number {
  // Below one step of a byte there is nothing but noise.
  if (a.deviation < 1 && b.deviation < 1) return 1;
  if (a.deviation === 0 || b.deviation === 0) return 0;
  let products = 0;
  for (let i = 0; i < pixels; i++) products += a.data[i]! * b.data[i]!;
  const covariance = products / pixels - a.mean * b.mean;
  return Math.max(0, Math.min(1, covariance / (a.deviation * b.deviation)));
}
