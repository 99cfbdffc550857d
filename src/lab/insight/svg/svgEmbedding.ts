import type { EmbeddingFigure } from "../../../shared/figure";
import { figureCaption } from "../../../shared/figureCaption";
import { classColour } from "../../../shared/figureTheme";
import { dots, scale, text, theme, titled, WIDTH } from "./svgParts";

const PLOT_HEIGHT = 430;
const LEGEND_WIDTH = 150;
const PADDING = 10;
/** More rows would run out of the figure; what is left out is counted. */
const LEGEND_ROWS = 22;

/** Dots coloured by class with a legend; the same length stands for the same distance in both directions. */
export function svgEmbedding(figure: EmbeddingFigure): string {
  const [xLow, xHigh] = extent(figure.x);
  const [yLow, yHigh] = extent(figure.y);
  const unit = Math.min(
    (WIDTH - LEGEND_WIDTH - 2 * PADDING) / (xHigh - xLow || 1),
    (PLOT_HEIGHT - 2 * PADDING) / (yHigh - yLow || 1),
  );
  const middleX = (WIDTH - LEGEND_WIDTH) / 2;
  const half = (unit * (xHigh - xLow)) / 2;
  const halfY = (unit * (yHigh - yLow)) / 2;
  const x = scale([xLow, xHigh], [middleX - half, middleX + half]);
  const y = scale([yLow, yHigh], [PLOT_HEIGHT / 2 + halfY, PLOT_HEIGHT / 2 - halfY]);
  const size = figure.x.length > 1200 ? 3.6 : 4.6;

  const groups = figure.classes.map((name, index) => {
    const points = figure.labels.flatMap((label, point) =>
      label === index ? [[x(figure.x[point]!), y(figure.y[point]!)] as const] : [],
    );
    return { name, colour: classColour(theme, index), points };
  });
  const left = WIDTH - LEGEND_WIDTH + 8;
  const hidden = groups.length - LEGEND_ROWS;
  const body = [
    ...groups.map(({ colour, points }) => dots(points, size, colour, ' stroke-opacity="0.8"')),
    ...groups
      .slice(0, LEGEND_ROWS)
      .flatMap(({ name, colour, points }, row) => [
        dots([[left, 14 + 19 * row]], 8, colour),
        text(left + 12, 18 + 19 * row, `${shortened(name)} (${points.length})`, { fill: theme.foreground }),
      ]),
    ...(hidden > 0 ? [text(left + 12, 18 + 19 * LEGEND_ROWS, `and ${hidden} more`)] : []),
  ];
  return titled(figure.title, figureCaption(figure), PLOT_HEIGHT, body);
}

function extent(values: readonly number[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : [0, 1];
}

function shortened(name: string): string {
  return name.length > 16 ? `${name.slice(0, 15)}…` : name;
}
