import type { Points } from "./repulsion";

/**
 * Places that push, each for so many points as its weight says, and what a target gets from them: Σ w (y - yj) / (1 + d²)² and
 * Σ w / (1 + d²). Two places are taken at a time, for the sake of one division: it takes as long as all the rest.
 */
export class SourceList {
  readonly #dims: 2 | 3;
  /** Coordinates and weight of each. */
  readonly #entries: Float64Array;
  #end = 0;

  constructor(capacity: number, dims: 2 | 3) {
    this.#dims = dims;
    this.#entries = new Float64Array((capacity + 1) * (dims + 1));
  }

  clear(): void {
    this.#end = 0;
  }

  /** @param at Where the place's coordinates begin in `places`. */
  add(places: Points, at: number, weight: number): void {
    const entries = this.#entries;
    const end = this.#end;
    entries[end] = places[at]!;
    entries[end + 1] = places[at + 1]!;
    if (this.#dims === 2) {
      entries[end + 2] = weight;
      this.#end = end + 3;
    } else {
      entries[end + 2] = places[at + 2]!;
      entries[end + 3] = weight;
      this.#end = end + 4;
    }
  }

  /**
   * Fills `push` from `to` on.
   *
   * @param at Where the target's coordinates begin in `targets`.
   * @returns Its part in the normaliser.
   */
  pushOn(targets: Points, at: number, push: Float64Array, to: number): number {
    // Where their number is odd, the last one is taken together with one of no weight. Its place counts too: in the rounding.
    this.#entries.fill(0, this.#end, this.#end + this.#dims + 1);
    return this.#dims === 2 ? this.#pushInPlane(targets, at, push, to) : this.#pushInSpace(targets, at, push, to);
  }

  #pushInPlane(targets: Points, at: number, push: Float64Array, to: number): number {
    const entries = this.#entries;
    const end = this.#end;
    const x = targets[at]!;
    const y = targets[at + 1]!;
    let pushX = 0;
    let pushY = 0;
    let part = 0;
    for (let k = 0; k < end; k += 6) {
      const ax = x - entries[k]!;
      const ay = y - entries[k + 1]!;
      const bx = x - entries[k + 3]!;
      const by = y - entries[k + 4]!;
      const a = 1 + ax * ax + ay * ay;
      const b = 1 + bx * bx + by * by;
      const inverse = 1 / (a * b);
      const ofA = inverse * b;
      const ofB = inverse * a;
      const partA = entries[k + 2]! * ofA;
      const partB = entries[k + 5]! * ofB;
      part += partA + partB;
      pushX += partA * ofA * ax + partB * ofB * bx;
      pushY += partA * ofA * ay + partB * ofB * by;
    }
    push[to] = pushX;
    push[to + 1] = pushY;
    return part;
  }

  #pushInSpace(targets: Points, at: number, push: Float64Array, to: number): number {
    const entries = this.#entries;
    const end = this.#end;
    const x = targets[at]!;
    const y = targets[at + 1]!;
    const z = targets[at + 2]!;
    let pushX = 0;
    let pushY = 0;
    let pushZ = 0;
    let part = 0;
    for (let k = 0; k < end; k += 8) {
      const ax = x - entries[k]!;
      const ay = y - entries[k + 1]!;
      const az = z - entries[k + 2]!;
      const bx = x - entries[k + 4]!;
      const by = y - entries[k + 5]!;
      const bz = z - entries[k + 6]!;
      const a = 1 + ax * ax + ay * ay + az * az;
      const b = 1 + bx * bx + by * by + bz * bz;
      const inverse = 1 / (a * b);
      const ofA = inverse * b;
      const ofB = inverse * a;
      const partA = entries[k + 3]! * ofA;
      const partB = entries[k + 7]! * ofB;
      part += partA + partB;
      pushX += partA * ofA * ax + partB * ofB * bx;
      pushY += partA * ofA * ay + partB * ofB * by;
      pushZ += partA * ofA * az + partB * ofB * bz;
    }
    push[to] = pushX;
    push[to + 1] = pushY;
    push[to + 2] = pushZ;
    return part;
  }
}
