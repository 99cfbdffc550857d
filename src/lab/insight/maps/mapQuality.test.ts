import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Rng } from "../../../shared/rng";
import { gaussians } from "./testing/gaussians";
import { mapQuality, qualitySample } from "./mapQuality";
import { nativeProducts, plainProducts } from "./products";
import { soloTeam } from "./team";

interface Recorded {
  readonly recordedWith: string;
  readonly rows: number;
  readonly columns: number;
  readonly features: readonly number[];
  readonly map: readonly number[];
  readonly quality: readonly {
    readonly neighbours: number;
    readonly trustworthiness: number;
    readonly recall: number;
  }[];
}

const golden = join(import.meta.dirname, "__goldens__", "sklearn.json");
const recorded = JSON.parse(readFileSync(golden, "utf8")) as Recorded;

const line = (positions: readonly number[]) => ({
  rows: positions.length,
  columns: 1,
  data: Float64Array.from(positions),
});

// Recorded by scripts/recordMapQuality.py.
describe(`map quality beside ${recorded.recordedWith}`, () => {
  it.each(recorded.quality)("with $neighbours neighbours is the same", async (wanted) => {
    const { rows, columns } = recorded;
    const features = { rows, columns, data: Float64Array.from(recorded.features) };
    const map = { rows, columns: 2, data: Float64Array.from(recorded.map) };
    const quality = await mapQuality(features, map, wanted.neighbours, plainProducts, soloTeam);
    expect(quality.trustworthiness).toBeCloseTo(wanted.trustworthiness, 10);
    expect(quality.neighbourRecall).toBeCloseTo(wanted.recall, 10);
  });
});

describe("map quality", () => {
  it("is perfect for a map that is the features, scaled", async () => {
    const [features, map] = [line([0, 1, 3, 7, 12, 20]), line([0, 2, 6, 14, 24, 40])];
    const quality = await mapQuality(features, map, 2, plainProducts, soloTeam);
    expect(quality).toEqual({ trustworthiness: 1, neighbourRecall: 1, neighbours: 2 });
  });

  it("is what a count by hand gives", async () => {
    // True positions 0 1 2.1 3.3 4.6; the map puts the last one beside the first. Nearest neighbours on the map, k = 1:
    // 0→4 (true rank 4, penalty 3), 1→0 (1), 2→1 (1), 3→2 (1), 4→0 (true rank 4, penalty 3). n = 5:
    // 1 - 2 / (5·1·(10 - 3 - 1)) · 6 = 0.6, and three of five neighbours are true ones.
    const [features, map] = [line([0, 1, 2.1, 3.3, 4.6]), line([0, 1, 2.1, 3.3, -0.5])];
    const quality = await mapQuality(features, map, 1, plainProducts, soloTeam);
    expect(quality.trustworthiness).toBeCloseTo(0.6, 12);
    expect(quality.neighbourRecall).toBeCloseTo(0.6, 12);
  });

  it("orders equal distances by index", async () => {
    const equal = { rows: 8, columns: 2, data: new Float32Array(16) };
    const { neighbourRecall } = await mapQuality(equal, equal, 3, plainProducts, soloTeam);
    expect(neighbourRecall).toBe(1);
  });

  it("is the same in single precision, and nearly so of a sample", async () => {
    const features = gaussians(1100, 20, 5, 4);
    const rng = new Rng(5);
    // A map that knows the groups and nothing else.
    const data = Float32Array.from({ length: 2200 }, (_, k) => 3 * (Math.floor(k / 2) % 5) * (k % 2) + rng.normal());
    const map = { rows: 1100, columns: 2, data };
    const all = await mapQuality(features, map, 10, plainProducts, soloTeam);
    const single = await mapQuality(features, map, 10, await nativeProducts(), soloTeam);
    expect(single.trustworthiness).toBeCloseTo(all.trustworthiness, 5);
    expect(single.neighbourRecall).toBeCloseTo(all.neighbourRecall, 4);
    const sample = qualitySample(1100, 1e9, 0);
    expect(sample.length).toBe(500);
    const some = await mapQuality(features, map, 10, plainProducts, soloTeam, sample);
    expect(some.trustworthiness).toBeCloseTo(all.trustworthiness, 1.5);
    expect(some.trustworthiness).not.toBe(all.trustworthiness);
  });

  it("is that of all rows where there are few, of a seeded sample where there are many", () => {
    expect(qualitySample(5000, 784, 0).length).toBe(5000);
    const sample = qualitySample(70_000, 128, 1);
    expect(sample.length).toBe(2232);
    expect(new Set(sample).size).toBe(2232);
    expect(sample).toEqual(qualitySample(70_000, 128, 1));
    expect(sample).not.toEqual(qualitySample(70_000, 128, 2));
  });
});
