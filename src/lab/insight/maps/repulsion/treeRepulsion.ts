import type { Team } from "../team";
import type { Points, Repulsion } from "./repulsion";
import { SourceList } from "./sourceList";

/** A cell is taken as one point where its width is below this share of its distance; scikit-learn's and openTSNE's value. */
const ANGLE = 0.5;
/** Points that share a leaf, and with it the list of what pushes them: more mean fewer walks and longer lists. */
const LEAF_POINTS = 16;

/**
 * Barnes-Hut (van der Maaten 2014): cells of a tree stand for their points where they are far away. The tree is walked once for all
 * points of a leaf (Barnes 1990), seen from the nearest corner of their box. A cell is the box around its points and is cut in
 * the middle of its longest side. One member builds the tree, all of them read it.
 */
export function treeRepulsion(n: number, dims: 2 | 3, team: Team): Repulsion {
  const capacity = 2 * n;
  const integers = (length: number) => new Uint32Array(team.memory(4 * length));
  const floats = (length: number) => new Float64Array(team.memory(8 * length));
  /** Points, side by side as the cells have them. */
  const order = integers(n);
  const places = floats(n * dims);
  /** Cells come before what they are divided into. Of each: the first of its points, the end of them, the next cell that is not inside. */
  const starts = integers(capacity);
  const ends = integers(capacity);
  const nexts = integers(capacity);
  const centres = floats(capacity * dims);
  const widths = floats(capacity);
  const leaves = integers(n);
  /** How many cells and leaves there are. */
  const counts = integers(2);

  const sources = new SourceList(n, dims);
  const low = new Float64Array(dims);
  const high = new Float64Array(dims);
  let points: Points = new Float64Array(0);

  team.share(1, () => {
    for (let i = 0; i < n; i++) order[i] = i;
  });

  /** Adds the cell of the places `start` … `end - 1`, and all inside it. */
  function build(start: number, end: number): void {
    const cell = counts[0]!++;
    let width = 0;
    let axis = 0;
    let middle = 0;
    for (let d = 0; d < dims; d++) {
      let least = Infinity;
      let most = -Infinity;
      let sum = 0;
      for (let k = start * dims + d; k < end * dims; k += dims) {
        const place = places[k]!;
        if (place < least) least = place;
        if (place > most) most = place;
        sum += place;
      }
      centres[cell * dims + d] = sum / (end - start);
      if (most - least > width) {
        width = most - least;
        axis = d;
        middle = (least + most) / 2;
      }
    }
    starts[cell] = start;
    ends[cell] = end;
    widths[cell] = width;
    // All points in one place, or so near each other that there is no number in between, stay in one leaf.
    const cut = end - start > LEAF_POINTS && width > 0 ? divide(start, end, axis, middle) : start;
    if (cut > start && cut < end) {
      build(start, cut);
      build(cut, end);
    } else {
      leaves[counts[1]!++] = cell;
    }
    nexts[cell] = counts[0]!;
  }

  /** Moves places below the middle before the others; answers with the first of these. */
  function divide(start: number, end: number, axis: number, middle: number): number {
    let left = start;
    let right = end;
    for (;;) {
      while (left < right && places[left * dims + axis]! < middle) left++;
      while (left < right && places[(right - 1) * dims + axis]! >= middle) right--;
      if (left >= right) return left;
      swap(left, --right);
    }
  }

  function swap(a: number, b: number): void {
    const point = order[a]!;
    order[a] = order[b]!;
    order[b] = point;
    for (let d = 0; d < dims; d++) {
      const place = places[a * dims + d]!;
      places[a * dims + d] = places[b * dims + d]!;
      places[b * dims + d] = place;
    }
  }

  /** Lists what pushes a target between `low` and `high`. */
  function walk(): void {
    const cells = counts[0]!;
    sources.clear();
    for (let cell = 0; cell < cells;) {
      let square = 0;
      for (let d = 0; d < dims; d++) {
        const centre = centres[cell * dims + d]!;
        const apart = centre < low[d]! ? low[d]! - centre : centre > high[d]! ? centre - high[d]! : 0;
        square += apart * apart;
      }
      const width = widths[cell]!;
      const next = nexts[cell]!;
      if (width * width <= ANGLE * ANGLE * square) {
        sources.add(centres, cell * dims, ends[cell]! - starts[cell]!);
        cell = next;
      } else {
        if (next === cell + 1) for (let k = starts[cell]!; k < ends[cell]!; k++) sources.add(places, k * dims, 1);
        cell++;
      }
    }
  }

  return {
    name: "Barnes-Hut",
    begin: (own) => void (points = own),
    gather() {
      for (let k = 0; k < n; k++) for (let d = 0; d < dims; d++) places[k * dims + d] = points[order[k]! * dims + d]!;
      counts.fill(0);
      build(0, n);
    },
    finish: () => undefined,
    pushOwn(from, to, push) {
      const leafAt = (point: number) => Math.ceil((counts[1]! * point) / n);
      let sum = 0;
      for (let leaf = leafAt(from); leaf < leafAt(to); leaf++) {
        const [start, end] = [starts[leaves[leaf]!]!, ends[leaves[leaf]!]!];
        low.fill(Infinity);
        high.fill(-Infinity);
        for (let k = start * dims; k < end * dims; k++) {
          low[k % dims] = Math.min(low[k % dims]!, places[k]!);
          high[k % dims] = Math.max(high[k % dims]!, places[k]!);
        }
        walk();
        for (let k = start; k < end; k++) sum += sources.pushOn(places, k * dims, push, order[k]! * dims);
      }
      return sum;
    },
    pushOthers(targets, from, to, push, parts) {
      for (let i = from; i < to; i++) {
        for (let d = 0; d < dims; d++) low[d] = high[d] = targets[i * dims + d]!;
        walk();
        parts[i] = sources.pushOn(targets, i * dims, push, i * dims);
      }
    },
  };
}
