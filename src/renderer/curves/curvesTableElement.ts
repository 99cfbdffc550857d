import { curveColour } from "../../shared/drawnCurves";
import { curvesTable } from "../../shared/curvesTable";
import type { CurvesFigure } from "../../shared/figures/curvesFigure";
import { editorTheme } from "../editorTheme";

/** Where the runs differ and what came of them, each with its colour. It scrolls where it is wider than the figure. */
export function curvesTableElement(figure: CurvesFigure): HTMLElement {
  const { header, cells } = curvesTable(figure);
  const theme = editorTheme();
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
  cells.forEach((texts, run) => {
    const row = body.insertRow();
    for (const text of texts) row.insertCell().textContent = text;
    const swatch = document.createElement("span");
    swatch.className = "graft-curves-swatch graft-curves-run";
    swatch.style.color = curveColour(figure, { run, metric: "loss", split: "train" }, theme);
    swatch.style.marginRight = "8px";
    row.cells[0]!.prepend(swatch);
  });
  const scroller = document.createElement("div");
  scroller.className = "graft-curves-table";
  scroller.append(table);
  return scroller;
}
