import { shortened } from "../../../shared/cardLayout";
import type { ReportFigure } from "../../../shared/figures/reportFigure";
import { figureCaption } from "../../../shared/figureCaption";
import { REPORT_COLUMNS } from "../../../shared/plotlyReport";
import { dots, line, scale, text, theme, titled, WIDTH } from "./svgParts";

const ROW_PX = 20;
const TOP = 40;
const TABLE_LEFT = 110;
const COLUMN_PX = 84;
const BAR_PX = 40;
const DIAGRAM = { left: WIDTH - 208, right: WIDTH - 12, top: TOP, bottom: TOP + 196 };

/** The table of classes as bars with their numbers; beside it the reliability diagram. */
export function svgReport(figure: ReportFigure): string {
  const rows = [...figure.classes, figure.macro, figure.weighted];
  const tableEnd = TOP + ROW_PX * rows.length;
  const heading = { size: 12.5, weight: 600, fill: theme.foreground };
  const left = (column: number) => TABLE_LEFT + column * COLUMN_PX;
  const body = [
    text(4, 14, "Classes", heading),
    ...REPORT_COLUMNS.map(({ name }, column) => text(left(column), TOP - 8, name)),
    text(left(REPORT_COLUMNS.length), TOP - 8, "support"),
    ...rows.flatMap((row, place) => {
      const y = TOP + ROW_PX * (place + 0.5);
      return [
        text(TABLE_LEFT - 8, y + 4, shortened(row.name, 17), { anchor: "end", fill: theme.foreground }),
        ...REPORT_COLUMNS.flatMap(({ of, name }, column) => {
          const value = of(row);
          if (value === undefined && name === "ROC-AUC" && place >= figure.classes.length) return [];
          const x = left(column);
          return [
            ...(value === undefined
              ? []
              : [
                  line(x, y, x + BAR_PX, y, theme.grid, ' stroke-width="7"'),
                  line(x, y, x + BAR_PX * value, y, theme.train, ' stroke-width="7"'),
                ]),
            text(x + BAR_PX + 5, y + 4, value === undefined ? "–" : value.toFixed(3), { fill: theme.foreground }),
          ];
        }),
        text(left(REPORT_COLUMNS.length), y + 4, row.support.toLocaleString("en"), { fill: theme.foreground }),
      ];
    }),
    line(4, tableEnd - 2 * ROW_PX, DIAGRAM.left - 56, tableEnd - 2 * ROW_PX, theme.grid),
    text(DIAGRAM.left, 14, "Right as often as sure", heading),
    ...reliability(figure),
  ];
  return titled(figure.title, figureCaption(figure), Math.max(tableEnd, DIAGRAM.bottom + 36) + 8, body);
}

function reliability({ calibration: { bins } }: ReportFigure): string[] {
  const x = scale([0, 1], [DIAGRAM.left, DIAGRAM.right]);
  const y = scale([0, 1], [DIAGRAM.bottom, DIAGRAM.top]);
  const most = Math.max(...bins.map(({ count }) => count));
  return [
    text(DIAGRAM.left, TOP - 8, "accuracy"),
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((value) => [
      line(x(0), y(value), x(1), y(value), theme.grid),
      text(x(0) - 5, y(value) + 4, `${100 * value}%`, { anchor: "end" }),
      text(x(value), y(0) + 15, `${100 * value}%`, { anchor: "middle" }),
    ]),
    text((x(0) + x(1)) / 2, y(0) + 30, "probability of the predicted class", { anchor: "middle" }),
    line(x(0), y(0), x(1), y(1), theme.muted, ' stroke-dasharray="2 3"'),
    ...bins.flatMap(({ confidence, accuracy, count }) => [
      line(x(confidence), y(confidence), x(confidence), y(accuracy), theme.validation, ' stroke-width="2"'),
      dots([[x(confidence), y(accuracy)]], Number((5 + 8 * Math.sqrt(count / most)).toFixed(1)), theme.train),
    ]),
  ];
}
