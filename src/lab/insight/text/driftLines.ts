import { driftBars, driftText } from "../../../shared/driftBars";
import type { DriftFigure } from "../../../shared/figures/driftFigure";
import { tableLines } from "./tableLines";

export function driftLines(figure: DriftFigure): string[] {
  return tableLines(
    ["layer", ...figure.models.map((model) => (model === "" ? "drift" : model))],
    driftBars(figure).map(({ name, row }) => [name, ...row.drift.map(driftText)]),
  );
}
