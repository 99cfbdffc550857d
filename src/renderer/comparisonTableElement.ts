import { comparisonTable } from "../shared/comparisonTable";
import type { ComparisonFigure } from "../shared/figure";

/** The numbers behind the dots, as a real table: it can be read aloud, selected and copied. */
export function comparisonTableElement(figure: ComparisonFigure): HTMLTableElement {
  const { header, cells } = comparisonTable(figure);
  const table = document.createElement("table");
  table.className = "graft-table";
  const head = table.createTHead().insertRow();
  for (const name of header) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = name;
    head.append(cell);
  }
  const body = table.createTBody();
  cells.forEach((texts, index) => {
    const row = body.insertRow();
    // A rule where the number of labels changes; the number itself stands once.
    const first = figure.of === "runs" || texts[0] !== cells[index - 1]?.[0];
    if (first && index > 0 && figure.of !== "runs") row.className = "graft-group";
    texts.forEach((text, column) => {
      row.insertCell().textContent = column === 0 && !first ? "" : text;
    });
  });
  return table;
}
