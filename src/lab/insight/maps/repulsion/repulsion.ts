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
   * Fills `push` at `targets`, points `from` … `to - 1` of them, and `parts` with the part of each in the normaliser, to which a point
   * that is also one of those that push adds 1 for itself.
   */
  push(targets: Points, from: number, to: number, push: Float64Array, parts: Float64Array): void;
}

/** Up to here an exact sum takes less time than the alternatives. */
const MOST_EXACT = 2000;

/**
 * The quickest way for `n` points that push.
 *
 * @param perTarget The part of each target in the normaliser is wanted, not only the sum.
 */
export function repulsionFor(n: number, dims: 2 | 3, perTarget: boolean, team: Team): Repulsion {
  if (n <= MOST_EXACT) return exactRepulsion(dims);
  return dims === 2 ? gridRepulsion(perTarget, team) : treeRepulsion(n, dims, team);
}
