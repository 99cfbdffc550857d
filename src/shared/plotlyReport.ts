import { shortened } from "./cardLayout";
import type { ReportFigure, ReportRow } from "./figures/reportFigure";
import type { FigureTheme } from "./figureTheme";
import { percent } from "./percent";
import type { PlotlyFigure, PlotlyObject, PlotlyOptions } from "./plotlyFigure";
import { baseAxis, baseLayout, label, plain } from "./plotlyLayout";

const SIDE_BY_SIDE_PX = 760;
const ROW_PX = 22;
const CALIBRATION_PX = 250;

/** Columns of the table, in the order in which they stand. */
export const REPORT_COLUMNS = [
  { name: "precision", of: (row: ReportRow) => row.precision },
  { name: "recall", of: (row: ReportRow) => row.recall },
  { name: "F1", of: (row: ReportRow) => row.f1 },
  { name: "ROC-AUC", of: (row: ReportRow) => row.rocAuc },
] as const;

/** Part of a column that its bars take; numbers stand beside them. */
const BAR = 0.44;

/** The table of classes as bars with their numbers, and the reliability diagram beside or below it. */
export function plotlyReport(figure: ReportFigure, { theme, width }: PlotlyOptions): PlotlyFigure {
  const rows = [...figure.classes, figure.macro, figure.weighted];
  const sideBySide = width >= SIDE_BY_SIDE_PX;
  const longest = Math.min(18, Math.max(...rows.map(({ name }) => name.length)));
  const margin = { l: 16 + 6.6 * longest, r: 16, t: 56, b: 44 };
  const tablePx = ROW_PX * rows.length;
  const inner = sideBySide ? Math.max(tablePx, CALIBRATION_PX) : tablePx + 96 + CALIBRATION_PX;
  const plotWidth = width - margin.l - margin.r;
  const calibrationPart = sideBySide ? Math.min(0.36, 290 / plotWidth) : Math.min(1, 360 / plotWidth);
  const tableWidth = sideBySide ? 1 - calibrationPart - 64 / plotWidth : 1;
  const table = { x: [0, tableWidth], y: [1 - tablePx / inner, 1] };
  const reliability = sideBySide
    ? { x: [1 - calibrationPart, 1], y: [1 - CALIBRATION_PX / inner, 1] }
    : { x: [0, calibrationPart], y: [0, CALIBRATION_PX / inner] };
  const heading = (text: string, x: number, y: number) =>
    label(
      text,
      { xref: "paper", yref: "paper", x, y, yanchor: "bottom", yshift: 22, xshift: -2 },
      { size: 13, color: theme.foreground, weight: 600 },
    );
  return {
    data: [...bars(rows, figure.classes.length, theme), ...reliabilityTraces(figure, theme)],
    layout: {
      ...baseLayout(theme),
      height: Math.round(inner + margin.t + margin.b),
      margin,
      hovermode: "closest",
      xaxis: { visible: false, domain: table.x, range: [0, REPORT_COLUMNS.length + 0.6], fixedrange: true },
      yaxis: {
        ...baseAxis(theme),
        ...{ domain: table.y, range: [rows.length - 0.5, -0.5], showgrid: false, fixedrange: true },
        tickvals: rows.map((_, i) => i),
        ticktext: rows.map(({ name }) => plain(shortened(name, 18))),
        tickfont: { size: 12, color: theme.foreground },
      },
      xaxis2: {
        ...unitAxis(theme, "probability of the predicted class"),
        ...{ domain: reliability.x, anchor: "y2" },
      },
      yaxis2: { ...unitAxis(theme), domain: reliability.y, anchor: "x2" },
      shapes: [
        {
          ...{ type: "line", xref: "x2", yref: "y2", x0: 0, y0: 0, x1: 1, y1: 1, layer: "below" },
          line: { color: theme.muted, width: 1, dash: "dot" },
        },
        {
          ...{ type: "line", xref: "x", yref: "y", x0: 0, x1: REPORT_COLUMNS.length + 0.55 },
          ...{ y0: figure.classes.length - 0.5, y1: figure.classes.length - 0.5 },
          line: { color: theme.grid, width: 1 },
        },
      ],
      annotations: [
        heading("Classes", 0, table.y[1]!),
        ...[...REPORT_COLUMNS.map(({ name }) => name), "support"].map((name, column) =>
          label(
            name,
            { x: column, yref: "paper", y: table.y[1]!, yanchor: "bottom", yshift: 3, xshift: -2 },
            { size: 11, color: theme.muted },
          ),
        ),
        heading("Right as often as sure", reliability.x[0]!, reliability.y[1]!),
        label(
          "accuracy",
          {
            xref: "paper",
            yref: "paper",
            x: reliability.x[0]!,
            y: reliability.y[1]!,
            yanchor: "bottom",
            yshift: 3,
            xshift: -2,
          },
          { size: 11, color: theme.muted },
        ),
      ],
    },
  };
}

