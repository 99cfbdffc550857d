import { comparisonTable, strategyName } from "../../../shared/comparisonTable";
import type { ComparisonFigure, ComparisonRow } from "../../../shared/figure";
import { figureCaption } from "../../../shared/figureCaption";
import { strategyColour } from "../../../shared/figureTheme";
import { dots, line, polyline, scale, text, theme, ticks, titled, WIDTH } from "./svgParts";

const TOP = 34;
const BOTTOM = 226;
const LEFT = 46;
const RIGHT = WIDTH - 120;
const DODGE_PX = 16;
const ROW_PX = 20;
const COLUMNS = { strategies: [4, 56, 200, 272, 392, 560, 622, 714], runs: [4, 392, 470, 590, 660] };

/** Dots with 95 % intervals over the number of labels, and the table under them. */
export function svgComparison(figure: ComparisonFigure): string {
  const { rows, of = "strategies" } = figure;
  const counts = [...new Set(rows.map(({ labels }) => labels))].sort((a, b) => a - b);
  const present = [...new Set(rows.map((row) => row.strategy))];
  const low = Math.min(1, ...rows.map(({ interval }) => interval[0]));
  const high = Math.max(0, ...rows.map(({ interval }) => interval[1]));
  const y = scale(rows.length === 0 ? [0, 1] : [Math.max(0, low - 0.02), Math.min(1.005, high + 0.02)], [BOTTOM, TOP]);
  const x = scale([-0.4, Math.max(0, counts.length - 1) + 0.4], [LEFT, RIGHT]);
  const across = (row: ComparisonRow) =>
    x(counts.indexOf(row.labels)) + (present.indexOf(row.strategy) - (present.length - 1) / 2) * DODGE_PX;

  const series = present.map((strategy, place) => {
    const own = rows.filter((row) => row.strategy === strategy).sort((a, b) => a.labels - b.labels);
    const points = own.map((row) => [across(row), y(row.accuracy)] as const);
    return { colour: strategyColour(theme, place), own, points };
  });
  let floor = Infinity;
  const names = [...series]
    .sort((a, b) => b.points.at(-1)![1] - a.points.at(-1)![1])
    .map(({ colour, own, points }) => {
      floor = Math.min(points.at(-1)![1], floor - 15);
      return text(RIGHT - 6, floor + 4, strategyName(own[0]!), { size: 11.5, weight: 500, fill: colour });
    });
  const { header, cells } = comparisonTable(figure);
  const tableTop = BOTTOM + 62;
  const body = [
    text(LEFT, 14, of === "runs" ? "Validation accuracy" : "Test accuracy", {
      size: 12.5,
      weight: 600,
      fill: theme.foreground,
    }),
    ...ticks(y.domain, 6).flatMap((value) => [
      line(LEFT, y(value), RIGHT - 14, y(value), theme.grid),
      text(LEFT - 6, y(value) + 4, `${Math.round(100 * value)}%`, { anchor: "end" }),
    ]),
    ...(of === "runs"
      ? []
      : [
          ...counts.map((labels, index) => text(x(index), BOTTOM + 18, String(labels), { anchor: "middle" })),
          text((LEFT + RIGHT) / 2, BOTTOM + 34, "labelled examples", { anchor: "middle" }),
        ]),
    ...series.flatMap(({ colour, own, points }) => [
      polyline(points, colour, ' stroke-dasharray="2 3"'),
      ...own.map((row) =>
        line(across(row), y(row.interval[0]), across(row), y(row.interval[1]), colour, ' stroke-width="2"'),
      ),
      dots(points, 9, colour),
    ]),
    ...names,
    ...header.map((name, column) => text(COLUMNS[of][column]!, tableTop, name, { weight: 600 })),
    line(4, tableTop + 7, WIDTH - 8, tableTop + 7, theme.grid),
    ...cells.flatMap((row, index) =>
      row.map((cell, column) =>
        text(COLUMNS[of][column]!, tableTop + ROW_PX * (index + 1) + 2, cell, { fill: theme.foreground }),
      ),
    ),
  ];
  return titled(figure.title, figureCaption(figure), tableTop + ROW_PX * cells.length + 14, body);
}
