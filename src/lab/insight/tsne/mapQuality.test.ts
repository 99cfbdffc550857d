import { describe, expect, it } from "vitest";
import { mapQuality } from "./mapQuality";
import { nearest } from "./nearest";

const line = (positions: readonly number[]) => ({
  rows: positions.length,
  columns: 1,
  data: Float64Array.from(positions),
});

describe("map quality", () => {
  it("is perfect for a map that is the features, scaled", () => {
    const quality = mapQuality(line([0, 1, 3, 7, 12, 20]), line([0, 2, 6, 14, 24, 40]), 2);
    expect(quality).toEqual({ trustworthiness: 1, neighbourRecall: 1, neighbours: 2 });
  });

  it("is what a count by hand gives", () => {
    // True positions 0 1 2.1 3.3 4.6; the map puts the last one beside the first. Nearest neighbours on the map, k = 1:
    // 0→4 (true rank 4, penalty 3), 1→0 (1), 2→1 (1), 3→2 (1), 4→0 (true rank 4, penalty 3). n = 5:
    // 1 - 2 / (5·1·(10 - 3 - 1)) · 6 = 0.6, and three of five neighbours are true ones.
    const quality = mapQuality(line([0, 1, 2.1, 3.3, 4.6]), line([0, 1, 2.1, 3.3, -0.5]), 1);
    expect(quality.trustworthiness).toBeCloseTo(0.6, 12);
    expect(quality.neighbourRecall).toBeCloseTo(0.6, 12);
  });
});

describe("nearest", () => {
  it("orders by distance, then by index, and leaves the row itself out", () => {
    expect([...nearest(Float64Array.from([5, 0, 2, 2, 1, 9]), 1, 3)]).toEqual([4, 2, 3]);
  });
});
