import { describe, expect, it } from "vitest";
import { exampleComparison, exampleCurves, exampleEmbedding, exampleExplanation } from "../../shared/exampleFigures";
import {
  exampleConfusion,
  exampleDrift,
  exampleExamples,
  exampleLayers,
  exampleLines,
  exampleLrFinder,
  exampleReconstructions,
  exampleReport,
  exampleTopLosses,
} from "../../shared/exampleVerdicts";
import { FIGURE_MIME, PLOTLY_MIME } from "../../shared/mimeBundle";
import { expectGolden } from "./expectGolden";
import { figureBundle } from "./figureBundle";

const figures = [
  ...[exampleCurves(180), exampleEmbedding(120), exampleComparison(), exampleExplanation()],
  ...[exampleConfusion(), exampleReport(), exampleTopLosses(), exampleExamples(), exampleLayers(), exampleLrFinder()],
  ...[exampleDrift(), exampleLines()],
  exampleReconstructions(),
];

describe("figure bundle", () => {
  it.each(figures)("$kind is drawn as its goldens say", (figure) => {
    const bundle = figureBundle(figure);
    expectGolden(`${figure.kind}.svg`, bundle["image/svg+xml"] as string);
    expectGolden(`${figure.kind}.txt`, bundle["text/plain"] as string);
    expectGolden(`${figure.kind}.plotly.json`, reviewable(bundle[PLOTLY_MIME]));
  });

  it("puts Graft's own type first and survives JSON", () => {
    for (const figure of figures) {
      const bundle = figureBundle(figure);
      expect(Object.keys(bundle)[0]).toBe(FIGURE_MIME);
      expect(JSON.parse(JSON.stringify(bundle[FIGURE_MIME]))).toEqual(figure);
    }
  });

  it("is Graft's own type and text while live", () => {
    expect(Object.keys(figureBundle(exampleCurves(100, true)))).toEqual([FIGURE_MIME, "text/plain"]);
  });

  it("stays small: 2,000 points in every representation are less than 300 kB", () => {
    expect(JSON.stringify(figureBundle(exampleEmbedding(2000))).length).toBeLessThan(300_000);
  });

  it("escapes what people name their classes", () => {
    const named = { ...exampleEmbedding(20), classes: ["<script>", "&", ...exampleEmbedding().classes.slice(2)] };
    const bundle = figureBundle(named);
    expect(bundle["image/svg+xml"]).not.toContain("<script>");
    expect(JSON.stringify(bundle[PLOTLY_MIME])).toContain("&lt;script&gt;");
  });
});

/** One line an array of numbers, so that a diff shows what moved. */
function reviewable(value: unknown): string {
  return JSON.stringify(value, null, 1).replace(
    /\[\s+(-?[\d.e+-]+(?:,\s+-?[\d.e+-]+)*)\s+\]/g,
    (_, list: string) => `[${list.replace(/\s+/g, " ")}]`,
  );
}
