import type { ReportFigure } from "../../../shared/figures/reportFigure";
import { tableLines } from "./tableLines";

export function reportLines({ classes, macro, weighted }: ReportFigure): string[] {
  return tableLines(
    ["class", "precision", "recall", "F1", "ROC-AUC", "support"],
    [...classes, macro, weighted].map(({ name, precision, recall, f1, rocAuc, support }) => [
      name,
      ...[precision, recall, f1, rocAuc].map((value) => (value === undefined ? "–" : value.toFixed(3))),
      String(support),
    ]),
  );
}
