import { count } from "../count";
import type { FigureKind } from "../figureKind";
import { percent } from "../percent";
import { plotlyReport } from "../plotlyReport";
import type { ReportFigure } from "./reportFigure";

export const reportKind: FigureKind<ReportFigure> = {
  caption({ examples, accuracy, interval, balancedAccuracy, kappa, logLoss, brier, calibration, notes }) {
    const [low, high] = interval;
    const agreement = kappa === undefined ? "" : `, Cohen's kappa ${kappa.toFixed(3)}`;
    return [
      `Accuracy ${percent(accuracy)} of ${count(examples, "example")}, 95 % interval ${percent(low)} – ${percent(high)}.`,
      `Balanced accuracy ${percent(balancedAccuracy)}${agreement}, log loss ${logLoss.toFixed(3)} nats, Brier score ${brier.toFixed(3)}.`,
      `Calibration error (ECE) ${percent(calibration.error)} with bins of equal width, ${percent(calibration.errorEqualMass)} of equal mass.`,
      "Dots below the diagonal: surer than right; above it: more often right than sure. Larger dots stand for more examples.",
      ...notes,
    ];
  },
  plotly: plotlyReport,
  table: ({ classes, macro, weighted }) => ({
    header: ["class", "precision", "recall", "F1", "ROC-AUC", "average precision", "support"],
    rows: [...classes, macro, weighted].map((row) => [
      ...[row.name, row.precision, row.recall, row.f1, row.rocAuc, row.averagePrecision, row.support],
    ]),
  }),
  progress: () => "",
};
