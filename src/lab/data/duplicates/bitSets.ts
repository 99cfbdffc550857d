/** Sets of equally many possible members, as bits, and which of them are similar. */
interface BitSets {
  /** 32-bit words of each set, at least 3. */
  readonly words: number;
  /** `[n, words]`. */
  readonly bits: Uint32Array;
}

/**
 * Every set of `others` whose Jaccard similarity (common members / members of either) with a query is `threshold` or more. Exact: sets are
 * passed over where their sizes alone, or the words that were compared so far, already rule it out.
 */
export class BitSetSearch {
  readonly #words: number;
  readonly #threshold: number;
  /** Where each member's bit is: those that tell the most sets apart come first. */
  readonly #places: Uint32Array;
  /** Sorted by their number of members. */
  readonly #bits: Int32Array;
  readonly #order: Uint32Array;
  readonly #counts: Int32Array;
  /** `[members]`: where the sets with so many begin. */
  readonly #begin: Uint32Array;

  /** `threshold`: in (0, 1]. No set is empty. */
  constructor({ words, bits }: BitSets, threshold: number) {
    const size = bits.length / words;
    const setAt = (index: number) => bits.subarray(index * words, (index + 1) * words);
    const counts = Uint32Array.from({ length: size }, (_, index) => memberCount(setAt(index)));
    this.#words = words;
    this.#threshold = threshold;
    this.#places = placesOf(bits, words);
    this.#order = Uint32Array.from(counts.keys()).sort((a, b) => counts[a]! - counts[b]!);
    this.#counts = Int32Array.from(this.#order, (index) => counts[index]!);
    this.#bits = new Int32Array(bits.length);
    this.#order.forEach((index, row) => this.#bits.set(this.#placed(setAt(index)), row * words));
    this.#begin = new Uint32Array(32 * words + 2);
    for (const count of counts) this.#begin[count + 1]! += 1;
    for (let count = 1; count < this.#begin.length; count++) this.#begin[count]! += this.#begin[count - 1]!;
  }

  /** `query`: one set. */
  find(query: Uint32Array, onFound: (index: number, similarity: number) => void): void {
    const words = this.#words;
    const threshold = this.#threshold;
    const [bits, counts] = [this.#bits, this.#counts];
    const own = this.#placed(query);
    const [first, second, third] = own as unknown as readonly [number, number, number];
    const ownCount = memberCount(query);
    // The tolerance lets nothing be lost to rounding; what is found is held against the threshold itself.
    const share = (1 - threshold) / (1 + threshold) + 1e-9;
    const end = this.#begin[Math.min(32 * words, Math.floor(ownCount / threshold + 1e-9)) + 1]!;
    for (let row = this.#begin[Math.ceil(ownCount * threshold - 1e-9)]!; row < end; row++) {
      const members = ownCount + counts[row]!;
      const most = Math.floor(members * share);
      // Three words are enough for nearly all, and quicker at once.
      let at = row * words;
      let different = bitCount(first ^ bits[at]!) + bitCount(second ^ bits[at + 1]!) + bitCount(third ^ bits[at + 2]!);
      at += 3;
      for (let word = 3; word < words && different <= most; word++, at++) different += bitCount(own[word]! ^ bits[at]!);
      if (different > most) continue;
      const similarity = (members - different) / (members + different);
      if (similarity >= threshold) onFound(this.#order[row]!, similarity);
    }
  }

  #placed(set: Uint32Array): Int32Array {
    const placed = new Int32Array(this.#words);
    for (const member of membersOf(set)) {
      const place = this.#places[member]!;
      placed[place >>> 5]! |= 1 << (place & 31);
    }
    return placed;
  }
}

/** Members that are in half of the sets come first, those that are in all or in none last. */
function placesOf(bits: Uint32Array, words: number): Uint32Array {
  const holders = new Float64Array(32 * words);
  for (let at = 0; at < bits.length; at += words) {
    for (const member of membersOf(bits.subarray(at, at + words))) holders[member]! += 1;
  }
  const half = bits.length / words / 2;
  const order = Uint32Array.from(holders.keys()).sort(
    (a, b) => Math.abs(holders[a]! - half) - Math.abs(holders[b]! - half),
  );
  const places = new Uint32Array(order.length);
  order.forEach((member, place) => (places[member] = place));
  return places;
}

function membersOf(set: Uint32Array): number[] {
  const members: number[] = [];
  set.forEach((bits, word) => {
    for (let rest = bits; rest !== 0; rest &= rest - 1) members.push(32 * word + 31 - Math.clz32(rest & -rest));
  });
  return members;
}

function memberCount(set: Uint32Array): number {
  return set.reduce((count, word) => count + bitCount(word), 0);
}

/** Of 32 bits, by adding neighbours (Warren, Hacker's Delight, 5-1). */
function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
