import { expect, it } from "vitest";
import { exampleComparison, exampleCurves, exampleEmbedding, exampleExplanation } from "./exampleFigures";
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
} from "./exampleVerdicts";
import { figureCsv } from "./figureCsv";

const figures = [
  ...[exampleCurves(30), exampleEmbedding(20), exampleComparison(), exampleExplanation(), exampleConfusion()],
  ...[exampleReport(), exampleTopLosses(), exampleExamples(), exampleLayers(), exampleLrFinder()],
  ...[exampleDrift(), exampleLines()],
  exampleReconstructions(),
];

it.each(figures)("$kind has as many fields in every row", (figure) => {
  const rows = figureCsv(figure).trimEnd().split("\r\n");
  expect(rows.length).toBeGreaterThan(1);
  const widths = new Set(rows.map((row) => row.replace(/"[^"]*"/g, "").split(",").length));
  expect([...widths]).toHaveLength(1);
});

it("quotes what needs it, and makes no formula of a name", () => {
  const report = exampleReport();
  const named = {
    ...report,
    classes: [
      { name: 'a "b", c\nd', support: 1 },
      { name: "=HYPERLINK(1)", support: 2 },
    ],
  };
  const csv = figureCsv(named);
  expect(csv).toContain('\r\n"a ""b"", c\nd",,,,,,1\r\n');
  expect(csv).toContain("\r\n'=HYPERLINK(1),,,,,,2\r\n");
});