function bars(rows: readonly ReportRow[], classes: number, theme: FigureTheme): PlotlyObject[] {
  const cells = REPORT_COLUMNS.flatMap(({ name, of }, column) =>
    rows.map((row, y) => ({ name, row, value: of(row), column, y })),
  ).filter(({ name, value, y }) => value !== undefined || y < classes || name !== "ROC-AUC");
  const known = cells.filter(({ value }) => value !== undefined);
  const stroke = (of: typeof cells, end: (value: number) => number, color: string): PlotlyObject => ({
    ...{ type: "scatter", mode: "lines", hoverinfo: "skip", line: { color, width: 7 } },
    x: of.flatMap(({ column, value }) => [column, column + BAR * end(value ?? 0), null]),
    y: of.flatMap(({ y }) => [y, y, null]),
  });
  return [
    stroke(known, () => 1, theme.grid),
    stroke(known, (value) => value, theme.train),
    {
      ...{ type: "scatter", mode: "markers", name: "classes" },
      x: known.map(({ column, value }) => column + BAR * value!),
      y: known.map(({ y }) => y),
      customdata: known.map(({ row, name, value }) => [plain(row.name), name, value, row.support]),
      // Seen by the pointer alone: it would make a bar longer than its number.
      marker: { color: theme.train, size: 14, opacity: 0 },
      hovertemplate:
        "<b>%{customdata[0]}</b>: %{customdata[1]} %{customdata[2]:.3f}, %{customdata[3]} examples<extra></extra>",
    },
    {
      ...{ type: "scatter", mode: "text", hoverinfo: "skip", textposition: "middle right" },
      x: [...cells.map(({ column }) => column + BAR + 0.02), ...rows.map(() => REPORT_COLUMNS.length)],
      y: [...cells.map(({ y }) => y), ...rows.map((_, y) => y)],
      text: [
        ...cells.map(({ value }) => (value === undefined ? "–" : value.toFixed(3))),
        ...rows.map(({ support }) => support.toLocaleString("en")),
      ],
      textfont: { size: 11, color: theme.foreground },
    },
  ];
}

/** Dots over their gap to the diagonal; a larger area stands for more examples. */
function reliabilityTraces({ calibration: { bins } }: ReportFigure, theme: FigureTheme): PlotlyObject[] {
  const most = Math.max(...bins.map(({ count }) => count));
  const axes = { xaxis: "x2", yaxis: "y2" };
  return [
    {
      ...{ type: "scatter", mode: "lines", hoverinfo: "skip", ...axes },
      x: bins.flatMap(({ confidence }) => [confidence, confidence, null]),
      y: bins.flatMap(({ confidence, accuracy }) => [confidence, accuracy, null]),
      line: { color: theme.validation, width: theme.strong ? 3 : 2 },
    },
    {
      ...{ type: "scatter", mode: "markers", name: "calibration", ...axes },
      x: bins.map(({ confidence }) => confidence),
      y: bins.map(({ accuracy }) => accuracy),
      customdata: bins.map(({ count, low, high }) => [count, percent(low, 0), percent(high, 0)]),
      marker: {
        ...{ color: theme.train, size: bins.map(({ count }) => 6 + 10 * Math.sqrt(count / most)), opacity: 1 },
        line: { width: 0 },
      },
      hovertemplate:
        "%{customdata[0]} examples from %{customdata[1]} to %{customdata[2]}<br>sure %{x:.1%}, right %{y:.1%}<extra></extra>",
    },
  ];
}

function unitAxis(theme: FigureTheme, title?: string): PlotlyObject {
  return {
    ...baseAxis(theme),
    ...{ range: [-0.02, 1.03], tickformat: ".0%", tickvals: [0, 0.25, 0.5, 0.75, 1] },
    ...(title === undefined ? {} : { title: { text: title, font: { size: 11, color: theme.muted }, standoff: 8 } }),
  };
}
