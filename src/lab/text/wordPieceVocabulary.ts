/**
 * Learns the pieces of a WordPiece tokenizer: words are cut into letters, of which those that do not begin a word are marked with ##, and
 * the pair of neighbours that occurs most often becomes a piece, again and again (Sennrich et al. 2016; as Hugging Face's trainer).
 * The tokenizer then takes the longest piece that fits. No library in this language trains one.
 */

const CONTINUES = "##";
/** Of all letters of the texts, those that are known (Kudo & Richardson 2018): rare ones of other scripts would leave no room for pieces. */
const COVERAGE = 0.9995;
/** A pair that occurs once is no pattern. */
const LEAST_COUNT = 2;

/** @param words How often each occurs. @param size At most so many pieces. The same words give the same pieces in the same order. */
export function wordPieceVocabulary(words: ReadonlyMap<string, number>, size: number): readonly string[] {
  const merges = new Merges(words, commonLetters(words, size));
  while (merges.pieces.length < size && merges.mergeBest());
  return merges.pieces;
}

function lettersOf(word: string): string[] {
  return Array.from(word).map((letter, place) => (place === 0 ? letter : CONTINUES + letter));
}

function commonLetters(words: ReadonlyMap<string, number>, most: number): string[] {
  const counts = new Map<string, number>();
  for (const [word, count] of words) {
    for (const letter of lettersOf(word)) counts.set(letter, (counts.get(letter) ?? 0) + count);
  }
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || compare(a, b)).slice(0, most);
  const enough = COVERAGE * [...counts.values()].reduce((sum, count) => sum + count, 0);
  let covered = 0;
  return sorted.flatMap(([letter, count]) => {
    const isWanted = covered < enough;
    covered += count;
    return isWanted ? [letter] : [];
  });
}

interface Pair {
  readonly left: number;
  readonly right: number;
  /** Over all words. */
  count: number;
  /** Indices of words that have it, or once had it. */
  readonly words: Set<number>;
}

class Merges {
  readonly pieces: string[];
  readonly #ids: Map<string, number>;
  /** As the pieces that they are cut into so far. Words with other letters are left out: they become unknown tokens. */
  readonly #words: { pieces: readonly number[]; readonly count: number }[] = [];
  readonly #pairs = new Map<number, Pair>();

  constructor(words: ReadonlyMap<string, number>, letters: readonly string[]) {
    this.pieces = [...letters];
    this.#ids = new Map(letters.map((letter, id) => [letter, id]));
    for (const [word, count] of words) {
      const pieces = lettersOf(word).map((letter) => this.#ids.get(letter));
      if (pieces.every((id) => id !== undefined)) this.#words.push({ pieces, count });
    }
    this.#words.forEach(({ pieces, count }, index) => this.#count(pieces, count, index));
  }

  /** False when no pair is left that occurs often enough. */
  mergeBest(): boolean {
    let best: Pair | undefined;
    for (const pair of this.#pairs.values()) {
      if (
        best === undefined ||
        pair.count > best.count ||
        (pair.count === best.count && this.#comesBefore(pair, best))
      ) {
        best = pair;
      }
    }
    if (best === undefined || best.count < LEAST_COUNT) return false;
    this.#merge(best);
    return true;
  }

  #merge({ left, right, words }: Pair): void {
    const piece = this.pieces[left]! + this.pieces[right]!.slice(CONTINUES.length);
    const id = this.#ids.get(piece) ?? this.pieces.push(piece) - 1;
    this.#ids.set(piece, id);
    for (const index of [...words]) {
      const word = this.#words[index]!;
      this.#count(word.pieces, -word.count, index);
      word.pieces = merged(word.pieces, left, right, id);
      this.#count(word.pieces, word.count, index);
    }
    this.#pairs.delete(keyOf(left, right));
  }

  /** Adds a word's pairs, or with a negative count takes them off. */
  #count(pieces: readonly number[], count: number, index: number): void {
    for (let i = 1; i < pieces.length; i++) {
      const [left, right] = [pieces[i - 1]!, pieces[i]!];
      const key = keyOf(left, right);
      const pair = this.#pairs.get(key) ?? { left, right, count: 0, words: new Set() };
      pair.count += count;
      if (pair.count === 0) {
        this.#pairs.delete(key);
        continue;
      }
      pair.words.add(index);
      this.#pairs.set(key, pair);
    }
  }

  #comesBefore(a: Pair, b: Pair): boolean {
    return (
      (compare(this.pieces[a.left]!, this.pieces[b.left]!) || compare(this.pieces[a.right]!, this.pieces[b.right]!)) < 0
    );
  }
}

function merged(pieces: readonly number[], left: number, right: number, id: number): readonly number[] {
  const result: number[] = [];
  for (let i = 0; i < pieces.length; i++) {
    const isPair = pieces[i] === left && pieces[i + 1] === right;
    result.push(isPair ? id : pieces[i]!);
    if (isPair) i++;
  }
  return result;
}

/** Exact for up to 2^26 pieces. */
function keyOf(left: number, right: number): number {
  return left * 2 ** 26 + right;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
