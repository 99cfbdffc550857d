/** What an executed tutorial must show, beyond that no cell failed. */
import type { Notebook } from "../src/cli/notebook";
import type { ComparisonRow } from "../src/shared/figure";
import { findComparison } from "./comparisonTable";

/** Sentences about what is wrong; none when everything is as the tutorial's text claims. */
export function tutorialProblems(notebook: Notebook): string[] {
  const problems: string[] = [];
  for (const cell of notebook.cells.filter((candidate) => candidate.cell_type === "code")) {
    const name = `cell ${JSON.stringify(cell.id)}`;
    if (typeof cell.execution_count !== "number") problems.push(`${name} did not run`);
    if (cell.outputs?.some((output) => output.output_type === "error") === true)
      problems.push(`${name} shows an error`);
  }
  const comparing = notebook.cells.find((cell) => cell.source.includes("compareStrategies("));
  if (comparing !== undefined) {
    const comparison = findComparison(notebook);
    if (comparison === undefined) problems.push("there is no finished comparison");
    else if (comparing.source.includes('"scratch"')) problems.push(...comparisonProblems(comparison.rows));
  }
  return problems;
}

/** The main claim: with 50 labels, transfer beats training from scratch, and not by luck. */
function comparisonProblems(rows: readonly ComparisonRow[]): string[] {
  const transfers = rows.filter(({ strategy, labels }) => strategy !== "scratch" && labels === 50);
  const expected = { "the new head": /^head$/, "fine-tuned last layers": /^last \d+ layers$/ };
  const missing = Object.entries(expected).filter(([, name]) => !transfers.some(({ strategy }) => name.test(strategy)));
  return [
    ...missing.map(([strategy]) => `the comparison lacks ${strategy} with 50 labels`),
    ...transfers
      .filter(({ gain }) => gain === undefined || gain.interval[0] <= 0)
      .map(
        ({ strategy, gain }) =>
          `${strategy} with 50 labels gains ${JSON.stringify(gain?.interval ?? "nothing")} over scratch`,
      ),
  ];
}
