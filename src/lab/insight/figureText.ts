import type { Figure } from "../../shared/figure";
import { figureCaption } from "../../shared/figureCaption";
import { type ForEachKind, forKindOf } from "../../shared/figureKind";
import { comparisonLines } from "./text/comparisonLines";
import { curveLines } from "./text/curveLines";
import { confusionLines } from "./text/confusionLines";
import { reportLines } from "./text/reportLines";
import { topLossesLines } from "./text/topLossesLines";
import { examplesLines } from "./text/examplesLines";
import { reconstructionsLines } from "./text/reconstructionsLines";
import { layersLines } from "./text/layersLines";
import { lrFinderLines } from "./text/lrFinderLines";
import { explanationLines } from "./text/explanationLines";
import { driftLines } from "./text/driftLines";
import { linesLines } from "./text/linesLines";

/** What stands between title and caption, each line indented by two spaces. */
const lines: ForEachKind<[], string[]> = {
  curves: curveLines,
  embedding: () => [],
  comparison: comparisonLines,
  explanation: explanationLines,
  confusion: confusionLines,
  report: reportLines,
  topLosses: topLossesLines,
  examples: examplesLines,
  reconstructions: reconstructionsLines,
  layers: layersLines,
  lrFinder: lrFinderLines,
  drift: driftLines,
  lines: linesLines,
};

/** The figure for a terminal: a sparkline a curve, a table, or a map's size and quality. */
export function figureText(figure: Figure): string {
  const caption = figureCaption(figure).map((sentence) => `  ${sentence}`);
  return [figure.title, ...forKindOf(lines, figure), ...caption].join("\n");
}
