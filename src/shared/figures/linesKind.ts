import type { FigureKind } from "../figureKind";
import { plotlyLines } from "../plotlyLines";
import type { LinesFigure } from "./linesFigure";

export const linesKind: FigureKind<LinesFigure> = {
  caption({ lines }) {
    const trials = lines.flatMap(({ points }) => points.map((point) => point.trials ?? 1));
    if (trials.every((count) => count === 1)) return [];
    const [fewest, most] = [Math.min(...trials), Math.max(...trials)];
    const range = fewest === most ? String(most) : `${fewest} to ${most}`;
    return [`Points are means of ${range} trials, bars their 95 % intervals (Student's t).`];
  },
  plotly: plotlyLines,
  table: ({ x, y, lines }) => ({
    header: ["line", x, y, "interval from", "interval to", "trials"],
    rows: lines.flatMap(({ name, points }) =>
      points.map((point) => [name, point.x, point.y, point.interval?.[0], point.interval?.[1], point.trials]),
    ),
  }),
  progress: () => "",
};
