/**
 * What all points of a map push each other with: Σj (yi - yj) / (1 + |yi - yj|²)², and Σj 1 / (1 + |yi - yj|²), the part
 * of each point in the normaliser of t-SNE. Three ways of computing the same: exactly, through a tree, through a grid.
 */
import type { Team } from "../team";
import { exactRepulsion } from "./exactRepulsion";
import { gridRepulsion } from "./gridRepulsion";
import { treeRepulsion } from "./treeRepulsion";

/** Points side by side: `[x0, y0, x1, y1, …]`, with a third coordinate in three dimensions. */
export type Points = Float64Array;

/** The box around all points. */
export interface Bounds {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Every member of a team has its own, over the same memory. The steps are taken in the order of the methods. */
export interface Repulsion {
  readonly name: "exact" | "Barnes-Hut" | "interpolated by FFT";
  /** Called by all members, with the points that push. */
  begin(points: Points, bounds: Bounds): void;
  /** Called by one member, while others do something else. */
  gather(): void;
  /** Called by all members. Answers with the normaliser where it is known before the pushes. */
  finish(): number | undefined;
  /**
   * Fills `push` for a share of the points that push: `from` … `to - 1` in an order of its own, so that shares which make up all points
   * fill each of them once. Answers with the sum of their parts in the normaliser, each with 1 for itself, unless `finish` has told it.
   */
  pushOwn(from: number, to: number, push: Float64Array): number;
  /** Fills `push` and `parts` at `targets`, points `from` … `to - 1` of them. */
  pushOthers(targets: Points, from: number, to: number, push: Float64Array, parts: Float64Array): void;
}

/** Up to here an exact sum takes less time than the alternatives. */
const MOST_EXACT = 300;
/** Up to here sums through a tree take less time than the transforms of a grid, whatever the width of the map. */
const MOST_IN_TREE = 20_000;

/**
 * The quickest way for `n` points that push.
 *
 * @param targets Each other again and again, as they move; or others while they stand still, of which each one's part in the normaliser is wanted.
 */
export function repulsionFor(n: number, dims: 2 | 3, targets: "each other" | "others", team: Team): Repulsion {
  if (n <= MOST_EXACT) return exactRepulsion(n, dims);
  const onGrid = dims === 2 && (targets === "others" || n > MOST_IN_TREE);
  return onGrid ? gridRepulsion(targets === "others", team) : treeRepulsion(n, dims, team);
}
