import { blend } from "../../../shared/blend";
import { shortened } from "../../../shared/cardLayout";
import type { ConfusionFigure } from "../../../shared/figures/confusionFigure";
import { figureCaption } from "../../../shared/figureCaption";
import { percent } from "../../../shared/percent";
import { confusionShares } from "../../../shared/confusionShares";
import { text, theme, titled, WIDTH } from "./svgParts";

/** More classes than this leave no room for numbers. */
const NUMBERED = 22;
const TOP = 16;

export function svgConfusion(figure: ConfusionFigure): string {
  const { classes, counts, support } = figure;
  const { share, worst } = confusionShares(figure);
  const n = classes.length;
  const names = classes.map((name) => shortened(name, 18));
  const longest = Math.max(...names.map(({ length }) => length));
  const left = 12 + 6.2 * longest;
  const cell = Math.min(40, Math.max(6, (WIDTH - left - 70) / n));
  const middle = (place: number) => (place + 0.5) * cell;
  const size = Math.min(11, Math.max(7, cell * 0.3));
  const body = [
    text(left + n * cell + 8, TOP - 5, "recall"),
    ...counts.flatMap((row, truth) => [
      ...(cell < 9
        ? []
        : [
            text(left - 6, TOP + middle(truth) + 4, names[truth]!, { anchor: "end", fill: theme.foreground }),
            text(
              left + n * cell + 8,
              TOP + middle(truth) + 4,
              support[truth] === 0 ? "–" : percent(share(truth, truth)),
              {
                fill: theme.foreground,
              },
            ),
          ]),
      ...row.flatMap((count, prediction) => {
        const right = truth === prediction;
        const part = share(truth, prediction) / (right ? 1 : worst);
        const fill = blend(right ? theme.train : theme.validation, Number((0.05 + 0.95 * part).toFixed(2)));
        const x = left + prediction * cell;
        const y = TOP + truth * cell;
        const side = (cell - 1).toFixed(1);
        return [
          `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${side}" height="${side}" fill="${fill}"/>`,
          ...(count === 0 || n > NUMBERED
            ? []
            : [
                text(x + cell / 2, y + cell / 2 + size * 0.35, String(count), {
                  ...{ size, anchor: "middle" as const, fill: part > 0.55 ? theme.onColour : theme.foreground },
                }),
              ]),
        ];
      }),
    ]),
    ...(cell < 9
      ? []
      : names.map((name, place) => {
          const [x, y] = [left + middle(place), TOP + n * cell + 14];
          const turned = longest * 6 > cell;
          const word = text(turned ? 0 : x, turned ? 0 : y, name, { anchor: turned ? "end" : "middle" });
          return turned ? `<g transform="translate(${(x + 4).toFixed(1)} ${y - 2}) rotate(-45)">${word}</g>` : word;
        })),
    text(left, TOP + n * cell + labelHeight(longest, cell) + 12, "Rows: class. Columns: taken for."),
  ];
  return titled(figure.title, figureCaption(figure), TOP + n * cell + labelHeight(longest, cell) + 20, body);
}

function labelHeight(longest: number, cell: number): number {
  if (cell < 9) return 4;
  return longest * 6 > cell ? 4.6 * longest + 8 : 18;
}
