import type { Team } from "../team";
import { fieldGrid, type FieldGrid } from "./fieldGrid";
import type { Points, Repulsion } from "./repulsion";

/** Nodes along each axis between which a place is interpolated, by a cubic spline. */
const ORDER = 4;
/**
 * In the map's units, beside which similarity falls from 1 to a half. The pushes are then as accurate as those through a tree
 * with scikit-learn's angle of 0.5, the normaliser ten times as accurate.
 */
const WIDEST_SPACING = 0.45;
/** Spacings come in steps, because another spacing means other spectra of the kernels. */
const SPACINGS_PER_OCTAVE = 4;
const FEWEST_NODES = 64;
/** Of all points in one place. */
const LEAST_EXTENT = 1e-9;

/**
 * Interpolation with fast Fourier transforms (FIt-SNE; Linderman et al. 2019), for two dimensions: each point's charge is
 * spread over the nodes around it, the nodes push each other through a convolution, and what pushes a point is interpolated
 * from its nodes. Both are by cubic B-splines, whose smoothing the convolution undoes (Essmann et al. 1995): as accurate as the
 * polynomials of FIt-SNE with fewer nodes. Time grows with the points and, beside it, with the map's area.
 */
export function gridRepulsion(perTarget: boolean, team: Team): Repulsion {
  const alongX = new Float64Array(ORDER);
  const alongY = new Float64Array(ORDER);
  let grid: FieldGrid | undefined;
  let points: Points = new Float64Array(0);
  let spacing = 0;
  let left = 0;
  let bottom = 0;

  /** Fills the weights of a place, and answers with the first of its nodes. Places beyond the grid are taken as on its edge. */
  function placeOnGrid(x: number, y: number, nodes: number): number {
    const inside = (place: number) => Math.min(nodes - ORDER / 2 - 1, Math.max(ORDER / 2 - 1, place));
    const column = inside((x - left) / spacing);
    const row = inside((y - bottom) / spacing);
    const firstColumn = Math.floor(column) - (ORDER / 2 - 1);
    const firstRow = Math.floor(row) - (ORDER / 2 - 1);
    splineWeights(column - firstColumn, alongX);
    splineWeights(row - firstRow, alongY);
    return firstRow * nodes + firstColumn;
  }

  /** Answers with the target's part in the normaliser where that is wanted. */
  function interpolate(targets: Points, i: number, push: Float64Array): number {
    const { pushes, similarities, nodes } = grid!;
    const first = placeOnGrid(targets[2 * i]!, targets[2 * i + 1]!, nodes);
    let x = 0;
    let y = 0;
    let part = 0;
    for (let row = 0; row < ORDER; row++) {
      let node = 2 * (first + row * nodes);
      for (let column = 0; column < ORDER; column++, node += 2) {
        const weight = alongY[row]! * alongX[column]!;
        x += weight * pushes[node]!;
        y += weight * pushes[node + 1]!;
        if (perTarget) part += weight * similarities[node]!;
      }
    }
    push[2 * i] = x;
    push[2 * i + 1] = y;
    return part;
  }

  return {
    name: "interpolated by FFT",
    begin(own, { low, high }) {
      points = own;
      const extent = Math.max(high[0]! - low[0]!, high[1]! - low[1]!, LEAST_EXTENT);
      let nodes = FEWEST_NODES;
      // 64, 96, 128, 192, …: twice as many are a power of two, or three times one.
      while ((nodes - ORDER) * WIDEST_SPACING < extent) nodes = nodes % 3 === 0 ? (nodes / 3) * 4 : (nodes / 2) * 3;
      const finer = Math.floor(SPACINGS_PER_OCTAVE * Math.log2(((nodes - ORDER) * WIDEST_SPACING) / extent));
      const wanted = WIDEST_SPACING * 2 ** (-finer / SPACINGS_PER_OCTAVE);
      if (grid?.nodes !== nodes || spacing !== wanted) {
        if (grid?.nodes !== nodes) grid = fieldGrid(nodes, perTarget, team);
        spacing = wanted;
        grid.setSpacing(spacing);
      }
      left = (low[0]! + high[0]!) / 2 - ((nodes - 1) / 2) * spacing;
      bottom = (low[1]! + high[1]!) / 2 - ((nodes - 1) / 2) * spacing;
    },
    gather() {
      const { charges, nodes } = grid!;
      charges.fill(0);
      for (let k = 0; k < points.length; k += 2) {
        let node = placeOnGrid(points[k]!, points[k + 1]!, nodes);
        for (let row = 0; row < ORDER; row++, node += nodes) {
          const weight = alongY[row]!;
          for (let column = 0; column < ORDER; column++) charges[node + column]! += weight * alongX[column]!;
        }
      }
    },
    finish: () => grid!.convolve(),
    pushOwn(from, to, push) {
      let sum = 0;
      for (let i = from; i < to; i++) sum += interpolate(points, i, push);
      return sum;
    },
    pushOthers(targets, from, to, push, parts) {
      for (let i = from; i < to; i++) parts[i] = interpolate(targets, i, push);
    },
  };
}

/** Cubic B-splines of the nodes 0 … 3 for a place between 1 and 2. */
function splineWeights(at: number, weights: Float64Array): void {
  const right = at - 1;
  const left = 1 - right;
  weights[0] = (left * left * left) / 6;
  weights[1] = (4 - 3 * right * right * (2 - right)) / 6;
  weights[2] = (4 - 3 * left * left * (2 - left)) / 6;
  weights[3] = (right * right * right) / 6;
}
