import { expect, test } from "vitest";
import { parseNotebook } from "../src/cli/notebook";
import type { ComparisonFigure } from "../src/shared/figure";
import { FIGURE_MIME } from "../src/shared/mimeBundle";
import { comparisonJson, comparisonTable, findComparison } from "./comparisonTable";
import { tutorialProblems } from "./tutorialProblems";

const row = {
  labels: 50,
  seeds: 10,
  accuracy: 0.66,
  interval: [0.64, 0.68],
  seconds: 3.125,
  trunkPasses: 1,
  detail: "all layers",
} as const;
const gain = { mean: 0.072, interval: [0.05, 0.094] } as const;
const figure: ComparisonFigure = {
  kind: "comparison",
  title: "Strategies",
  live: false,
  rows: [
    { ...row, strategy: "scratch" },
    { ...row, strategy: "head", detail: "head", accuracy: 0.732, gain },
    { ...row, strategy: "last 2 layers", detail: "last 2 layers", gain: { mean: -0.01, interval: [-0.02, 0.001] } },
  ],
};

const withScratch = 'await compareStrategies({ strategies: ["scratch", "head"] })';

function notebookWith(source: string, ...figures: readonly object[]) {
  const outputs = figures.map((data) => ({ output_type: "display_data", metadata: {}, data: { [FIGURE_MIME]: data } }));
  const cell = { cell_type: "code", id: "compare", source, execution_count: 1, outputs };
  return parseNotebook(JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }), "x.ipynb");
}

test("the last finished comparison is found, an unfinished one is not", () => {
  const notebook = notebookWith(
    withScratch,
    { ...figure, title: "first" },
    figure,
    { ...figure, live: true },
    { kind: "curves" },
  );
  expect(findComparison(notebook)).toEqual(figure);
  expect(findComparison(notebookWith(withScratch, { ...figure, live: true }))).toBeUndefined();
});

test("the table is aligned and shows gains with their sign", () => {
  expect(comparisonTable(figure)).toBe(
    [
      "strategy       labels    test accuracy %  gain over scratch  seconds  trained",
      "scratch            50  66.0 [64.0, 68.0]                        3.13  all layers",
      "head               50  73.2 [64.0, 68.0]  +7.2 [+5.0, +9.4]     3.13  head",
      "last 2 layers      50  66.0 [64.0, 68.0]  -1.0 [-2.0, +0.1]     3.13  last 2 layers",
    ].join("\n"),
  );
});

test("the JSON is one line and leaves out a gain that there is not", () => {
  const { rows } = JSON.parse(comparisonJson(figure)) as { rows: object[] };
  expect(comparisonJson(figure)).not.toContain("\n");
  expect(rows[0]).toEqual({
    strategy: "scratch",
    labels: 50,
    seeds: 10,
    accuracy: 0.66,
    interval: [0.64, 0.68],
    seconds: 3.125,
  });
  expect(rows[1]).toMatchObject({ gain });
});

test("a tutorial whose transfer does not beat scratch, or lacks a strategy, has a problem", () => {
  expect(tutorialProblems(notebookWith(withScratch, figure))).toEqual([
    "last 2 layers with 50 labels gains [-0.02,0.001] over scratch",
  ]);
  const lacking = { ...figure, rows: figure.rows.slice(0, 2) };
  expect(tutorialProblems(notebookWith(withScratch, lacking))).toEqual([
    "the comparison lacks fine-tuned last layers with 50 labels",
  ]);
  expect(tutorialProblems(notebookWith(withScratch))).toEqual(["there is no finished comparison"]);
  expect(
    tutorialProblems(notebookWith("await compareStrategies({})", { ...figure, rows: figure.rows.slice(1, 2) })),
  ).toEqual([]);
});
