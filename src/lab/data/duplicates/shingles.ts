/** Texts as sets of their shingles, all runs of three words (Broder 1997), and which of these sets are similar. */
const run = 3;

/** Numbers of all shingles, ascending, each once. A text of fewer words is one shingle. Case and punctuation do not count. */
export function shinglesOf(text: string): Uint32Array {
  const words = (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map(hashOf);
  const shingles = new Set<number>();
  for (let i = 0; i === 0 || i + run <= words.length; i++) shingles.add(joined(words.slice(i, i + run)));
  return Uint32Array.from(shingles).sort();
}

/** FNV-1a: of two different words or runs one pair in four thousand million has the same number. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function joined(words: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const word of words) {
    hash = Math.imul(hash ^ word, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/**
 * Every set of `others` whose Jaccard similarity (common members / members of either) with a query is `threshold` or more. Exact: sets that
 * are so similar have one of their rarest members in common, so only those are looked up (prefix filtering, Bayardo, Ma & Srikant 2007).
 */
export class ShingleSearch {
  readonly #others: readonly Uint32Array[];
  readonly #threshold: number;
  /** In how many sets a shingle is. */
  readonly #frequencies = new Map<number, number>();
  readonly #holders = new Map<number, number[]>();
  /** For each set the query that looked at it last. */
  readonly #seen: Float64Array;
  #query = 0;

  /** `threshold`: in (0, 1]. */
  constructor(others: readonly Uint32Array[], threshold: number) {
    this.#others = others;
    this.#threshold = threshold;
    this.#seen = new Float64Array(others.length);
    for (const set of others) {
      for (const member of set) this.#frequencies.set(member, (this.#frequencies.get(member) ?? 0) + 1);
    }
    others.forEach((set, index) => {
      for (const member of this.#rarest(set)) {
        const holders = this.#holders.get(member);
        if (holders === undefined) this.#holders.set(member, [index]);
        else holders.push(index);
      }
    });
  }

  find(query: Uint32Array, onFound: (set: number, similarity: number) => void): void {
    this.#query++;
    for (const member of this.#rarest(query)) {
      for (const index of this.#holders.get(member) ?? []) {
        if (this.#seen[index] === this.#query) continue;
        this.#seen[index] = this.#query;
        const similarity = similarityOf(query, this.#others[index]!);
        if (similarity >= this.#threshold) onFound(index, similarity);
      }
    }
  }

  /** So many that a set without any of them in common has too few members in common altogether. */
  #rarest(set: Uint32Array): Uint32Array {
    const count = set.length - Math.ceil(this.#threshold * set.length - 1e-9) + 1;
    const frequency = (member: number) => this.#frequencies.get(member) ?? 0;
    return set
      .slice()
      .sort((a, b) => frequency(a) - frequency(b) || a - b)
      .subarray(0, count);
  }
}

/** Both ascending. */
function similarityOf(a: Uint32Array, b: Uint32Array): number {
  let common = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [left, right] = [a[i]!, b[j]!];
    if (left === right) common++;
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return common / (a.length + b.length - common);
}
