import { squaredDistances } from "./distances";
import type { Matrix } from "./matrix";
import { nearest } from "./nearest";

export interface MapQuality {
  /** In [0, 1]: how few strangers the map puts among each point's neighbours (Venna & Kaski 2001). */
  readonly trustworthiness: number;
  /** In [0, 1]: the share of each row's true neighbours that are its neighbours on the map. */
  readonly neighbourRecall: number;
  readonly neighbours: number;
}

/**
 * How far a map can be trusted, measured against the features it was made from. `neighbours` must be below half the number
 * of rows. Equal distances are ordered by index.
 */
export function mapQuality(features: Matrix, map: Matrix, neighbours: number): MapQuality {
  const n = features.rows;
  const truth = squaredDistances(features);
  const drawn = squaredDistances(map);
  let penalty = 0;
  let recalled = 0;
  for (let i = 0; i < n; i++) {
    const truthRow = truth.subarray(i * n, (i + 1) * n);
    for (const j of nearest(drawn.subarray(i * n, (i + 1) * n), i, neighbours)) {
      const rank = rankOf(truthRow, i, j);
      if (rank <= neighbours) recalled++;
      else penalty += rank - neighbours;
    }
  }
  return {
    trustworthiness: 1 - (2 * penalty) / (n * neighbours * (2 * n - 3 * neighbours - 1)),
    neighbourRecall: recalled / (n * neighbours),
    neighbours,
  };
}

/** 1 for the nearest. */
function rankOf(row: Float64Array, self: number, j: number): number {
  let rank = 1;
  for (let k = 0; k < row.length; k++) {
    if (k !== self && (row[k]! < row[j]! || (row[k] === row[j] && k < j))) rank++;
  }
  return rank;
}
