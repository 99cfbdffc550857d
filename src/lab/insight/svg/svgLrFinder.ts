import type { LrFinderFigure } from "../../../shared/figures/lrFinderFigure";
import { rateText } from "../../../shared/rateText";
import { figureCaption } from "../../../shared/figureCaption";
import { lossAt } from "../../../shared/plotlyLrFinder";
import { decimate } from "../decimate";
import { dots, line, polyline, scale, text, theme, ticks, titled, WIDTH } from "./svgParts";

const [LEFT, RIGHT, TOP, BOTTOM] = [42, WIDTH - 24, 44, 232];
const MAXIMUM_POINTS = 300;

export function svgLrFinder(figure: LrFinderFigure): string {
  const { rates, losses, valley, steepest } = figure;
  const finite = losses.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const y = scale([low - 0.06 * (high - low), high + 0.06 * (high - low)], [BOTTOM, TOP]);
  const x = scale([Math.log10(rates[0]!), Math.log10(rates.at(-1)!)], [LEFT, RIGHT]);
  const [first, last] = x.domain;
  const powers = Array.from(
    { length: Math.floor(last + 1e-9) - Math.ceil(first - 1e-9) + 1 },
    (_, i) => i + Math.ceil(first - 1e-9),
  );
  const marks = [
    { name: "suggested (valley)", at: valley, colour: theme.validation, above: 6 },
    { name: "steepest", at: steepest, colour: theme.muted, above: 20 },
  ];
  const body = [
    text(LEFT, 14, "Loss", { size: 12.5, weight: 600, fill: theme.foreground }),
    ...ticks(y.domain, 6).flatMap((value) => [
      line(LEFT, y(value), RIGHT, y(value), theme.grid),
      text(LEFT - 6, y(value) + 4, String(value), { anchor: "end" }),
    ]),
    ...powers.map((power) => text(x(power), BOTTOM + 16, `1e${power}`, { anchor: "middle" })),
    text((LEFT + RIGHT) / 2, BOTTOM + 31, "learning rate", { anchor: "middle" }),
    polyline(
      decimate(losses, MAXIMUM_POINTS).map((i) => [x(Math.log10(rates[i]!)), y(losses[i]!)] as const),
      theme.train,
      ' stroke-width="2"',
    ),
    ...marks.flatMap(({ name, at, colour, above }) => {
      const across = x(Math.log10(at));
      const isLeft = at === Math.min(valley, steepest) && valley !== steepest;
      return [
        line(across, TOP, across, BOTTOM, colour, ' stroke-dasharray="2 3"'),
        dots([[across, y(lossAt(figure, at))]], 9, colour),
        text(across, TOP - above, `${name} ${rateText(at)}`, {
          ...{ size: 11.5, weight: 500, fill: colour, anchor: isLeft ? ("end" as const) : ("start" as const) },
        }),
      ];
    }),
  ];
  return titled(figure.title, figureCaption(figure), BOTTOM + 40, body);
}
