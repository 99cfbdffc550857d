import type { ReconstructionsFigure } from "../../../shared/figures/reconstructionsFigure";
import { errorText, meanError } from "../../../shared/reconstructionsLayout";
import { tableLines } from "./tableLines";

export function reconstructionsLines({ rows }: ReconstructionsFigure): string[] {
  return tableLines(
    ["row", "layers", "error"],
    rows.map((row) => {
      const error = meanError(row);
      return [row.name, String(row.depth), error === undefined ? "" : errorText(error)];
    }),
  );
}
