import { shortened } from "../../../shared/cardLayout";
import { driftBars, driftText } from "../../../shared/driftBars";
import type { DriftFigure } from "../../../shared/figures/driftFigure";
import { figureCaption } from "../../../shared/figureCaption";
import { driftColour } from "../../../shared/plotlyDrift";
import { line, scale, text, theme, ticks, titled, WIDTH } from "./svgParts";

const [NAMES, RIGHT, TOP] = [196, WIDTH - 64, 44];
const BAR_PX = 13;
const GAP_PX = 7;

export function svgDrift(figure: DriftFigure): string {
  const { models } = figure;
  const bars = driftBars(figure);
  const rowPx = BAR_PX * models.length + GAP_PX;
  const bottom = TOP + rowPx * bars.length;
  const largest = Math.max(1e-12, ...bars.flatMap(({ row }) => row.drift.map((value) => value ?? 0)));
  const x = scale([0, 1.02 * largest], [NAMES, RIGHT]);
  let across = 4;
  const body = [
    ...(models.some((model) => model !== "")
      ? models.map((model, place) => {
          const at = across;
          across += 26 + 7 * model.length;
          return text(at, 16, `■ ${model}`, { size: 11.5, weight: 500, fill: driftColour(theme, place) });
        })
      : []),
    ...ticks(x.domain, 6).flatMap((value) => [
      line(x(value), TOP - 6, x(value), bottom, theme.grid),
      text(x(value), bottom + 16, String(value), { anchor: "middle" }),
    ]),
    text((NAMES + RIGHT) / 2, bottom + 31, "relative change", { anchor: "middle" }),
    ...bars.flatMap(({ name, row }, at) => {
      const top = TOP + rowPx * at;
      const middle = top + (BAR_PX * models.length) / 2 + 4;
      return [
        text(NAMES - 8, middle, shortened(name, 30), { anchor: "end", fill: theme.foreground }),
        ...row.drift.flatMap((value, place) => {
          const y = top + BAR_PX * place;
          const length = x(value ?? 0) - NAMES;
          const bar = `<rect x="${NAMES}" y="${y + 1}" width="${length.toFixed(1)}" height="${BAR_PX - 2}" fill="${driftColour(theme, place)}"/>`;
          return [
            ...(length > 0 ? [bar] : []),
            text(NAMES + length + 4, y + BAR_PX - 3, driftText(value), { size: 10.5, fill: theme.foreground }),
          ];
        }),
      ];
    }),
  ];
  return titled(figure.title, figureCaption(figure), bottom + 40, body);
}
