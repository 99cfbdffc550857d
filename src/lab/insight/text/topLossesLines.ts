import type { TopLossesFigure } from "../../../shared/figures/topLossesFigure";
import { percent } from "../../../shared/percent";
import { tableLines } from "./tableLines";
import { textBeginning } from "./textBeginning";

export function topLossesLines({ examples }: TopLossesFigure): string[] {
  return tableLines(
    ["example", "loss", "predicted", "labelled", ""],
    examples.map(({ index, loss, predicted, probability, labelled, picture }) => [
      ...[String(index), loss.toFixed(2), `${predicted} ${percent(probability, 0)}`, labelled, textBeginning(picture)],
    ]),
  );
}
