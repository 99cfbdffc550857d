import { drawnElsewhere, elsewhereNote, framePoints, pointLabels } from "../../../shared/embeddingPoints";
import { figureCaption } from "../../../shared/figureCaption";
import { classColour } from "../../../shared/figureTheme";
import type { EmbeddingFigure } from "../../../shared/figures/embeddingFigure";
import { dots, scale, text, theme, titled, WIDTH } from "./svgParts";

const PLOT_HEIGHT = 430;
const LEGEND_WIDTH = 150;
const PADDING = 10;
/** More rows would run out of the figure; what is left out is counted. */
const LEGEND_ROWS = 22;

/** Dots of the last frame coloured by class with a legend; the same length stands for the same distance in both directions. */
export function svgEmbedding(figure: EmbeddingFigure): string {
  const { dims, classes, size: total } = figure;
  const map = framePoints(figure.frames.at(-1)!);
  const labels = pointLabels(figure);
  const drawn = drawnElsewhere(total);
  const [xLow, xHigh] = extent(map, dims, 0);
  const [yLow, yHigh] = extent(map, dims, 1);
  const unit = Math.min(
    (WIDTH - LEGEND_WIDTH - 2 * PADDING) / (xHigh - xLow || 1),
    (PLOT_HEIGHT - 2 * PADDING) / (yHigh - yLow || 1),
  );
  const middleX = (WIDTH - LEGEND_WIDTH) / 2;
  const half = (unit * (xHigh - xLow)) / 2;
  const halfY = (unit * (yHigh - yLow)) / 2;
  const x = scale([xLow, xHigh], [middleX - half, middleX + half]);
  const y = scale([yLow, yHigh], [PLOT_HEIGHT / 2 + halfY, PLOT_HEIGHT / 2 - halfY]);
  const size = drawn.length > 1200 ? 3.6 : 4.6;

  const members = classes.map((): (readonly [number, number])[] => []);
  for (const row of drawn) members[labels[row]!]?.push([x(map[row * dims]!), y(map[row * dims + 1]!)]);
  const groups = classes.map((name, index) => ({ name, colour: classColour(theme, index), points: members[index]! }));
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
  const flat = dims === 3 ? ["Its first two dimensions are drawn here."] : [];
  const caption = [...figureCaption(figure), elsewhereNote(total), ...flat];
  return titled(
    figure.title,
    caption.filter((sentence) => sentence !== undefined),
    PLOT_HEIGHT,
    body,
  );
}

function extent(map: Float32Array, dims: number, dimension: number): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = dimension; i < map.length; i += dims) {
    low = Math.min(low, map[i]!);
    high = Math.max(high, map[i]!);
  }
  return low <= high ? [low, high] : [0, 1];
}

function shortened(name: string): string {
  return name.length > 16 ? `${name.slice(0, 15)}…` : name;
}
