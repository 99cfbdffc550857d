import { shortened } from "../../../shared/cardLayout";
import type { LinesFigure } from "../../../shared/figures/linesFigure";
import { figureCaption } from "../../../shared/figureCaption";
import { strategyColour } from "../../../shared/figureTheme";
import { heights, linesRange, nameHeights } from "../../../shared/plotlyLines";
import { dots, line, polyline, scale, text, theme, ticks, titled, WIDTH } from "./svgParts";

const [LEFT, TOP, BOTTOM] = [54, 34, 262];
const NAME_COLUMNS = 26;

export function svgLines(figure: LinesFigure): string {
  const { lines, logX } = figure;
  const place = (x: number) => (logX ? Math.log10(x) : x);
  const xs = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const names = lines.map(({ name }) => shortened(name, NAME_COLUMNS));
  const right = WIDTH - 20 - 6.6 * Math.max(...names.map(({ length }) => length));
  const y = scale(linesRange(lines.flatMap(heights)), [BOTTOM, TOP]);
  const x = scale(linesRange(xs.map(place)), [LEFT, right]);
  const pixels = (BOTTOM - TOP) / (y.domain[1] - y.domain[0]);
  const namesAt = nameHeights(lines, pixels, 15);
  const named = logX || xs.length <= 10 ? xs : ticks(x.domain, 8);
  const body = [
    text(LEFT, 14, figure.y, { size: 12.5, weight: 600, fill: theme.foreground }),
    ...ticks(y.domain, 6).flatMap((value) => [
      line(LEFT, y(value), right, y(value), theme.grid),
      text(LEFT - 6, y(value) + 4, String(value), { anchor: "end" }),
    ]),
    ...named.map((value) => text(x(place(value)), BOTTOM + 16, String(value), { anchor: "middle" })),
    text((LEFT + right) / 2, BOTTOM + 31, figure.x, { anchor: "middle" }),
    ...lines.flatMap(({ points }, at) => {
      const colour = strategyColour(theme, at + 1);
      const drawn = points.map((point) => [x(place(point.x)), y(point.y)] as const);
      const bars = points.flatMap(({ interval }, i) =>
        interval === undefined
          ? []
          : [line(drawn[i]![0], y(interval[0]), drawn[i]![0], y(interval[1]), colour, ' stroke-width="1.5"')],
      );
      const name = text(right + 8, BOTTOM - (namesAt[at]! - y.domain[0] * pixels) + 4, names[at]!, {
        ...{ size: 11.5, weight: 500, fill: colour },
      });
      return [polyline(drawn, colour, ' stroke-width="2"'), ...bars, dots(drawn, 8, colour), name];
    }),
  ];
  return titled(figure.title, figureCaption(figure), BOTTOM + 40, body);
}
