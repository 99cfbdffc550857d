import type { Figure } from "../../../shared/figure";
import { svgComparison } from "./svgComparison";
import { svgCurves } from "./svgCurves";
import { svgEmbedding } from "./svgEmbedding";
import { svgExplanation } from "./svgExplanation";

/** The figure as one SVG document without scripts, for GitHub and other readers of saved notebooks. */
export function figureSvg(figure: Figure): string {
  switch (figure.kind) {
    case "curves":
      return svgCurves(figure);
    case "embedding":
      return svgEmbedding(figure);
    case "comparison":
      return svgComparison(figure);
    case "explanation":
      return svgExplanation(figure);
  }
}
