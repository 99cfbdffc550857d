/**
 * Whole groups into parts so that each part gets its share of every stratum: iterative stratification (Sechidis, Tsoumakas & Vlahavas 2011)
 * with groups in the place of examples. What is rarest is dealt first, as there is the least choice for it.
 */
import { GraftError } from "../../shared/graftError";
import type { Rng } from "../../shared/rng";

/**
 * The part of each example. `fractions`: of each part, together 1; a part of 0 gets nothing, every other at least one group.
 *
 * @throws GraftError `data/few-groups`.
 */
export function dealGroups(
  groups: readonly string[],
  strata: Int32Array,
  fractions: readonly number[],
  rng: Rng,
): Int32Array {
  const strataCount = strata.reduce((most, stratum) => Math.max(most, stratum + 1), 0);
  const numbers = new Map<string, number>();
  const groupOf = Int32Array.from(groups, (group) => {
    if (!numbers.has(group)) numbers.set(group, numbers.size);
    return numbers.get(group)!;
  });
  const wanted = [...fractions.keys()].filter((part) => fractions[part]! > 0);
  if (numbers.size < wanted.length) {
    throw new GraftError({
      code: "data/few-groups",
      expected: `at least ${wanted.length} groups, one for each part`,
      found: String(numbers.size),
      remedy: "Ask for fewer parts, or pass group: false where examples of a group may lie in several",
    });
  }
  const counts = Array.from({ length: numbers.size }, () => new Int32Array(strataCount));
  strata.forEach((stratum, index) => (counts[groupOf[index]!]![stratum]! += 1));
  const partOf = new Deal(counts, fractions, rng).partOfGroups(wanted);
  return groupOf.map((group) => partOf[group]!);
}

class Deal {
  /** `[groups][strata]`, examples. */
  readonly #counts: readonly Int32Array[];
  /** `[strata]`, examples that are not dealt yet. */
  readonly #left: Int32Array;
  /** `[parts][strata]`, examples that the part still lacks; negative where it has too many. */
  readonly #lacking: readonly Float64Array[];
  readonly #order: readonly number[];

  constructor(counts: readonly Int32Array[], fractions: readonly number[], rng: Rng) {
    this.#counts = counts;
    const strata = counts[0]?.length ?? 0;
    this.#left = new Int32Array(strata);
    for (const group of counts) group.forEach((count, stratum) => (this.#left[stratum]! += count));
    this.#lacking = fractions.map((fraction) => Float64Array.from(this.#left, (count) => count * fraction));
    this.#order = [...rng.permutation(counts.length)];
  }

  partOfGroups(parts: readonly number[]): Int32Array {
    const partOf = new Int32Array(this.#counts.length).fill(-1);
    const empty = new Set(parts);
    let groupsLeft = this.#counts.length;
    for (let stratum = this.#rarest(); stratum >= 0; stratum = this.#rarest()) {
      // The largest first: small ones even out what these leave. Equal ones stay in their random order.
      const holders = this.#order
        .filter((group) => partOf[group] === -1 && this.#counts[group]![stratum]! > 0)
        .sort((a, b) => this.#counts[b]![stratum]! - this.#counts[a]![stratum]!);
      for (const group of holders) {
        const open = groupsLeft === empty.size ? [...empty] : parts;
        const part = this.#neediest(open, stratum);
        partOf[group] = part;
        empty.delete(part);
        groupsLeft--;
        this.#counts[group]!.forEach((count, other) => {
          this.#left[other]! -= count;
          this.#lacking[part]![other]! -= count;
        });
      }
    }
    return partOf;
  }

  /** -1 when all is dealt. */
  #rarest(): number {
    let rarest = -1;
    this.#left.forEach((count, stratum) => {
      if (count > 0 && (rarest === -1 || count < this.#left[rarest]!)) rarest = stratum;
    });
    return rarest;
  }

  /** Lacks the most of the stratum, or of all where several do. */
  #neediest(parts: readonly number[], stratum: number): number {
    const total = (part: number) => this.#lacking[part]!.reduce((sum, count) => sum + count, 0);
    return parts.reduce((most, part) => {
      const more = this.#lacking[part]![stratum]! - this.#lacking[most]![stratum]!;
      return more > 0 || (more === 0 && total(part) > total(most)) ? part : most;
    });
  }
}
