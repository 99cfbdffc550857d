/**
 * Exact nearest neighbours, block by block: a product of matrices gives the distances of some queries to some rows, of which
 * the nearest are kept. Time grows with the square, but at the speed of a matrix product (70,000 rows of 50 columns take
 * less time than the map itself); memory grows with the rows alone.
 */
import { chunksOf } from "./chunks";
import { type Matrix, ownRows } from "./matrix";
import { type Products, squaredDistance } from "./products";
import type { Team } from "./team";

const QUERIES = 512;
const REFERENCES = 4096;
/** Kept beyond those asked for, because single precision may confuse which are the last. */
const SPARE = 8;

export interface Neighbours {
  /** For each query. */
  readonly count: number;
  /** `[queries, count]`, nearest first, equal ones by index. */
  readonly indices: Uint32Array<SharedArrayBuffer>;
  /** `[queries, count]`, squared. */
  readonly distances: Float32Array<SharedArrayBuffer>;
}

/**
 * The `count` nearest rows of `references` for each of the rows of `queries`; a row is not its own neighbour where both are the same object.
 * Answers with nothing when `isStopped` says so between two blocks.
 */
export async function nearestNeighbours(
  queries: Matrix,
  references: Matrix,
  count: number,
  products: Products,
  team: Team,
  isStopped: () => boolean = () => false,
): Promise<Neighbours> {
  const { columns } = references;
  const indices = new Uint32Array(team.memory(4 * queries.rows * count));
  const distances = new Float32Array(team.memory(4 * queries.rows * count));
  const kept = Math.min(references.rows - (queries === references ? 1 : 0), count + SPARE);
  const blocks = chunksOf(queries.rows, QUERIES);
  const parts = chunksOf(references.rows, REFERENCES);
  const distancesTo = Array.from({ length: parts.count }, (_, part) => {
    const [first, end] = [parts.from(part), parts.to(part)];
    return products.squaredDistancesTo(ownRows(references, first, end), end - first, columns);
  });

  await team.shareAsync(blocks.count, async (block) => {
    if (isStopped()) return;
    const [from, to] = [blocks.from(block), blocks.to(block)];
    const rows = ownRows(queries, from, to);
    const nearest = Array.from({ length: to - from }, () => new NearestHeap(kept));
    for (let part = 0; part < parts.count; part++) {
      const [first, end] = [parts.from(part), parts.to(part)];
      const square = await distancesTo[part]!(rows, to - from);
      nearest.forEach((heap, row) => {
        const self = queries === references ? from + row - first : -1;
        heap.offer(square, row * (end - first), end - first, first, self);
      });
    }
    nearest.forEach((heap, row) => {
      const exact = (index: number) => squaredDistance(rows, row * columns, references.data, index * columns, columns);
      const sorted = Array.from(heap.indices, (index) => ({ index, distance: exact(index) }));
      sorted.sort((a, b) => a.distance - b.distance || a.index - b.index);
      for (let place = 0; place < count; place++) {
        indices[(from + row) * count + place] = sorted[place]!.index;
        distances[(from + row) * count + place] = sorted[place]!.distance;
      }
    });
  });
  return { count, indices, distances };
}

/** Keeps the nearest that it is offered, the farthest of them on top; of equal ones those offered first. */
class NearestHeap {
  readonly indices: Uint32Array;
  readonly #distances: Float64Array;
  #size = 0;

  constructor(capacity: number) {
    this.indices = new Uint32Array(capacity);
    this.#distances = new Float64Array(capacity);
  }

  /** Offers `distances[from + k]` as index `first + k`, but not k = `self`. */
  offer(distances: Float32Array | Float64Array, from: number, length: number, first: number, self: number): void {
    const capacity = this.indices.length;
    let k = 0;
    for (; k < length && this.#size < capacity; k++) if (k !== self) this.#add(distances[from + k]!, first + k);
    let farthest = this.#distances[0]!;
    for (; k < length; k++) {
      const distance = distances[from + k]!;
      if (distance < farthest && k !== self) {
        this.#sink(0, distance, first + k);
        farthest = this.#distances[0]!;
      }
    }
  }

  #add(distance: number, index: number): void {
    let place = this.#size++;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#distances[parent]! >= distance) break;
      this.#move(parent, place);
      place = parent;
    }
    this.#put(place, distance, index);
  }

  #sink(start: number, distance: number, index: number): void {
    let place = start;
    for (let child = 2 * place + 1; child < this.#size; child = 2 * place + 1) {
      if (child + 1 < this.#size && this.#distances[child + 1]! > this.#distances[child]!) child++;
      if (this.#distances[child]! <= distance) break;
      this.#move(child, place);
      place = child;
    }
    this.#put(place, distance, index);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#distances[from]!, this.indices[from]!);
  }

  #put(place: number, distance: number, index: number): void {
    this.#distances[place] = distance;
    this.indices[place] = index;
  }
}
