import type { Team } from "../team";
import type { Bounds, Points, Repulsion } from "./repulsion";

/** A cell is taken as one point where its width is below this share of its distance; scikit-learn's and openTSNE's value. */
const ANGLE = 0.5;
/** Points that are closer than this share of the map's width stay in one leaf. */
const SAME_PLACE = 1e-9;
/** Halvings after which nothing is wider than that. */
const DEEPEST = 32;
const CELLS_PER_POINT = 4;
const LEAF = -1;

/**
 * Barnes-Hut (van der Maaten 2014): cells of a tree stand for their points where they are far away. For three dimensions,
 * where a grid would need too many cells. One member builds the tree, all of them read it.
 */
export function treeRepulsion(n: number, dims: 2 | 3, team: Team): Repulsion {
  const fanOut = 2 ** dims;
  const capacity = CELLS_PER_POINT * n + fanOut + 1;
  /** First of a cell's `fanOut` children, which lie side by side, or `LEAF`. */
  const children = new Int32Array(team.memory(4 * capacity));
  const counts = new Int32Array(team.memory(4 * capacity));
  /** Sums of the points' coordinates, then their means. */
  const centres = new Float64Array(team.memory(8 * capacity * dims));
  const widths = new Float64Array(team.memory(8 * capacity));
  const middles = new Float64Array(capacity * dims);
  const stack = new Int32Array(DEEPEST * fanOut + 1);
  let points: Points = new Float64Array(0);
  let bounds: Bounds = { low: [], high: [] };
  let size = 0;

  function addCell(width: number): number {
    const cell = size++;
    children[cell] = LEAF;
    counts[cell] = 0;
    widths[cell] = width;
    centres.fill(0, cell * dims, (cell + 1) * dims);
    return cell;
  }

  function split(cell: number): void {
    const width = widths[cell]! / 2;
    children[cell] = size;
    for (let part = 0; part < fanOut; part++) {
      const child = addCell(width);
      for (let d = 0; d < dims; d++) {
        const side = (part >> d) & 1;
        middles[child * dims + d] = middles[cell * dims + d]! + (side - 0.5) * width;
      }
    }
  }

  function childAt(cell: number, from: Float64Array, at: number, divisor: number): number {
    let part = 0;
    for (let d = 0; d < dims; d++) if (from[at + d]! / divisor > middles[cell * dims + d]!) part |= 1 << d;
    return children[cell]! + part;
  }

  function isAt(cell: number, point: number): boolean {
    for (let d = 0; d < dims; d++) {
      const apart = centres[cell * dims + d]! / counts[cell]! - points[point + d]!;
      if (Math.abs(apart) > SAME_PLACE * widths[0]!) return false;
    }
    return true;
  }

  function insert(point: number): void {
    let cell = 0;
    for (let depth = 0; ; depth++) {
      const isTaken = children[cell] === LEAF && counts[cell]! > 0 && !isAt(cell, point);
      if (isTaken && depth < DEEPEST && size + fanOut <= capacity) {
        // What the leaf holds, one point or several in one place, goes one level down as it is.
        split(cell);
        const below = childAt(cell, centres, cell * dims, counts[cell]!);
        counts[below] = counts[cell]!;
        for (let d = 0; d < dims; d++) centres[below * dims + d] = centres[cell * dims + d]!;
      }
      counts[cell]!++;
      for (let d = 0; d < dims; d++) centres[cell * dims + d]! += points[point + d]!;
      if (children[cell] === LEAF) return;
      cell = childAt(cell, points, point, 1);
    }
  }

  return {
    name: "Barnes-Hut",
    begin(own, box) {
      points = own;
      bounds = box;
    },
    gather() {
      size = 0;
      const { low, high } = bounds;
      addCell(Math.max(...low.map((from, d) => high[d]! - from), Number.MIN_VALUE));
      for (let d = 0; d < dims; d++) middles[d] = (low[d]! + high[d]!) / 2;
      for (let point = 0; point < points.length; point += dims) insert(point);
      for (let cell = 0; cell < size; cell++) {
        for (let d = 0; d < dims; d++) centres[cell * dims + d]! /= Math.max(1, counts[cell]!);
      }
    },
    finish: () => undefined,
    push(targets, from, to, push, parts) {
      for (let i = from; i < to; i++) {
        const xi = targets[i * dims]!;
        const yi = targets[i * dims + 1]!;
        const zi = dims === 3 ? targets[i * dims + 2]! : 0;
        let x = 0;
        let y = 0;
        let z = 0;
        let part = 0;
        let depth = 0;
        stack[depth++] = 0;
        while (depth > 0) {
          const cell = stack[--depth]!;
          const count = counts[cell]!;
          if (count === 0) continue;
          const dx = xi - centres[cell * dims]!;
          const dy = yi - centres[cell * dims + 1]!;
          const dz = dims === 3 ? zi - centres[cell * dims + 2]! : 0;
          const square = dx * dx + dy * dy + dz * dz;
          const width = widths[cell]!;
          const first = children[cell]!;
          if (first === LEAF || width * width < ANGLE * ANGLE * square) {
            const similarity = 1 / (1 + square);
            const strength = count * similarity * similarity;
            part += count * similarity;
            x += strength * dx;
            y += strength * dy;
            z += strength * dz;
          } else {
            for (let child = first; child < first + fanOut; child++) stack[depth++] = child;
          }
        }
        push[i * dims] = x;
        push[i * dims + 1] = y;
        if (dims === 3) push[i * dims + 2] = z;
        parts[i] = part;
      }
    },
  };
}
