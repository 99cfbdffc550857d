import type { Figure } from "./figure";
import type { FigureKind, FigureOf, KindName } from "./figureKind";
import { comparisonKind } from "./figures/comparisonKind";
import { curvesKind } from "./figures/curvesKind";
import { embeddingKind } from "./figures/embeddingKind";
import { confusionKind } from "./figures/confusionKind";
import { reportKind } from "./figures/reportKind";
import { topLossesKind } from "./figures/topLossesKind";
import { examplesKind } from "./figures/examplesKind";
import { reconstructionsKind } from "./figures/reconstructionsKind";
import { layersKind } from "./figures/layersKind";
import { lrFinderKind } from "./figures/lrFinderKind";
import { explanationKind } from "./figures/explanationKind";
import { driftKind } from "./figures/driftKind";
import { linesKind } from "./figures/linesKind";

const figureKinds: { readonly [Kind in KindName]: FigureKind<FigureOf<Kind>> } = {
  curves: curvesKind,
  embedding: embeddingKind,
  comparison: comparisonKind,
  explanation: explanationKind,
  confusion: confusionKind,
  report: reportKind,
  topLosses: topLossesKind,
  examples: examplesKind,
  reconstructions: reconstructionsKind,
  layers: layersKind,
  lrFinder: lrFinderKind,
  drift: driftKind,
  lines: linesKind,
};

/** What is known of the figure's kind. */
export function kindOf<F extends Figure>(figure: F): FigureKind<F> {
  return figureKinds[figure.kind] as unknown as FigureKind<F>;
}
