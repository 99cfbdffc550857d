import type { LinesFigure } from "../../../shared/figures/linesFigure";
import { tableLines } from "./tableLines";

/** A row a number on the horizontal axis, a column a line. */
export function linesLines({ x, lines }: LinesFigure): string[] {
  const xs = [...new Set(lines.flatMap(({ points }) => points.map((point) => point.x)))].sort((a, b) => a - b);
  return tableLines(
    [x, ...lines.map(({ name }) => name)],
    xs.map((value) => [
      String(value),
      ...lines.map(({ points }) => String(points.find((point) => point.x === value)?.y ?? "")),
    ]),
  );
}
