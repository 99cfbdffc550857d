import type { Figure } from "../../../shared/figure";
import { type ForEachKind, forKindOf } from "../../../shared/figureKind";
import { exampleCard } from "../../../shared/figures/examplesKind";
import { lossCard } from "../../../shared/figures/topLossesKind";
import { svgComparison } from "./svgComparison";
import { svgCurves } from "./svgCurves";
import { svgEmbedding } from "./svgEmbedding";
import { svgConfusion } from "./svgConfusion";
import { svgReport } from "./svgReport";
import { svgLayers } from "./svgLayers";
import { svgLrFinder } from "./svgLrFinder";
import { svgCards } from "./svgCards";
import { svgReconstructions } from "./svgReconstructions";
import { svgExplanation } from "./svgExplanation";
import { svgDrift } from "./svgDrift";
import { svgLines } from "./svgLines";

const drawings: ForEachKind<[], string> = {
  curves: svgCurves,
  embedding: svgEmbedding,
  comparison: svgComparison,
  explanation: svgExplanation,
  confusion: svgConfusion,
  report: svgReport,
  topLosses: (figure) => svgCards(figure, figure.examples.map(lossCard)),
  examples: (figure) => svgCards(figure, figure.examples.map(exampleCard)),
  reconstructions: svgReconstructions,
  layers: svgLayers,
  lrFinder: svgLrFinder,
  drift: svgDrift,
  lines: svgLines,
};

/** The figure as one SVG document without scripts, for GitHub and other readers of saved notebooks. */
export function figureSvg(figure: Figure): string {
  return forKindOf(drawings, figure);
}
