import type { Figure } from "../shared/figure";
import { comparisonTableElement } from "./comparisonTableElement";
import { curvesTableElement } from "./curves/curvesTableElement";
import { confusedPairsElement } from "./confusedPairsElement";

/** What stands between plot and caption, as elements of the page. */
export function figureDetails(figure: Figure): HTMLElement[] {
  switch (figure.kind) {
    case "comparison":
      return [comparisonTableElement(figure)];
    case "curves":
      return figure.runs.length < 2 ? [] : [curvesTableElement(figure)];
    case "confusion":
      return figure.confused.length === 0 ? [] : [confusedPairsElement(figure)];
    default:
      return [];
  }
}
