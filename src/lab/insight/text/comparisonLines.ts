import { comparisonTable } from "../../../shared/comparisonTable";
import type { ComparisonFigure } from "../../../shared/figure";
import { tableLines } from "./tableLines";

export function comparisonLines(figure: ComparisonFigure): string[] {
  const { header, cells } = comparisonTable(figure);
  return tableLines(header, cells);
}
