import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mapQuality } from "./mapQuality";
import { tsne } from "./tsne";

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
  readonly tsne: { readonly perplexity: number; readonly divergence: number; readonly trustworthiness: number };
}

const golden = join(import.meta.dirname, "__goldens__", "sklearn.json");
const recorded = JSON.parse(readFileSync(golden, "utf8")) as Recorded;
const { rows, columns } = recorded;
const features = { rows, columns, data: Float64Array.from(recorded.features) };

// Recorded by scripts/recordMapQuality.py.
describe(`beside ${recorded.recordedWith}`, () => {
  it.each(recorded.quality)("map quality with $neighbours neighbours is the same", (wanted) => {
    const map = { rows, columns: 2, data: Float64Array.from(recorded.map) };
    const { trustworthiness, neighbourRecall } = mapQuality(features, map, wanted.neighbours);
    expect(trustworthiness).toBeCloseTo(wanted.trustworthiness, 10);
    expect(neighbourRecall).toBeCloseTo(wanted.recall, 10);
  });

  it("t-SNE reaches as low a divergence, and as trustworthy a map", () => {
    const { perplexity, divergence, trustworthiness } = recorded.tsne;
    const ours = tsne(features, { perplexity, iterations: 750, seed: 0 });
    expect(ours.divergence).toBeLessThan(1.05 * divergence);
    const map = { rows, columns: 2, data: ours.map };
    expect(mapQuality(features, map, 10).trustworthiness).toBeGreaterThan(trustworthiness - 0.01);
  });
});
